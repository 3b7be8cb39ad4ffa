// SPDX-License-Identifier: LGPL-2.1-or-later
// Channels that the exam has to fail, each for its one reason. LOQUET_BAD_CLASS is the one that this .so exports, and
// LOQUET_BAD_NAME what it calls itself.
#include <loquet/channel.hpp>
#include <poll.h>

namespace loquet::sdk_conformance {
namespace {

constexpr loquet_manifest the_manifest{
    sizeof(loquet_manifest), LOQUET_BAD_NAME, "1", "Does one thing wrong.", nullptr, nullptr, 0};

/// Does nothing wrong: refuses each message. The bad ones differ from it in one thing.
class HarmlessChannel : public sdk::ImmediateChannel {
public:
    static const loquet_manifest& manifest() { return the_manifest; }
    HarmlessChannel(sdk::Host /*host*/, const sdk::Options& /*options*/) {}

private:
    sdk::DeliveryOutcome deliver(const sdk::Delivery& /*delivery*/) override {
        return {sdk::DeliveryOutcome::Kind::refused, {}, 0, "550 nobody"};
    }
};

/// Tells of its first delivery again with each other.
class TellsTwice : public HarmlessChannel {
public:
    using HarmlessChannel::HarmlessChannel;
    void work(int wake, std::uint32_t timeout_ms, sdk::ChannelOutput& output) {
        HarmlessChannel::work(wake, timeout_ms, output);
        output.refused(1, "550 nobody");
    }
};

/// Shows the helpdesk what it was to keep: the text.
class QuotesText : public HarmlessChannel {
public:
    using HarmlessChannel::HarmlessChannel;

private:
    sdk::DeliveryOutcome deliver(const sdk::Delivery& delivery) override {
        return {sdk::DeliveryOutcome::Kind::refused, {}, 0, "500 unknown command: " + std::string(delivery.text())};
    }
};

/// Hands on whatever it is given, as if nobody could have planted a line in it.
class TrustsDestinations : public HarmlessChannel {
public:
    using HarmlessChannel::HarmlessChannel;

private:
    sdk::DeliveryOutcome deliver(const sdk::Delivery& /*delivery*/) override {
        return {sdk::DeliveryOutcome::Kind::sent, {}, 0, "250 Ok"};
    }
};

/// Hands on whatever it is given, and never hears an answer.
class LosesAnswers : public HarmlessChannel {
public:
    using HarmlessChannel::HarmlessChannel;

private:
    sdk::DeliveryOutcome deliver(const sdk::Delivery& /*delivery*/) override {
        return {sdk::DeliveryOutcome::Kind::lost, {}, 0, "the connection broke"};
    }
};

/// Waits as long as it may, whatever is new.
class SleepsInWork : public HarmlessChannel {
public:
    using HarmlessChannel::HarmlessChannel;
    void work(int wake, std::uint32_t timeout_ms, sdk::ChannelOutput& output) {
        ::poll(nullptr, 0, static_cast<int>(timeout_ms));
        HarmlessChannel::work(wake, timeout_ms, output);
    }
};

/// Tells of a message that nobody has sent.
class InventsReceipts : public HarmlessChannel {
public:
    using HarmlessChannel::HarmlessChannel;
    void receipts(const sdk::ReceiptsRequest& /*request*/) { asked_ = true; }
    void work(int wake, std::uint32_t timeout_ms, sdk::ChannelOutput& output) {
        HarmlessChannel::work(wake, timeout_ms, output);
        if (asked_) {
            asked_ = false;
            output.receipt({std::string(32, '0'), sdk::Receipt::Outcome::failed, "550 nobody"});
            output.receipts_end(false);
        }
    }

private:
    bool asked_ = false;
};

/// Tells of one message again and again.
class FloodsReceipts : public HarmlessChannel {
public:
    using HarmlessChannel::HarmlessChannel;
    void submit(std::uint64_t id, const sdk::Delivery& delivery) {
        reference_ = delivery.reference();
        HarmlessChannel::submit(id, delivery);
    }
    void receipts(const sdk::ReceiptsRequest& /*request*/) { asked_ = true; }
    void work(int wake, std::uint32_t timeout_ms, sdk::ChannelOutput& output) {
        HarmlessChannel::work(wake, timeout_ms, output);
        if (asked_) {
            asked_ = false;
            for (std::size_t n = 0; n <= sdk::most_receipts; ++n) {
                output.receipt({reference_, sdk::Receipt::Outcome::failed, "550 nobody"});
            }
            output.receipts_end(false);
        }
    }

private:
    bool asked_ = false;
    std::string reference_;
};

} // namespace
} // namespace loquet::sdk_conformance

LOQUET_DEFINE_CHANNEL(loquet::sdk_conformance::LOQUET_BAD_CLASS)
