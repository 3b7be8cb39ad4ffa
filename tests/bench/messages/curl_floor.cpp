// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/bench/messages/curl_floor.h"

#include "lib/base/handle.h"
#include "tests/bench/rounds.h"

#include <curl/curl.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <vector>

namespace loquet::bench {

namespace {

constexpr double microseconds_in_a_second = 1e6;

using Easy = base::Handle<CURL, curl_easy_cleanup>;
using Multi = base::Handle<CURLM, curl_multi_cleanup>;
using List = base::Handle<curl_slist, curl_slist_free_all>;

/// One connection's message under way, again and again.
class Sender {
public:
    explicit Sender(const Sending& sending) : message_(sending.message), handle_(curl_easy_init()) {
        const char* scheme = sending.speech == Speech::smtp ? "smtp" : "http";
        set(CURLOPT_URL, (std::string(scheme) + "://127.0.0.1:" + std::to_string(sending.port) + "/send").c_str());
        set(CURLOPT_NOSIGNAL, 1L);
        set(CURLOPT_WRITEFUNCTION, +[](char*, std::size_t size, std::size_t count, void*) { return size * count; });
        set(CURLOPT_PRIVATE, this);
        if (sending.speech == Speech::smtp) {
            receivers_.reset(curl_slist_append(nullptr, "person@bench.invalid"));
            set(CURLOPT_MAIL_FROM, "loquet@bench.invalid");
            set(CURLOPT_MAIL_RCPT, receivers_.get());
            set(CURLOPT_UPLOAD, 1L);
            set(CURLOPT_READFUNCTION, read);
            set(CURLOPT_READDATA, this);
        } else {
            set(CURLOPT_POSTFIELDS, message_.c_str());
        }
    }

    void begin(CURLM* multi) {
        read_ = 0;
        curl_multi_add_handle(multi, handle_.get());
    }

private:
    template <class T>
    void set(CURLoption option, T value) {
        if (curl_easy_setopt(handle_.get(), option, value) != CURLE_OK) {
            throw std::runtime_error("libcurl does not take an option of the floor");
        }
    }

    static std::size_t read(char* place, std::size_t size, std::size_t count, void* self) {
        auto& sender = *static_cast<Sender*>(self);
        const std::size_t bytes = std::min(size * count, sender.message_.size() - sender.read_);
        sender.message_.copy(place, bytes, sender.read_);
        sender.read_ += bytes;
        return bytes;
    }

    const std::string& message_;
    std::size_t read_ = 0;
    List receivers_;
    Easy handle_;
};

/// The sender of a message that was taken.
Sender& finished(CURLM* multi, const CURLMsg& told) {
    if (told.data.result != CURLE_OK) {
        throw std::runtime_error(std::string("the floor's message was not taken: ")
                                 + curl_easy_strerror(told.data.result));
    }
    CURL* handle = told.easy_handle;
    Sender* sender = nullptr;
    curl_easy_getinfo(handle, CURLINFO_PRIVATE, &sender);
    curl_multi_remove_handle(multi, handle);
    return *sender;
}

void send_all(CURLM* multi, std::vector<std::unique_ptr<Sender>>& senders, int count) {
    constexpr int wait_ms = 1000;
    int begun = 0;
    for (; begun < count && begun < static_cast<int>(senders.size()); ++begun) {
        senders[static_cast<std::size_t>(begun)]->begin(multi);
    }
    for (int taken = 0; taken < count;) {
        int running = 0;
        int more = 0;
        curl_multi_perform(multi, &running);
        while (const CURLMsg* told = curl_multi_info_read(multi, &more)) {
            Sender& sender = finished(multi, *told);
            ++taken;
            if (begun < count) {
                ++begun;
                sender.begin(multi);
            }
        }
        if (taken < count) {
            curl_multi_poll(multi, nullptr, 0, wait_ms, nullptr);
        }
    }
}

} // namespace

double send_by_curl(const Sending& sending, int count) {
    const Multi multi(curl_multi_init());
    curl_multi_setopt(multi.get(), CURLMOPT_MAXCONNECTS, static_cast<long>(sending.connections));
    std::vector<std::unique_ptr<Sender>> senders;
    senders.reserve(static_cast<std::size_t>(sending.connections));
    for (int i = 0; i < sending.connections; ++i) {
        senders.push_back(std::make_unique<Sender>(sending));
    }
    send_all(multi.get(), senders, sending.connections); // connections that stand are what is measured
    return count * microseconds_in_a_second / microseconds([&] { send_all(multi.get(), senders, count); });
}

} // namespace loquet::bench
