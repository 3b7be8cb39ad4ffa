// SPDX-License-Identifier: LGPL-2.1-or-later
// Whose name is it? Asked of NSS before anything is drawn and before the bus is touched.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

namespace loquet::pam {

/// The UID that NSS has for `name`; nothing where no source that answers knows the name. A source that is dead (a
/// directory that cannot be reached) does not keep our people out: loquetd knows its own, and took no name that
/// somebody else had.
[[nodiscard]] std::optional<uid_t> uid_of(const std::string& name);

enum class Publishes : std::uint8_t {
    yes,
    no,
    unknown, ///< its module is not installed, or has no directory that it can use
};

/// Whether Loquet's own source of names has this name with this number; asked of its module alone.
[[nodiscard]] Publishes loquet_publishes(const std::string& name, uid_t uid);

/// Whether a grant to `granted` lets in whom the program began with, `began`, as PAM_USER: the same name; another
/// spelling of it; or, of a `service` that goes on with PAM_USER as it is then, another account of Loquet's where
/// nobody had the first name (`owner`: its UID by NSS). loquetd has refused the others too; this module holds where it
/// would not, or is not loquetd.
[[nodiscard]] bool lets_in_the_right_one(const std::string& granted, const std::string& began,
                                         std::optional<uid_t> owner, const std::string& service);

/// `name` as it can travel on the bus: a D-Bus text is UTF-8 and ours are short. What does not fit becomes a name that
/// nobody can have, so that the dialog stays the same.
[[nodiscard]] std::string name_for_bus(const std::string& name);

} // namespace loquet::pam
