// SPDX-License-Identifier: LGPL-2.1-or-later
// What the floor of the name service keeps in a CDB: records that one copy turns into what the caller wants, under keys
// that begin with a letter. Numbers are in the machine's byte order. Only the floor's own two halves know it.
#pragma once

#include <cstdint>

namespace loquet::bench::cdb {

enum KeyLetter : char {
    person_by_name = 'n',
    person_by_uid = 'u',
    groups_of_person = 'i', ///< by name: GIDs
    group_by_name = 'N',
    group_by_gid = 'g',
};

/// Followed by name, "x", gecos, home and shell, each with its NUL; where the later ones begin is said here.
struct PersonHead {
    std::uint32_t uid;
    std::uint32_t gid;
    std::uint16_t password;
    std::uint16_t gecos;
    std::uint16_t home;
    std::uint16_t shell;
};

/// Followed by where each member begins (32 bits each, counted from the text's begin), and by the text: name, "x" and
/// the members, each with its NUL.
struct GroupHead {
    std::uint32_t gid;
    std::uint32_t members;
};

} // namespace loquet::bench::cdb
