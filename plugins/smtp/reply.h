// SPDX-License-Identifier: LGPL-2.1-or-later
// A reply of a mail server (RFC 5321, 4.2.1), and whose matter its "no" is: the table in README.md ("What a no means").
// Plain values, of anything an outsider sends.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace loquet::plugins_smtp {

/// An enhanced status code (RFC 3463): "5.1.1".
struct StatusCode {
    int kind = 0; ///< 2, 4 or 5; the first digit of the reply's code
    int subject = 0;
    int detail = 0;
    friend bool operator==(const StatusCode&, const StatusCode&) = default;
};

/// Of one line or several, as they come in.
class Reply {
public:
    static constexpr std::size_t longest_text = 1024; ///< bytes that are kept; what is beyond is dropped

    /// A line with its end or without; behind a complete reply it begins the next one. What is no line of a reply is
    /// passed over, and so are lines before one that has another code.
    void add(std::string_view line);
    void clear() { *this = Reply(); }

    [[nodiscard]] int code() const noexcept { return code_; } ///< 0: there is none yet
    [[nodiscard]] bool complete() const noexcept { return complete_; }
    /// At the head of a line (RFC 2034), or as "(#5.1.1)" in it; nothing where there is none of the class of code().
    [[nodiscard]] const std::optional<StatusCode>& status() const noexcept { return status_; }
    /// "550 5.1.1 no such mailbox, see the manual": the codes once, the texts of all lines behind them. Empty without a
    /// reply.
    [[nodiscard]] std::string sentence() const;

private:
    int code_ = 0;
    bool complete_ = false;
    std::optional<StatusCode> status_;
    std::string head_; ///< the status code as it stands at the head of the lines; may be empty
    std::string text_;
};

/// What the server answers to.
enum class Stage { connection, greeting, tls, login, sender, recipient, data, text };

/// As a sentence names it: "RCPT TO".
[[nodiscard]] std::string_view to_text(Stage stage) noexcept;

/// The stage that a command, with its line end, begins; `now` where it goes on with that one (within AUTH).
[[nodiscard]] Stage stage_of(std::string_view command, Stage now) noexcept;

struct Verdict {
    enum class Matter {
        recipient, ///< the address is wrong, and stays wrong: never again to it
        later,     ///< the server says to try again
        site       ///< a setting, here or at the server: another server may take it, and somebody has to do something
    };
    Matter matter = Matter::later;
    std::string_view advice; ///< for the operator of `site`: what to do; at most longest_advice bytes

    static constexpr std::size_t longest_advice = 100;
};

/// Of a reply with a code of 400 or more.
[[nodiscard]] Verdict judge(Stage stage, const Reply& reply);

} // namespace loquet::plugins_smtp
