// SPDX-License-Identifier: LGPL-2.1-or-later
// One connection to a gateway, by which one transfer after the other goes while it stands. One thread.
#pragma once

#include "lib/delivery/multi.h"
#include "lib/delivery/transfer.h"

#include <curl/curl.h>

#include <atomic>

namespace loquet::delivery {

class PersistentConnection {
public:
    /// `ending`: breaks a transfer off, within about a second; outlives this.
    explicit PersistentConnection(const std::atomic<bool>& ending) : ending_(ending), multi_(new_multi(1)) {}
    /// Says good-bye to the gateway, and does not wait for what it says to that.
    ~PersistentConnection();
    PersistentConnection(const PersistentConnection&) = delete;
    PersistentConnection& operator=(const PersistentConnection&) = delete;

    /// Waits until it is through. Throws where libcurl itself cannot go on.
    [[nodiscard]] CURLcode perform(Transfer& transfer);

private:
    const std::atomic<bool>& ending_;
    Multi multi_;
    curl_socket_t socket_ = CURL_SOCKET_BAD; ///< which libcurl keeps open
};

} // namespace loquet::delivery
