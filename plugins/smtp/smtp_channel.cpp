// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/smtp/smtp_channel.h"

#include "plugins/smtp/mail_transfer.h"

#include <algorithm>
#include <memory>

namespace loquet::plugins_smtp {

namespace {

bool is_reference(std::string_view text) {
    return text.size() == 32 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool has_control_character(std::string_view text) {
    return std::ranges::any_of(text, [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; });
}

/// Why it is not sent; empty where nothing speaks against it. libcurl itself would put a line end of an address on the
/// wire, and with it a command of somebody else's.
std::string objection(const sdk::Delivery& delivery) {
    if (!sdk::is_mail_address(delivery.destination())) {
        return "the destination is no mail address";
    }
    if (!is_reference(delivery.reference())) {
        return "the reference of the message is not 32 hexadecimal digits";
    }
    if (has_control_character(delivery.subject())) {
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
    : host_(host), relay_(options), transfers_(relay_.connections) {}

void SmtpChannel::submit(std::uint64_t id, const sdk::Delivery& delivery) {
    if (const std::string why = objection(delivery); !why.empty()) {
        transfers_.decided(id, {sdk::DeliveryOutcome::Kind::refused, {}, 0, why});
        return;
    }
    transfers_.begin(
        id, std::make_unique<MailTransfer>(relay_, delivery, [this](const std::string& trouble) { report(trouble); }));
}

void SmtpChannel::report(const std::string& trouble) {
    if (trouble != reported_) {
        reported_ = trouble;
        host_.log(LOQUET_LOG_WARNING, "mail cannot be handed to " + relay_.url + ": " + trouble);
    }
}

} // namespace loquet::plugins_smtp
