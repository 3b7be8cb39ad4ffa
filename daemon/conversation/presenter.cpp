// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/conversation/presenter.h"

#include "daemon/conversation/attempt_record.h"
#include "daemon/model/canonical_form.h"
#include "lib/base/limits.h"
#include "lib/base/text.h"

#include <string_view>

namespace loquet::conversation {

namespace {

void add(std::vector<protocol::NamedText>& facts, const char* name, const std::string& value) {
    if (!value.empty() && value.size() <= limits::plugin_fact_bytes && base::is_printable(value)) {
        facts.push_back({name, value});
    }
}

} // namespace

std::vector<protocol::NamedText> facts_of(const Subject& subject, Contacts contacts) {
    std::vector<protocol::NamedText> facts;
    add(facts, "name", subject.name);
    if (!subject.account) {
        return facts;
    }
    const auto& [public_part, private_part] = *subject.account;
    add(facts, "display_name", public_part.display_name);
    add(facts, "uid", std::to_string(public_part.uid.value));
    add(facts, "organisation", private_part.organisation);
    add(facts, "created", std::to_string(private_part.created.count()));
    if (contacts == Contacts::none) {
        return facts;
    }
    add(facts, "mail_masked", model::masked_mail(private_part.mail));
    add(facts, "phone_masked", model::masked_phone(private_part.phone));
    if (contacts == Contacts::whole) {
        add(facts, "mail", private_part.mail);
        add(facts, "phone", private_part.phone);
    }
    return facts;
}

std::vector<protocol::Medium> media_of(const Subject& subject, const std::vector<protocol::Medium>& site) {
    std::vector<protocol::Medium> media = site;
    if (subject.account) {
        const auto& private_part = subject.account->private_part;
        std::erase_if(media, [&](protocol::Medium medium) { return address_of(private_part, medium).empty(); });
    }
    return media;
}

protocol::NamedText fact_of(const std::vector<protocol::Medium>& media) {
    protocol::NamedText fact{"media", {}};
    for (const protocol::Medium medium : media) {
        fact.value += fact.value.empty() ? "" : " ";
        fact.value += to_text(medium);
    }
    return fact;
}

using protocol::Denied;
using protocol::Reason;

namespace {

/// Or what only its owner can have brought about.
bool says_nothing_of_the_account(Reason reason) {
    return reason == Reason::revoked || reason == Reason::busy || reason == Reason::unavailable
           || reason == Reason::rules || reason == Reason::not_set_up || reason == Reason::taken_over;
}

std::string_view text_of_refusal(protocol::PromptRole answered, bool recovers) {
    switch (answered) {
    case protocol::PromptRole::code:
        return recovers ? "refused_ticket" : "refused_code";
    case protocol::PromptRole::other:
        return "refused_answer";
    case protocol::PromptRole::current_password:
    case protocol::PromptRole::new_password:
        break;
    }
    return "refused";
}

std::string minutes(std::chrono::seconds time) {
    return std::to_string(std::chrono::ceil<std::chrono::minutes>(time).count());
}

} // namespace

messages::Variables variables_of(const protocol::Message& message) {
    messages::Variables variables;
    for (const protocol::NamedText& variable : message.variables) {
        variables.emplace_back(variable.name, variable.value);
    }
    return variables;
}

protocol::Turn Presenter::present(protocol::Turn turn, const Dialog& dialog) const {
    const std::string& locale = dialog.client.locale;
    if (auto* denied = std::get_if<Denied>(&turn)) {
        return present(std::move(*denied), locale, dialog.answered, axis_of(dialog) == protocol::Axis::recovery);
    }
    if (auto* granted = std::get_if<protocol::Granted>(&turn); granted != nullptr && !dialog.logs_in()) {
        return protocol::Done{std::move(granted->messages), texts_.render(locale, "acknowledge")};
    }
    return turn;
}

Denied Presenter::present(Denied denied, const std::string& locale, protocol::PromptRole answered,
                          bool recovers) const {
    if (!says_nothing_of_the_account(denied.reason) && !settings_.discloses(denied.reason)) {
        denied = Denied{Reason::refused, {}, {}};
    }
    if (denied.messages.empty()) {
        const std::string_view text =
            denied.reason == Reason::refused ? text_of_refusal(answered, recovers) : protocol::to_text(denied.reason);
        denied.messages.push_back(texts_.render(locale, text, {{"minutes", minutes(denied.retry_after)}}));
    }
    return denied;
}

} // namespace loquet::conversation
