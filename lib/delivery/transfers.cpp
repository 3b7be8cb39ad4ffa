// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/delivery/transfers.h"

#include <algorithm>
#include <chrono>
#include <stdexcept>

namespace loquet::delivery {

namespace {

void check(CURLMcode result) {
    if (result != CURLM_OK) {
        throw std::runtime_error(std::string("libcurl: ") + curl_multi_strerror(result));
    }
}

CURLM* new_multi() {
    static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
    CURLM* multi = ready == CURLE_OK ? curl_multi_init() : nullptr;
    if (multi == nullptr) {
        throw std::runtime_error("libcurl cannot be used");
    }
    return multi;
}

} // namespace

Transfers::Transfers(long connections) : multi_(new_multi()) {
    check(curl_multi_setopt(multi_.get(), CURLMOPT_MAX_HOST_CONNECTIONS, connections));
    check(curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, connections));
}

Transfers::~Transfers() {
    for (const auto& [id, transfer] : in_flight_) {
        curl_multi_remove_handle(multi_.get(), transfer->handle());
    }
}

void Transfers::begin(std::uint64_t id, std::unique_ptr<Transfer> transfer) {
    const auto [at, added] = in_flight_.try_emplace(id, std::move(transfer));
    if (!added) {
        throw std::logic_error("two deliveries of one number");
    }
    if (const CURLMcode result = curl_multi_add_handle(multi_.get(), at->second->handle()); result != CURLM_OK) {
        in_flight_.erase(at);
        check(result);
    }
}

void Transfers::decided(std::uint64_t id, sdk::DeliveryOutcome outcome) {
    decided_.emplace_back(id, std::move(outcome));
}

void Transfers::work(int wake, std::uint32_t timeout_ms, sdk::ChannelOutput& output) {
    using Clock = std::chrono::steady_clock;
    const Clock::time_point until = Clock::now() + std::chrono::milliseconds(timeout_ms);
    while (true) {
        int running = 0;
        check(curl_multi_perform(multi_.get(), &running));
        collect();
        if (tell(output)) {
            return;
        }
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
        if (left <= 0) {
            return;
        }
        curl_waitfd woken{wake, CURL_WAIT_POLLIN, 0};
        check(curl_multi_poll(multi_.get(), &woken, wake < 0 ? 0 : 1, static_cast<int>(left), nullptr));
        if (woken.revents != 0) {
            return;
        }
    }
}

void Transfers::collect() {
    int more = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &more)) {
        CURL* handle = message->easy_handle;
        const CURLcode result = message->data.result; // of `message` nothing is left once the handle is removed
        const auto at = std::ranges::find_if(in_flight_, [&](const auto& e) { return e.second->handle() == handle; });
        decided_.emplace_back(at->first, at->second->outcome(result));
        check(curl_multi_remove_handle(multi_.get(), handle));
        in_flight_.erase(at);
    }
}

bool Transfers::tell(sdk::ChannelOutput& output) {
    for (const auto& [id, outcome] : decided_) {
        outcome.tell(id, output);
    }
    const bool told = !decided_.empty();
    decided_.clear();
    return told;
}

} // namespace loquet::delivery
