// SPDX-License-Identifier: LGPL-2.1-or-later
// libcurl's own list of transfers, which keeps their connections for the next ones.
#pragma once

#include "lib/base/handle.h"

#include <curl/curl.h>

namespace loquet::delivery {

using Multi = base::Handle<CURLM, curl_multi_cleanup>;

/// Throws std::runtime_error where libcurl cannot go on.
void check(CURLMcode result);

/// With at most so many connections to one gateway. Throws std::runtime_error.
[[nodiscard]] Multi new_multi(long connections);

} // namespace loquet::delivery
