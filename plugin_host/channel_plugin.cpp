// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin_host/channel_plugin.h"

#include "lib/base/limits.h"
#include "lib/base/text.h"
#include "plugin_host/sdk_boundary.h"

#include <cstddef>
#include <utility>

namespace loquet::plugin_host {

namespace {

using protocol::Outcome;

struct SinkContext : Collector {
    explicit SinkContext(ChannelPlugin::OutcomeSink listeners) : tell(std::move(listeners)) {}
    ChannelPlugin::OutcomeSink tell;
};

/// What a gateway says may be anything: it is cut and made printable here, and no fault of the plugin.
std::string quote(loquet_text text, std::size_t limit) {
    if (text.data == nullptr && text.size != 0) {
        Collector::refuse("what the gateway said has a size but no data");
    }
    return text.size == 0 ? std::string() : base::printable({text.data, text.size}, limit);
}

void sent(void* context, std::uint64_t number, loquet_text gateway_reference, loquet_text said) noexcept {
    SinkContext& sink = Collector::of<SinkContext>(context);
    sink.take([&] {
        sink.tell.outcome(number, {Outcome::sent, base::Milliseconds(0),
                                   quote(gateway_reference, limits::gateway_reference_bytes),
                                   quote(said, limits::gateway_said_bytes)});
    });
}

void retry(void* context, std::uint64_t number, std::uint32_t after_ms, loquet_text said) noexcept {
    SinkContext& sink = Collector::of<SinkContext>(context);
    sink.take([&] {
        const base::Milliseconds after(after_ms);
        if (after > limits::longest_retry) {
            Collector::refuse("it wants to be asked again after more than a day");
        }
        sink.tell.outcome(number, {Outcome::retry, after, {}, quote(said, limits::gateway_said_bytes)});
    });
}

void refused(void* context, std::uint64_t number, loquet_text said) noexcept {
    SinkContext& sink = Collector::of<SinkContext>(context);
    sink.take([&] {
        sink.tell.outcome(number,
                          {Outcome::refused, base::Milliseconds(0), {}, quote(said, limits::gateway_said_bytes)});
    });
}

void lost(void* context, std::uint64_t number, loquet_text said) noexcept {
    SinkContext& sink = Collector::of<SinkContext>(context);
    sink.take([&] {
        sink.tell.outcome(number, {Outcome::lost, base::Milliseconds(0), {}, quote(said, limits::gateway_said_bytes)});
    });
}

void receipt(void* context, loquet_text reference, int outcome, loquet_text said) noexcept {
    SinkContext& sink = Collector::of<SinkContext>(context);
    sink.take([&] {
        if (outcome < LOQUET_RECEIPT_DELIVERED || outcome > LOQUET_RECEIPT_FAILED) {
            Collector::refuse("the outcome of a receipt is none");
        }
        // One that is longer or not printable does not become another: the answer cannot be encoded then.
        sink.tell.receipt({quote(reference, limits::delivery_reference_bytes),
                           static_cast<protocol::ReceiptOutcome>(outcome), quote(said, limits::gateway_said_bytes)});
    });
}

void receipts_end(void* context, int more) noexcept {
    SinkContext& sink = Collector::of<SinkContext>(context);
    sink.take([&] { sink.tell.receipts_end(more != 0); });
}

} // namespace

void ChannelPlugin::submit(std::uint64_t number, const protocol::DeliverRequest& request) const {
    loquet_delivery lent{};
    lent.size = sizeof lent;
    lent.reference = lend(request.reference);
    lent.destination = lend(request.destination);
    lent.subject = lend(request.subject);
    lent.text = lend(request.text.reveal());
    lent.locale = lend(request.locale);
    lent.now = request.now.count();
    lent.expires = request.expires.count();
    lent.attempt = request.attempt;
    Collector nothing_to_tell;
    nothing_to_tell.run([&] { return contract_->submit(self_, number, &lent); });
}

void ChannelPlugin::work(int wake, base::Milliseconds timeout, OutcomeSink outcome_sink) const {
    SinkContext sink(std::move(outcome_sink));
    const loquet_channel_output output{sizeof output, &sink, &sent, &retry, &refused, &lost, &receipt, &receipts_end};
    sink.run([&] { return contract_->work(self_, wake, static_cast<std::uint32_t>(timeout.count()), &output); });
}

bool ChannelPlugin::has_receipts() const noexcept {
    return contract_->size >= offsetof(loquet_channel, receipts) + sizeof contract_->receipts
           && contract_->receipts != nullptr;
}

void ChannelPlugin::ask_receipts(const std::vector<protocol::SentMessage>& sent, bool kept) const {
    std::vector<loquet_sent_message> lent;
    lent.reserve(sent.size());
    for (const protocol::SentMessage& message : sent) {
        lent.push_back({lend(message.reference), lend(message.gateway_reference)});
    }
    const loquet_receipts_request request{sizeof request, kept ? 1 : 0, lent.data(), lent.size()};
    Collector nothing_to_tell;
    nothing_to_tell.run([&] { return contract_->receipts(self_, &request); });
}

} // namespace loquet::plugin_host
