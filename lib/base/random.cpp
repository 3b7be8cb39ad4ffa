// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/base/random.h"

#include "lib/base/error.h"
#include "lib/base/text.h"

#include <sys/random.h>

#include <cerrno>
#include <vector>

namespace loquet::base {

void fill_random(std::span<std::uint8_t> bytes) {
    while (!bytes.empty()) {
        const ssize_t got = ::getrandom(bytes.data(), bytes.size(), 0);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            throw system_error(errno, "the kernel gives no random bytes");
        }
        bytes = bytes.subspan(static_cast<std::size_t>(got));
    }
}

std::string random_hex(std::size_t bytes) {
    std::vector<std::uint8_t> raw(bytes);
    fill_random(raw);
    return to_hex(raw);
}

} // namespace loquet::base
