// SPDX-License-Identifier: LGPL-2.1-or-later
// The questions that glibc asks, answered from a directory within the border (validate.h). Any thread, at the same
// time; nothing waits, allocates (but for groups_of, as glibc wants it) or throws.
#pragma once

#include "lib/directory/reader.h"
#include "nss_module/answer.h"
#include "nss_module/group_list.h"

#include <grp.h>
#include <pwd.h>

#include <cstdint>
#include <span>
#include <string_view>

namespace loquet::nss {

[[nodiscard]] Answer find_person(directory::Reader& reader, std::string_view name, passwd& result,
                                 std::span<char> buffer) noexcept;
[[nodiscard]] Answer find_person(directory::Reader& reader, std::uint32_t uid, passwd& result,
                                 std::span<char> buffer) noexcept;
[[nodiscard]] Answer find_group(directory::Reader& reader, std::string_view name, ::group& result,
                                std::span<char> buffer) noexcept;
[[nodiscard]] Answer find_group(directory::Reader& reader, std::uint32_t gid, ::group& result,
                                std::span<char> buffer) noexcept;

/// A list of everybody from its beginning; says already here where there is no directory.
[[nodiscard]] Answer begin_list(directory::Reader& reader, directory::Cursor& cursor) noexcept;
/// The next one of it; the cursor stays where it is unless there is one, so that a larger buffer gets the same.
[[nodiscard]] Answer next_person(directory::Reader& reader, directory::Cursor& cursor, passwd& result,
                                 std::span<char> buffer) noexcept;
[[nodiscard]] Answer next_group(directory::Reader& reader, directory::Cursor& cursor, ::group& result,
                                std::span<char> buffer) noexcept;

/// The groups that the person is in, into `list`, but not `skipped`, which the caller has there already.
[[nodiscard]] Answer groups_of(directory::Reader& reader, std::string_view name, gid_t skipped,
                               GroupList& list) noexcept;

} // namespace loquet::nss
