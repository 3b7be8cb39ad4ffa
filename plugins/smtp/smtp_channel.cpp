// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/smtp/smtp_channel.h"

#include "lib/delivery/channel.h"
#include "plugins/smtp/mail_transfer.h"

#include <memory>
#include <stdexcept>

namespace loquet::plugins_smtp {

namespace {

/// Why it is not sent; empty where nothing speaks against it. libcurl itself would put a line end of an address on the
/// wire, and with it a command of somebody else's.
std::string objection(const sdk::Delivery& delivery) {
    if (!sdk::is_mail_address(delivery.destination())) {
        return "the destination is no mail address";
    }
    if (!sdk::is_reference(delivery.reference())) {
        return "the reference of the message is not 32 hexadecimal digits";
    }
    if (delivery::has_control_character(delivery.subject())) {
        return "the subject is not one line";
    }
    if (delivery.text().find('\0') != std::string_view::npos) {
        return "the text is none";
    }
    if (delivery::milliseconds_now() >= delivery.expires()) {
        return "its time was over before it was sent";
    }
    return {};
}

} // namespace

const loquet_manifest& SmtpChannel::manifest() {
    return Relay::manifest();
}

SmtpChannel::SmtpChannel(sdk::Host host, const sdk::Options& options)
    : host_(host), relay_(options), transfers_(static_cast<std::size_t>(relay_.connections)) {
    if (!relay_.bounces.empty()) {
        bounces_.emplace(relay_.bounces);
    }
    if (!relay_.doubt.empty()) {
        host_.log(LOQUET_LOG_WARNING, relay_.doubt);
    }
}

void SmtpChannel::submit(std::uint64_t id, const sdk::Delivery& delivery) {
    if (const std::string why = objection(delivery); !why.empty()) {
        transfers_.decided(id, {sdk::DeliveryOutcome::Kind::refused, {}, 0, why});
        return;
    }
    transfers_.begin(id, std::make_unique<MailTransfer>(relay_, delivery, [this](const std::string& complain) {
                         report("mail cannot be handed to " + relay_.url + ": " + complain);
                     }));
}

void SmtpChannel::work(int wake, std::uint32_t timeout_ms, sdk::ChannelOutput& output) {
    if (came_back_) {
        for (const sdk::Receipt& receipt : came_back_->receipts) {
            output.receipt(receipt);
        }
        output.receipts_end(came_back_->more);
        came_back_.reset();
        timeout_ms = 0; // something was told
    }
    transfers_.work(wake, timeout_ms, output);
}

void SmtpChannel::receipts(const sdk::ReceiptsRequest& request) {
    came_back_.emplace();
    if (!bounces_) {
        return;
    }
    try {
        if (request.kept()) {
            bounces_->forget();
        }
        *came_back_ = bounces_->read();
    } catch (const std::runtime_error& complain) {
        report(std::string("what came back is not read: ") + complain.what());
    }
}

void SmtpChannel::report(const std::string& sentence) {
    if (sentence != reported_) {
        reported_ = sentence;
        host_.log(LOQUET_LOG_WARNING, sentence);
    }
}

} // namespace loquet::plugins_smtp

LOQUET_DEFINE_CHANNEL(loquet::plugins_smtp::SmtpChannel)
