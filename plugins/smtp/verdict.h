// SPDX-License-Identifier: LGPL-2.1-or-later
// Whose matter a mail server's "no" is: the table in README.md ("What a no means"). Pure functions.
#pragma once

#include "plugins/smtp/reply.h"

#include <string_view>

namespace loquet::plugins_smtp {

/// What the server answers to.
enum class Stage { connection, greeting, tls, login, sender, recipient, data, text };

/// As a sentence names it: "RCPT TO".
[[nodiscard]] std::string_view to_text(Stage stage) noexcept;

/// The stage that a command of ours, with its line end, begins; `now` where it goes on with that one (within AUTH).
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
