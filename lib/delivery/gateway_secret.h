// SPDX-License-Identifier: LGPL-2.1-or-later
// What a gateway wants to know us by: a password or a token, read once, when the channel is made.
#pragma once

#include <string>

namespace loquet::delivery {

/// Wiped when it goes.
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

} // namespace loquet::delivery
