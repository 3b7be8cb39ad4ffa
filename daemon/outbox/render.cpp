// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/outbox/render.h"

#include "lib/messages/catalogue.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <utility>

namespace loquet::outbox {

namespace {

constexpr base::Milliseconds on_the_way = std::chrono::seconds(5); // until it is here, at most, in a healthy system

std::int64_t whole_minutes(base::Milliseconds time) {
    return std::chrono::floor<std::chrono::minutes>(time).count();
}

/// What a code says of its minutes, which were counted when it was made: fewer once it had to wait.
base::Secret minutes_left(const model::OutboxEntry& message, base::Secret said, const Term& term) {
    const std::int64_t left = whole_minutes(term.expires - term.now + on_the_way);
    return left < whole_minutes(message.expires - message.created)
               ? base::Secret(std::to_string(std::max<std::int64_t>(left, 1)))
               : std::move(said);
}

} // namespace

protocol::DeliverRequest render_message(const model::OutboxEntry& message, model::MessageContent content,
                                        const messages::Catalogue& texts, const Term& term) {
    messages::SecretVariables variables;
    for (auto& [name, value] : content.variables) {
        const bool counts = message.code && name == "minutes";
        base::Secret shown = counts ? minutes_left(message, std::move(value), term) : std::move(value);
        variables.emplace_back(std::move(name), std::move(shown));
    }
    protocol::DeliverRequest request;
    request.reference = message.reference;
    if (message.medium == model::Medium::mail) {
        request.subject = messages::mail_subject(texts, content.locale, message.text);
    }
    request.text = texts.render_secret(content.locale, message.text, variables);
    request.destination = std::move(content.destination);
    request.locale = std::move(content.locale);
    request.now = term.now;
    request.expires = term.expires;
    request.attempt = message.attempts;
    return request;
}

} // namespace loquet::outbox
