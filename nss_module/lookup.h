// SPDX-License-Identifier: LGPL-2.1-or-later
// The questions that glibc asks, answered from a directory within the rules of validate.h, and the two words in which
// it wants to hear the answer: the status, and what errno says beside it ("NSS Module Function Internals" in its
// manual). Any thread, at the same time; nothing waits, allocates (but for groups_of, as glibc wants it) or throws.
#pragma once

#include "lib/directory/reader.h"

#include <grp.h>
#include <nss.h>
#include <pwd.h>
#include <sys/types.h>

#include <cerrno>
#include <cstdint>
#include <span>
#include <string_view>

namespace loquet::nss {

enum class Answer : std::uint8_t {
    here,
    nobody,
    no_directory,
    damaged, ///< the record in question
    larger_buffer,
    no_memory,
};

/// The way out to glibc; `error` is left alone where all is well.
[[nodiscard]] inline nss_status tell(Answer answer, int* error) noexcept {
    const auto say = [error](nss_status status, int code) {
        *error = code;
        return status;
    };
    if (answer == Answer::here) {
        return NSS_STATUS_SUCCESS; // before the others: nearly always
    }
    switch (answer) {
    case Answer::nobody:
        return say(NSS_STATUS_NOTFOUND, ENOENT);
    case Answer::no_directory:
        return say(NSS_STATUS_UNAVAIL, ENOENT);
    case Answer::larger_buffer:
        return say(NSS_STATUS_TRYAGAIN, ERANGE);
    case Answer::no_memory:
        return say(NSS_STATUS_TRYAGAIN, ENOMEM);
    case Answer::damaged:
    case Answer::here:
        break;
    }
    return say(NSS_STATUS_UNAVAIL, EIO);
}

/// The list that glibc hands to initgroups_dyn: it is glibc's, from malloc, and grows in place. Nothing that is in it
/// already is touched. The calling thread's.
class GroupList {
public:
    enum class Added : std::uint8_t { yes, full, out_of_memory };

    /// `used` of the `size` places of `*list` are taken; there may be `limit` of them, or any number where that is not
    /// above 0. All of them outlive this.
    GroupList(long& used, long& size, gid_t*& list, long limit) noexcept
        : used_(used), size_(size), list_(list), limit_(limit) {}

    /// Those of `gids` that the directory may say (validate.h), but not `skipped`. `full` where the limit cut it off.
    Added add(std::span<const std::uint32_t> gids, gid_t skipped) noexcept;

private:
    [[nodiscard]] Added make_room() noexcept;

    long& used_;
    long& size_;
    gid_t*& list_;
    long limit_;
};

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
