// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/base/secret.h"

namespace loquet::base {

Secret Secret::take(std::string& source) {
    Secret secret{std::string_view(source)};
    wipe(source.data(), source.size());
    source.clear();
    return secret;
}

bool same_secret(std::string_view a, std::string_view b) noexcept {
    if (a.size() != b.size()) {
        return false;
    }
    volatile unsigned char difference = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        difference = static_cast<unsigned char>(difference | (a[i] ^ b[i]));
    }
    return difference == 0;
}

} // namespace loquet::base
