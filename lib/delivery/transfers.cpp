// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/delivery/transfers.h"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <utility>

namespace loquet::delivery {

Transfers::Transfers(long connections) : multi_(new_multi(connections)) {}

Transfers::~Transfers() {
    for (const auto& [id, transfer] : in_flight_) {
        curl_multi_remove_handle(multi_.get(), transfer->handle());
    }
    for (const auto& question : questions_) {
        curl_multi_remove_handle(multi_.get(), question->handle());
    }
}

void Transfers::add(const Transfer& transfer) {
    check(curl_multi_add_handle(multi_.get(), transfer.handle()));
}

void Transfers::begin(std::uint64_t id, std::unique_ptr<Transfer> transfer) {
    if (in_flight_.contains(id)) {
        throw std::logic_error("two deliveries of one number");
    }
    const Transfer& begun = *(in_flight_[id] = std::move(transfer));
    try {
        add(begun);
    } catch (...) {
        in_flight_.erase(id);
        throw;
    }
}

void Transfers::ask(std::unique_ptr<Transfer> question) {
    questions_.push_back(std::move(question));
    try {
        add(*questions_.back());
    } catch (...) {
        questions_.pop_back();
        throw;
    }
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
        finish(message->easy_handle, message->data.result); // and of `message` nothing is left
    }
}

void Transfers::finish(CURL* handle, CURLcode result) {
    const auto is_it = [handle](const Transfer& transfer) { return transfer.handle() == handle; };
    const auto delivery = std::ranges::find_if(in_flight_, [&](const auto& entry) { return is_it(*entry.second); });
    const auto question = std::ranges::find_if(questions_, [&](const auto& asked) { return is_it(*asked); });
    if (delivery != in_flight_.end()) {
        outcomes_.add(delivery->first, delivery->second->outcome(result));
    } else {
        (void)(*question)->outcome(result);
        answered_ = true;
    }
    check(curl_multi_remove_handle(multi_.get(), handle));
    if (delivery != in_flight_.end()) {
        in_flight_.erase(delivery);
    } else {
        questions_.erase(question);
    }
}

bool Transfers::tell(sdk::ChannelOutput& output) {
    const bool told = outcomes_.tell(output);
    return std::exchange(answered_, false) || told;
}

} // namespace loquet::delivery
