// SPDX-License-Identifier: LGPL-2.1-or-later
// One reply of a mail server, of one line or several, as its lines come in (RFC 5321, 4.2.1). A plain value, of
// whatever an outsider sends.
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

} // namespace loquet::plugins_smtp
