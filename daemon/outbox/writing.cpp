// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/outbox/writing.h"

#include "lib/messages/mail_subject.h"

#include <utility>

namespace loquet::outbox {

protocol::DeliverRequest written(const model::Outgoing& message, model::Letter letter, const messages::Catalogue& texts,
                                 const Term& term) {
    messages::SecretVariables variables;
    for (auto& [name, value] : letter.variables) {
        variables.emplace_back(std::move(name), std::move(value));
    }
    protocol::DeliverRequest request;
    request.reference = message.reference;
    if (message.medium == model::Medium::mail) {
        request.subject = messages::mail_subject(texts, letter.locale, message.text);
    }
    request.text = texts.render_secret(letter.locale, message.text, variables);
    request.destination = std::move(letter.destination);
    request.locale = std::move(letter.locale);
    request.now = term.now;
    request.expires = term.expires;
    request.attempt = message.attempts;
    return request;
}

} // namespace loquet::outbox
