// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/delivery/transfer.h"

#include <algorithm>
#include <new>
#include <stdexcept>
#include <string>

namespace loquet::delivery {

void append(CurlList& list, const std::string& line) {
    curl_slist* longer = curl_slist_append(list.get(), line.c_str());
    if (longer == nullptr) {
        throw std::bad_alloc();
    }
    (void)list.release(); // NOLINT(bugprone-unused-return-value): `longer` is the same list, or its first entry
    list.reset(longer);
}

Transfer::Transfer(const TransferRules& rules, std::int64_t expires) : easy_(curl_easy_init()) {
    if (!easy_) {
        throw std::bad_alloc();
    }
    const std::chrono::milliseconds life{expires - milliseconds_now()};
    if (life.count() <= 0) {
        throw std::logic_error("a message that is over is not begun");
    }
    const std::chrono::milliseconds most = std::min<std::chrono::milliseconds>(rules.timeout, life);
    end_ = std::chrono::steady_clock::now() + most;
    set(CURLOPT_ERRORBUFFER, complaint_.data());
    set(CURLOPT_PROTOCOLS_STR, rules.protocols.c_str());
    set(CURLOPT_REDIR_PROTOCOLS_STR, rules.protocols.c_str());
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_NOPROXY, "*"); // whatever the environment says
    set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(std::chrono::milliseconds(rules.connect_timeout).count()));
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(most.count()));
    set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    set(CURLOPT_SSL_VERIFYPEER, 1L);
    set(CURLOPT_SSL_VERIFYHOST, 2L);
    if (!rules.ca_file.empty()) {
        set(CURLOPT_CAINFO, rules.ca_file.c_str());
        set(CURLOPT_CAPATH, static_cast<const char*>(nullptr)); // the file alone
    }
}

bool Transfer::begin_in_time() {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end_ - std::chrono::steady_clock::now());
    if (left.count() > 0) {
        set(CURLOPT_TIMEOUT_MS, static_cast<long>(left.count()));
    }
    return left.count() > 0;
}

std::string Transfer::complaint(CURLcode result) const {
    return complaint_[0] != '\0' ? complaint_.data() : curl_easy_strerror(result);
}

std::int64_t milliseconds_now() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

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
