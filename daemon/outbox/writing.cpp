// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/outbox/writing.h"

#include "lib/base/limits.h"
#include "lib/base/text.h"

#include <utility>

namespace loquet::outbox {

namespace {

constexpr const char* general_subject = "mail.subject";

std::string subject_of(const model::Outgoing& message, const std::string& locale, const messages::Catalogue& texts) {
    if (message.medium != model::Medium::mail) {
        return {};
    }
    const std::string own = message.text + "_subject";
    return base::printable(texts.render(locale, texts.has(own) ? own : general_subject),
                           limits::delivery_subject_bytes);
}

} // namespace

protocol::DeliverRequest written(const model::Outgoing& message, model::Letter letter, const messages::Catalogue& texts,
                                 const Term& term) {
    messages::SecretVariables variables;
    for (auto& [name, value] : letter.variables) {
        variables.emplace_back(std::move(name), std::move(value));
    }
    protocol::DeliverRequest request;
    request.reference = message.reference;
    request.subject = subject_of(message, letter.locale, texts);
    request.text = texts.render_secret(letter.locale, message.text, variables);
    request.destination = std::move(letter.destination);
    request.locale = std::move(letter.locale);
    request.now = term.now;
    request.expires = term.expires;
    request.attempt = message.attempts;
    return request;
}

} // namespace loquet::outbox
