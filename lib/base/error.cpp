// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/base/error.h"

#include <cerrno>
#include <cstring>

namespace loquet::base {

namespace {

Error::Kind kind_of(int error_number) {
    switch (error_number) {
    case ENOENT:
        return Error::Kind::not_found;
    case EACCES:
    case EPERM:
        return Error::Kind::denied;
    default:
        return Error::Kind::unavailable;
    }
}

} // namespace

Error system_error(int error_number, std::string_view doing, std::source_location where) {
    return {kind_of(error_number), std::string(doing) + ": " + ::strerrordesc_np(error_number), where};
}

} // namespace loquet::base
