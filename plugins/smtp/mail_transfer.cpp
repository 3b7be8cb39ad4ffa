// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/smtp/mail_transfer.h"

#include "lib/base/text.h"
#include "lib/delivery/gateway.h"
#include "plugins/smtp/mime.h"

#include <algorithm>
#include <cstddef>

namespace loquet::plugins_smtp {

namespace {

using sdk::DeliveryOutcome;

constexpr int go_on = 354;                // RFC 5321, 3.3: the text may come
constexpr std::size_t longest_said = 256; // as the host cuts it

/// What Postfix and others call it: "250 2.0.0 Ok: queued as 4FZk1q0"; empty where it is not told like that.
std::string queue_id(std::string_view said) {
    constexpr std::string_view before = "queued as ";
    const std::size_t at = said.find(before);
    return at == std::string_view::npos
               ? std::string()
               : std::string(said.substr(at + before.size(),
                                         said.find_first_of(" \t", at + before.size()) - at - before.size()));
}

/// The server is gone, and libcurl says so in words of its own.
bool broke(CURLcode result) {
    return result == CURLE_RECV_ERROR || result == CURLE_SEND_ERROR || result == CURLE_GOT_NOTHING;
}

} // namespace

MailTransfer::MailTransfer(const Relay& relay, const sdk::Delivery& delivery, Complain complain)
    : Transfer(relay.rules, delivery.expires()),
      mail_(compose({relay.from, relay.from_name, delivery.destination(), delivery.subject(), delivery.text(),
                     delivery.reference(), delivery.locale(), delivery.now()})),
      text_(delivery.text()), destination_(delivery.destination()), complain_(std::move(complain)) {
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
    set(CURLOPT_VERBOSE, 1L); // for what is said to the server
    set(CURLOPT_DEBUGFUNCTION, &MailTransfer::watch);
    set(CURLOPT_DEBUGDATA, this);
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

/// libcurl tells neither which command an error answers nor that it says QUIT behind it, and the reply to that would be
/// taken for the error.
int MailTransfer::watch(CURL* /*handle*/, curl_infotype type, char* data, std::size_t size, void* self) noexcept {
    if (type == CURLINFO_HEADER_OUT) {
        auto& transfer = *static_cast<MailTransfer*>(self);
        const std::string_view command(data, size);
        transfer.quits_ = transfer.quits_ || command.starts_with("QUIT\r\n");
        if (!transfer.quits_) {
            transfer.stage_ = stage_of(command, transfer.stage_);
            transfer.reply_.clear();
        }
    }
    return 0;
}

std::size_t MailTransfer::hear(const char* line, std::size_t size, std::size_t count, void* self) noexcept {
    auto& transfer = *static_cast<MailTransfer*>(self);
    const std::string_view heard(line, size * count);
    transfer.heard_ += heard.size();
    if (transfer.heard_ > longest_answer) {
        return 0; // libcurl gives up
    }
    try {
        if (!transfer.quits_) {
            transfer.reply_.add(heard);
        }
    } catch (...) {
        return 0;
    }
    if (transfer.stage_ == Stage::data && transfer.reply_.code() == go_on && transfer.reply_.complete()) {
        transfer.stage_ = Stage::text; // which is no command
        transfer.reply_.clear();
    }
    return heard.size();
}

std::string MailTransfer::tellable(std::string_view said, std::size_t longest) const {
    return base::printable(base::without_address(delivery::quotable(said, text_), destination_), longest);
}

/// Why there is no answer.
std::string MailTransfer::why_unanswered(CURLcode result) const {
    if (heard_ > longest_answer) {
        return "the server says more than " + std::to_string(longest_answer / 1024) + " KiB";
    }
    const std::string why = broke(result) ? "the connection broke before the server answered" : complaint(result);
    return stage_ == Stage::connection ? why : std::string(to_text(stage_)) + ": " + why;
}

DeliveryOutcome MailTransfer::outcome(CURLcode result) {
    if (result == CURLE_OK) {
        const std::string said = tellable(reply_.sentence(), longest_said);
        return {DeliveryOutcome::Kind::sent, queue_id(said), 0, said};
    }
    long code = 0;
    curl_easy_getinfo(handle(), CURLINFO_RESPONSE_CODE, &code);
    if (code >= 400 && reply_.code() == code) {
        return judged();
    }
    const std::string sentence = tellable(why_unanswered(result), longest_said);
    complain_(sentence);
    // Once libcurl has all of it, the relay may have it, too: only a number says no then.
    return {given_ == mail_.size() ? DeliveryOutcome::Kind::lost : DeliveryOutcome::Kind::retry, {}, 0, sentence};
}

DeliveryOutcome MailTransfer::judged() const {
    const Verdict verdict = judge(stage_, reply_);
    if (verdict.matter == Verdict::Matter::recipient) {
        return {DeliveryOutcome::Kind::refused, {}, 0, tellable(reply_.sentence(), longest_said)};
    }
    const std::string advice = verdict.advice.empty() ? std::string() : " (" + std::string(verdict.advice) + ")";
    const std::string said = tellable(reply_.sentence(), longest_said - advice.size()) + advice;
    if (verdict.matter == Verdict::Matter::site || stage_ < Stage::sender) {
        complain_("in answer to " + std::string(to_text(stage_)) + ": " + said);
    }
    return {DeliveryOutcome::Kind::retry, {}, 0, said};
}

} // namespace loquet::plugins_smtp
