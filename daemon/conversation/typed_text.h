// SPDX-License-Identifier: LGPL-2.1-or-later
// Whom a typed name means, and what programs put in the place of a person's answer. Loop thread.
#pragma once

#include "daemon/conversation/dialog.h"
#include "daemon/model/ids.h"
#include "daemon/store/store.h"
#include "lib/base/secret.h"
#include "lib/protocol/turn.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace loquet::conversation {

/// Keyed, to know a text again for as long as a dialog lives without keeping it.
[[nodiscard]] model::Digest typed_digest(const store::Store& store, const base::Secret& typed);

/// True where there is nothing in any of the answers but what people put between the groups of a code: that asks for
/// help, and guesses nothing.
[[nodiscard]] bool are_blank(const protocol::Answers& answers);

/// Without the blanks at both ends.
[[nodiscard]] std::string_view trimmed(std::string_view typed) noexcept;

/// The number of a line that a person picks, of one digit or more, also as the unshifted top row of a French keyboard
/// gives it. Nothing where it is no number.
[[nodiscard]] std::optional<std::size_t> number_in(std::string_view typed);

/// True for what sshd sends in place of every answer of a user whom it lets in by no means: no shell, AllowUsers,
/// PermitRootLogin. It is "\b\n\r\177INCORRECT", repeated and cut to the length of what was typed
/// (OpenSSH's auth-pam.c, fake_password).
[[nodiscard]] bool is_sshd_placeholder(const base::Secret& answer);

/// Of a mail address that is tried at that place, whether anybody has it or not. Nothing for what is none.
[[nodiscard]] std::optional<model::Digest> typed_address(const store::Store& store, std::string_view typed,
                                                         const model::Digest& place);

/// Throws Error (not_found) for a name that is not this caller's to ask about, or of another source. Another spelling
/// is a name that nobody has where the program does not take the name back (protocol::takes_name_back).
[[nodiscard]] Subject find_subject(const store::Store& store, const std::string& typed_name, const Client& client);
/// The same name as one that nobody has, with counters of its own.
[[nodiscard]] Subject unknown_subject(const store::Store& store, const std::string& typed_name, const Client& client);

} // namespace loquet::conversation
