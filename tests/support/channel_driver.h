// SPDX-License-Identifier: LGPL-2.1-or-later
// What the host does with a channel: lends deliveries, lets it work, keeps what it tells. One thread.
#pragma once

#include "tests/support/eventually.h"

#include <gtest/gtest.h>
#include <loquet/channel.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

namespace loquet::tests {

/// A delivery as a test writes it.
struct TestDelivery {
    std::string reference = "9f86d081884c7d659a2feaa0c55ad015";
    std::string destination = "anne.legall@example.org";
    std::string subject = "Votre code";
    std::string text = "Votre code est 482915.";
    std::string locale = "fr_FR.UTF-8";
    std::int64_t expires = 4'102'444'800'000; ///< in the year 2100
};

/// The options of a channel: the defaults of its manifest in notation-free form, and what a test sets.
class ChannelOptions {
public:
    ChannelOptions& set(const char* name, const std::string& text) {
        texts_.push_back(text);
        values_.push_back(
            {sizeof(loquet_option_value), name, LOQUET_OPTION_TEXT, sdk::text(texts_.back()), 0, nullptr, 0});
        return *this;
    }
    ChannelOptions& set(const char* name, std::int64_t number, int type = LOQUET_OPTION_INTEGER) {
        values_.push_back({sizeof(loquet_option_value), name, type, {}, number, nullptr, 0});
        return *this;
    }
    ChannelOptions& set_list(const char* name, const std::vector<std::string>& items) {
        std::vector<loquet_text> lent;
        for (const std::string& item : items) {
            texts_.push_back(item);
            lent.push_back(sdk::text(texts_.back()));
        }
        lists_.push_back(std::move(lent));
        values_.push_back({sizeof(loquet_option_value),
                           name,
                           LOQUET_OPTION_TEXT_LIST,
                           {},
                           0,
                           lists_.back().data(),
                           lists_.back().size()});
        return *this;
    }
    /// The last value that was set for a name holds.
    [[nodiscard]] std::vector<loquet_option_value> values() const { return {values_.rbegin(), values_.rend()}; }

private:
    std::deque<std::string> texts_;
    std::deque<std::vector<loquet_text>> lists_;
    std::vector<loquet_option_value> values_;
};

template <class Channel>
class ChannelDriver {
public:
    explicit ChannelDriver(const ChannelOptions& options)
        : values_(options.values()), channel_(sdk::Host(host_), sdk::Options(values_.data(), values_.size())) {}

    std::uint64_t submit(const TestDelivery& letter) {
        const loquet_delivery delivery{sizeof delivery,
                                       sdk::text(letter.reference),
                                       sdk::text(letter.destination),
                                       sdk::text(letter.subject),
                                       sdk::text(letter.text),
                                       sdk::text(letter.locale),
                                       1'795'680'000'000, // 2026-11-26 08:00 UTC
                                       letter.expires,
                                       1};
        channel_.submit(++last_, sdk::Delivery(delivery));
        return last_;
    }
    /// What it told of this one; waits until it did.
    sdk::DeliveryOutcome outcome(std::uint64_t id) {
        const auto until = std::chrono::steady_clock::now() + patience;
        while (!told_.contains(id)) {
            if (std::chrono::steady_clock::now() > until) {
                ADD_FAILURE() << "it told nothing of a delivery";
                return {};
            }
            sdk::ChannelOutput out(output_);
            channel_.work(-1, 500, out);
        }
        return told_.at(id);
    }
    [[nodiscard]] bool has_told(std::uint64_t id) const { return told_.contains(id); }
    sdk::DeliveryOutcome deliver(const TestDelivery& letter) { return outcome(submit(letter)); }
    /// What it tells of messages that it sent before.
    struct Receipts {
        std::vector<sdk::Receipt> receipts;
        bool more = false;
    };
    Receipts ask_receipts(bool kept, const std::vector<loquet_sent_message>& sent = {}) {
        const loquet_receipts_request request{sizeof request, kept ? 1 : 0, sent.data(), sent.size()};
        answer_ = {};
        answered_ = false;
        channel_.receipts(sdk::ReceiptsRequest(request));
        const auto until = std::chrono::steady_clock::now() + patience;
        while (!answered_ && std::chrono::steady_clock::now() < until) {
            sdk::ChannelOutput out(output_);
            channel_.work(-1, 500, out);
        }
        EXPECT_TRUE(answered_) << "it told nothing of receipts";
        return answer_;
    }
    [[nodiscard]] const std::string& logged() const { return logged_; }

private:
    static void keep(void* context, std::uint64_t id, sdk::DeliveryOutcome outcome) {
        const bool first = static_cast<ChannelDriver*>(context)->told_.emplace(id, std::move(outcome)).second;
        EXPECT_TRUE(first) << "told twice";
    }
    static void sent(void* context, std::uint64_t id, loquet_text reference, loquet_text said) {
        keep(context, id,
             {sdk::DeliveryOutcome::Kind::sent, std::string(sdk::view(reference)), 0, std::string(sdk::view(said))});
    }
    static void retry(void* context, std::uint64_t id, std::uint32_t after_ms, loquet_text said) {
        keep(context, id, {sdk::DeliveryOutcome::Kind::retry, {}, after_ms, std::string(sdk::view(said))});
    }
    static void refused(void* context, std::uint64_t id, loquet_text said) {
        keep(context, id, {sdk::DeliveryOutcome::Kind::refused, {}, 0, std::string(sdk::view(said))});
    }
    static void lost(void* context, std::uint64_t id, loquet_text said) {
        keep(context, id, {sdk::DeliveryOutcome::Kind::lost, {}, 0, std::string(sdk::view(said))});
    }
    static void receipt(void* context, loquet_text reference, int outcome, loquet_text said) {
        static_cast<ChannelDriver*>(context)->answer_.receipts.push_back({std::string(sdk::view(reference)),
                                                                          static_cast<sdk::Receipt::Outcome>(outcome),
                                                                          std::string(sdk::view(said))});
    }
    static void receipts_end(void* context, int more) {
        auto& driver = *static_cast<ChannelDriver*>(context);
        EXPECT_FALSE(driver.answered_) << "told twice";
        driver.answered_ = true;
        driver.answer_.more = more != 0;
    }
    static void log(void* context, int /*level*/, loquet_text line) {
        static_cast<ChannelDriver*>(context)->logged_ += std::string(sdk::view(line)) + "\n";
    }

    std::string logged_;
    std::map<std::uint64_t, sdk::DeliveryOutcome> told_;
    std::uint64_t last_ = 0;
    Receipts answer_;
    bool answered_ = true;
    const loquet_host host_{sizeof host_, this, &ChannelDriver::log, nullptr};
    const loquet_channel_output output_{sizeof output_,          this,
                                        &ChannelDriver::sent,    &ChannelDriver::retry,
                                        &ChannelDriver::refused, &ChannelDriver::lost,
                                        &ChannelDriver::receipt, &ChannelDriver::receipts_end};
    std::vector<loquet_option_value> values_;
    Channel channel_;
};

} // namespace loquet::tests
