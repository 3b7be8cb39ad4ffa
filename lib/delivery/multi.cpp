// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/delivery/multi.h"

#include <stdexcept>
#include <string>

namespace loquet::delivery {

void check(CURLMcode result) {
    if (result != CURLM_OK) {
        throw std::runtime_error(std::string("libcurl: ") + curl_multi_strerror(result));
    }
}

Multi new_multi(long connections) {
    static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
    Multi multi(ready == CURLE_OK ? curl_multi_init() : nullptr);
    if (!multi) {
        throw std::runtime_error("libcurl cannot be used");
    }
    check(curl_multi_setopt(multi.get(), CURLMOPT_MAX_HOST_CONNECTIONS, connections));
    check(curl_multi_setopt(multi.get(), CURLMOPT_MAXCONNECTS, connections));
    return multi;
}

} // namespace loquet::delivery
