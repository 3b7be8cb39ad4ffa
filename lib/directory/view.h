// SPDX-License-Identifier: LGPL-2.1-or-later
// A base and what amends it, asked as one. No heap, no exception, no state of its own: any thread. The images are the
// caller's and outlive the view; what it answers are views into them.
#pragma once

#include "lib/directory/image.h"

#include <cstdint>
#include <string_view>

namespace loquet::directory {

/// How far an enumeration has come. A copy is a bookmark. It stays good when the directory is replaced meanwhile:
/// an entry that was there before and after is met exactly once.
struct Cursor {
    std::uint64_t identity = 0; ///< of the amending image that the positions belong to; 0: none yet
    Position in_base = 0;       ///< the next record there
    Position in_current = 0;
    std::uint64_t next_id = 0;   ///< numbers below it were met
    bool private_groups = false; ///< of an enumeration of groups: those that were written are through
};

class View {
public:
    View(const Image& base, const Image& current) noexcept : base_(base), current_(current) {}

    /// `no`, `yes` or `damaged`.
    [[nodiscard]] Found person(std::string_view name, Person& person) const noexcept;
    [[nodiscard]] Found person(std::uint32_t uid, Person& person) const noexcept;
    /// Written groups and the private ones of persons.
    [[nodiscard]] Found group(std::string_view name, Group& group) const noexcept;
    [[nodiscard]] Found group(std::uint32_t gid, Group& group) const noexcept;

    /// The next in ascending order of number; of groups first those that were written, then the private ones. `no` at
    /// the end.
    [[nodiscard]] Found next_person(Cursor& cursor, Person& person) const noexcept;
    [[nodiscard]] Found next_group(Cursor& cursor, Group& group) const noexcept;

private:
    template <class Entry>
    [[nodiscard]] Found by_name(std::string_view name, Entry& entry) const noexcept;
    template <class Entry>
    [[nodiscard]] Found by_id(std::uint32_t id, Entry& entry) const noexcept;
    template <class Entry>
    [[nodiscard]] Found next(Cursor& cursor, Entry& entry) const noexcept;

    const Image& base_;
    const Image& current_;
};

} // namespace loquet::directory
