// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/delivery/persistent_connection.h"

#include <sys/socket.h>

namespace loquet::delivery {

namespace {

constexpr int longest_look_ms = 1000; ///< between two looks whether all is to end; libcurl's own is as long

/// Called by libcurl while it waits, too: anything but 0 ends the transfer.
int is_ending(void* ending, curl_off_t /*down*/, curl_off_t /*downed*/, curl_off_t /*up*/, curl_off_t /*upped*/) {
    return static_cast<const std::atomic<bool>*>(ending)->load() ? 1 : 0;
}

/// In the list while it lives.
class Listed {
public:
    Listed(CURLM* multi, CURL* easy) : multi_(multi), easy_(easy) { check(curl_multi_add_handle(multi, easy)); }
    ~Listed() { curl_multi_remove_handle(multi_, easy_); }
    Listed(const Listed&) = delete;
    Listed& operator=(const Listed&) = delete;

private:
    CURLM* multi_;
    CURL* easy_;
};

CURLcode wait_for_end(CURLM* multi) {
    while (true) {
        int count = 0;
        check(curl_multi_perform(multi, &count));
        if (const CURLMsg* message = curl_multi_info_read(multi, &count)) {
            return message->data.result;
        }
        check(curl_multi_poll(multi, nullptr, 0, longest_look_ms, nullptr));
    }
}

} // namespace

PersistentConnection::~PersistentConnection() {
    if (socket_ != CURL_SOCKET_BAD) {
        ::shutdown(socket_, SHUT_RD); // or libcurl, which says QUIT now, would wait for two minutes
    }
}

CURLcode PersistentConnection::perform(Transfer& transfer) {
    if (!transfer.begin_in_time()) {
        return CURLE_OPERATION_TIMEDOUT;
    }
    CURL* const easy = transfer.handle();
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(easy, CURLOPT_XFERINFODATA, &ending_);
    curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, &is_ending);
    const Listed listed(multi_.get(), easy);
    const CURLcode result = wait_for_end(multi_.get());
    if (curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &socket_) != CURLE_OK) {
        socket_ = CURL_SOCKET_BAD;
    }
    if (result != CURLE_OK && socket_ != CURL_SOCKET_BAD) {
        // libcurl 7.88 keeps it although an answer is missing, which would be taken for the answer to the next mail.
        ::shutdown(socket_, SHUT_RDWR);
    }
    return result;
}

} // namespace loquet::delivery
