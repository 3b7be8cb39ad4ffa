// SPDX-License-Identifier: LGPL-2.1-or-later
// What a door of the module says, in the two words that glibc wants: the status, and what errno says beside it ("NSS
// Module Function Internals" in its manual).
#pragma once

#include <nss.h>

#include <cerrno>

namespace loquet::nss {

struct Answer {
    nss_status status;
    int error;

    /// The way out to glibc; `error` is left alone where all is well.
    [[nodiscard]] nss_status tell(int* error_place) const noexcept {
        if (status != NSS_STATUS_SUCCESS) {
            *error_place = error;
        }
        return status;
    }
    friend bool operator==(const Answer&, const Answer&) = default;
};

inline constexpr Answer here{NSS_STATUS_SUCCESS, 0};
inline constexpr Answer nobody{NSS_STATUS_NOTFOUND, ENOENT};
inline constexpr Answer no_directory{NSS_STATUS_UNAVAIL, ENOENT};
inline constexpr Answer damaged_record{NSS_STATUS_UNAVAIL, EIO};
inline constexpr Answer larger_buffer{NSS_STATUS_TRYAGAIN, ERANGE};
inline constexpr Answer no_memory{NSS_STATUS_TRYAGAIN, ENOMEM};

} // namespace loquet::nss
