// SPDX-License-Identifier: LGPL-2.1-or-later
// What a channel knows and tells of its gateway: the secret by which the gateway knows us, and what may be quoted of
// its answer. Any thread.
#pragma once

#include <string>
#include <string_view>

namespace loquet::delivery {

/// What a gateway wants to know us by: a password or a token, read once, when the channel is made. Wiped when it goes.
class GatewaySecret {
public:
    static constexpr std::size_t longest = 1024; ///< bytes

    /// The first line of the file `path`; where that is empty, of $CREDENTIALS_DIRECTORY/secret (the unit's
    /// credential), and no secret where systemd gave none. Throws sdk::Refusal where a file that is named cannot be
    /// read, may be read or written by others, belongs to somebody else than root and this process, is longer, or holds
    /// control characters.
    explicit GatewaySecret(const std::string& path);
    ~GatewaySecret();
    GatewaySecret(const GatewaySecret&) = delete;
    GatewaySecret& operator=(const GatewaySecret&) = delete;

    [[nodiscard]] bool empty() const { return text_.empty(); }
    /// A secret.
    [[nodiscard]] const std::string& text() const { return text_; }

private:
    std::string text_;
};

/// `said`, or a sentence in its place where it holds a word of the message that could be a code: one with a digit and
/// at least 3 characters, or one of at least 6. What it hides in vain is only a quotation.
[[nodiscard]] std::string quotable(std::string_view said, std::string_view text);

/// Without white space at both ends; a run of it, line ends included, becomes one blank.
[[nodiscard]] std::string one_line(std::string_view said);

} // namespace loquet::delivery
