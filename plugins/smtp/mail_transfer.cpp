// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/smtp/mail_transfer.h"

#include "lib/delivery/quotable.h"
#include "plugins/smtp/mime.h"

#include <algorithm>
#include <cstddef>

namespace loquet::plugins_smtp {

namespace {

using sdk::DeliveryOutcome;

/// What Postfix and others call it: "250 2.0.0 Ok: queued as 4FZk1q0"; empty where it is not told like that.
std::string queue_id(std::string_view said) {
    constexpr std::string_view before = "queued as ";
    const std::size_t at = said.find(before);
    return at == std::string_view::npos
               ? std::string()
               : std::string(said.substr(at + before.size(),
                                         said.find_first_of(" \t", at + before.size()) - at - before.size()));
}

/// Answers that speak of the session and not of this message: log in, encrypt, the service does not take mail.
bool is_about_us(long code) {
    return code == 502 || code == 503 || code == 521 || (code >= 530 && code <= 538);
}

} // namespace

MailTransfer::MailTransfer(const Relay& relay, const sdk::Delivery& delivery, Trouble trouble)
    : Transfer(relay.rules, delivery.expires()),
      mail_(compose({relay.from, relay.from_name, delivery.destination(), delivery.subject(), delivery.text(),
                     delivery.reference(), delivery.locale(), delivery.now()})),
      text_(delivery.text()), trouble_(std::move(trouble)) {
    set(CURLOPT_URL, relay.url.c_str());
    set_security(relay);
    set_envelope(relay, delivery);
    set(CURLOPT_UPLOAD, 1L);
    set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(mail_.size()));
    set(CURLOPT_READFUNCTION, &MailTransfer::give);
    set(CURLOPT_READDATA, this);
    set(CURLOPT_HEADERFUNCTION, &MailTransfer::hear);
    set(CURLOPT_HEADERDATA, this);
    set(CURLOPT_WRITEFUNCTION, &MailTransfer::hear);
    set(CURLOPT_WRITEDATA, this);
}

MailTransfer::~MailTransfer() {
    sdk::wipe(mail_);
    sdk::wipe(text_);
}

void MailTransfer::set_security(const Relay& relay) {
    set(CURLOPT_USE_SSL, static_cast<long>(relay.security == Relay::Security::none ? CURLUSESSL_NONE : CURLUSESSL_ALL));
    if (!relay.user.empty()) {
        set(CURLOPT_USERNAME, relay.user.c_str());
        set(CURLOPT_PASSWORD, relay.password.text().c_str());
    }
}

void MailTransfer::set_envelope(const Relay& relay, const sdk::Delivery& delivery) {
    // libcurl closes the address with ">" behind everything that it is given, so the parameters stand before that one,
    // and it becomes a part of the envelope's id, where RFC 3461 permits it.
    const std::string parameters =
        relay.dsn ? "> RET=HDRS ENVID=<" + std::string(delivery.reference()) + ">" : std::string(">");
    set(CURLOPT_MAIL_FROM, ("<" + relay.from + parameters).c_str());
    delivery::append(recipients_, "<" + std::string(delivery.destination()) + ">");
    set(CURLOPT_MAIL_RCPT, recipients_.get());
}

std::size_t MailTransfer::give(char* buffer, std::size_t size, std::size_t count, void* self) noexcept {
    auto& transfer = *static_cast<MailTransfer*>(self);
    const std::size_t given = std::min(size * count, transfer.mail_.size() - transfer.given_);
    std::copy_n(transfer.mail_.begin() + static_cast<std::ptrdiff_t>(transfer.given_), given, buffer);
    transfer.given_ += given;
    return given;
}

std::size_t MailTransfer::hear(const char* line, std::size_t size, std::size_t count, void* self) noexcept {
    constexpr std::size_t longest_line = 512; // RFC 5321, 4.5.3.1.5
    auto& transfer = *static_cast<MailTransfer*>(self);
    const std::string_view heard(line, size * count);
    transfer.heard_ += heard.size();
    if (transfer.heard_ > longest_answer) {
        return 0; // libcurl gives up
    }
    try {
        transfer.last_line_ = heard.substr(0, std::min(heard.find_first_of("\r\n"), longest_line));
    } catch (...) {
        return 0;
    }
    return heard.size();
}

DeliveryOutcome MailTransfer::outcome(CURLcode result) {
    const std::string said = delivery::quotable(last_line_, text_);
    if (result == CURLE_OK) {
        return {DeliveryOutcome::Kind::sent, queue_id(said), 0, said};
    }
    long code = 0;
    curl_easy_getinfo(handle(), CURLINFO_RESPONSE_CODE, &code);
    // CURLE_SEND_ERROR: to MAIL, RCPT or DATA; the others: to what was sent. Before that nothing is known of the
    // message.
    const bool of_message = result == CURLE_SEND_ERROR || given_ > 0;
    if (of_message && code >= 500 && !is_about_us(code)) {
        return {DeliveryOutcome::Kind::refused, {}, 0, said};
    }
    if (of_message && code >= 400 && code < 500) {
        return {DeliveryOutcome::Kind::retry, {}, 0, said};
    }
    const std::string sentence = delivery::quotable(complaint(result), text_)
                                 + (code >= 400 && !said.empty() ? " (" + said + ")" : std::string());
    trouble_(sentence);
    // Once libcurl has all of it, the relay may have it, too: only a number says no then.
    const bool lost = given_ == mail_.size() && code < 400;
    return {lost ? DeliveryOutcome::Kind::lost : DeliveryOutcome::Kind::retry, {}, 0, sentence};
}

} // namespace loquet::plugins_smtp
