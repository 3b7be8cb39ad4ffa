// SPDX-License-Identifier: LGPL-2.1-or-later
// What a question comes to, and the two words in which glibc wants to hear it: the status, and what errno says beside
// it
// ("NSS Module Function Internals" in its manual).
#pragma once

#include <nss.h>

#include <cerrno>
#include <cstdint>

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

} // namespace loquet::nss
