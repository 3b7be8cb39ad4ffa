// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/sms_http/sms_http_channel.h"

#include "lib/delivery/channel.h"
#include "lib/sms/gsm7.h"
#include "plugins/sms_http/gateway_transfer.h"

#include <memory>

namespace loquet::plugins_sms_http {

namespace {

/// What goes out: the text, or its neighbour in GSM's alphabet where all of it fits there.
std::string chosen_text(std::string_view text, Gateway::Unicode unicode) {
    if (unicode == Gateway::Unicode::transliterate && !sms::size_of_sms(text).gsm7) {
        std::string plain = sms::transliterated(text);
        if (sms::size_of_sms(plain).gsm7) {
            return plain;
        }
        sdk::wipe(plain);
    }
    return std::string(text);
}

} // namespace

const loquet_manifest& SmsHttpChannel::manifest() {
    return Gateway::manifest();
}

SmsHttpChannel::SmsHttpChannel(sdk::Host host, const sdk::Options& options)
    : host_(host), gateway_(options), transfers_(gateway_.connections) {}

/// Why it is not sent; empty where nothing speaks against it.
std::string SmsHttpChannel::objection(const sdk::Delivery& delivery, std::string_view text) const {
    if (!gateway_.ranges.hold(delivery.destination())) {
        return "the destination is no telephone number of the ranges that may be sent to";
    }
    if (delivery::has_control_character(text, "\n")) {
        return "the text holds control characters";
    }
    const sms::SmsSize size = sms::size_of_sms(text);
    if (!size.gsm7 && gateway_.unicode == Gateway::Unicode::refuse) {
        return "the text has characters that GSM's alphabet lacks";
    }
    if (size.segments > gateway_.most_segments) {
        return "the text would be billed as " + std::to_string(size.segments) + " messages";
    }
    if (delivery::milliseconds_now() >= delivery.expires()) {
        return "its time was over before it was sent";
    }
    return {};
}

void SmsHttpChannel::submit(std::uint64_t id, const sdk::Delivery& delivery) {
    std::string text = chosen_text(delivery.text(), gateway_.unicode);
    if (const std::string why = objection(delivery, text); !why.empty()) {
        transfers_.decided(id, {sdk::DeliveryOutcome::Kind::refused, {}, 0, why});
    } else {
        transfers_.begin(id,
                         std::make_unique<SmsTransfer>(gateway_, delivery, text, [this](const std::string& complain) {
                             report("messages cannot be handed to " + gateway_.url + ": " + complain);
                         }));
    }
    sdk::wipe(text);
}

void SmsHttpChannel::work(int wake, std::uint32_t timeout_ms, sdk::ChannelOutput& output) {
    const bool told = inquiries_.work(
        [this](const std::string& complain) {
            report("the gateway cannot be asked what became of messages: " + complain);
        },
        output);
    transfers_.work(wake, told ? 0 : timeout_ms, output);
}

void SmsHttpChannel::report(const std::string& sentence) {
    if (sentence != reported_) {
        reported_ = sentence;
        host_.log(LOQUET_LOG_WARNING, sentence);
    }
}

} // namespace loquet::plugins_sms_http

LOQUET_DEFINE_CHANNEL(loquet::plugins_sms_http::SmsHttpChannel)
