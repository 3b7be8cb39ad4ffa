// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/conversation/steps/ticket_step.h"

#include "daemon/conversation/self_service.h"
#include "daemon/conversation/steps/identify_step.h"
#include "daemon/conversation/typed_text.h"
#include "daemon/store/steps_table.h"
#include "lib/base/limits.h"

#include <algorithm>

namespace loquet::conversation {

using model::Medium;
using protocol::PromptRole;
using protocol::PromptStyle;

protocol::Prompt code_prompt(const Dialog& dialog, const messages::Catalogue& texts, std::string_view text) {
    return {PromptStyle::visible, "code", texts.render(dialog.client.locale, text), PromptRole::code};
}

std::optional<Effects> ask_code_again(Dialog& dialog, const base::Secret& typed, const messages::Catalogue& texts) {
    if (!recovery::code_in(typed.reveal()).empty() || ++dialog.slips >= limits::slips) {
        return std::nullopt;
    }
    Effects result;
    result.turn =
        protocol::Ask{{{PromptStyle::error, "no_code", texts.render(dialog.client.locale, "self_service.no_code")},
                       code_prompt(dialog, texts, "self_service.code")}};
    return result;
}

namespace {

/// What a typed code opens; a wrong one says no more than that.
Effects judge(const recovery::Tickets& tickets, const Dialog& dialog, const Subject& subject,
              const base::Secret& typed) {
    Effects result;
    const std::vector<model::TicketType> types = accepted_tickets(dialog);
    auto match =
        subject.account ? tickets.find(*subject.account, types, recovery::code_in(typed.reveal())) : std::nullopt;
    if (match) {
        result.turn = protocol::Granted{};
        result.resumes = std::move(match);
        return result;
    }
    result.turn = protocol::Denied{protocol::Reason::refused, {}, {}};
    result.detail = subject.account ? "wrong-code" : "unknown-name";
    result.person_failed = true;
    return result;
}

const char* step_that_sends_by(Medium medium) {
    return config::spec_of(medium == Medium::mail ? config::StepKind::ticket_mail : config::StepKind::ticket_sms).name;
}

} // namespace

std::vector<Medium> TicketStep::media() const {
    std::vector<Medium> media = outbox_ == nullptr ? std::vector<Medium>() : outbox_->settings().media;
    std::erase_if(media, [&](Medium medium) {
        return (kind_ == config::StepKind::ticket_mail && medium != Medium::mail)
               || (kind_ == config::StepKind::ticket_sms && medium != Medium::sms);
    });
    return media;
}

base::Task<Effects> TicketStep::begin(Dialog& dialog, const Subject& subject) {
    const std::vector<Medium> ways = media();
    dialog.ticket_medium = ways.size() == 1 ? std::optional(ways.front()) : std::nullopt;
    if (ways.size() > 1) {
        co_return ask_medium(dialog, false);
    }
    co_return ways.empty() ? ask_code(dialog, false) : send(dialog, subject);
}

Effects TicketStep::ask_medium(const Dialog& dialog, bool again) const {
    const std::string& locale = dialog.client.locale;
    protocol::Ask ask;
    if (again) {
        ask.prompts.push_back({PromptStyle::error, "choice_again", texts_.render(locale, "choice.again")});
    }
    ask.prompts.push_back({PromptStyle::choice, "ticket_medium", texts_.render(locale, "self_service.choose")});
    Effects result;
    result.turn = std::move(ask);
    return result;
}

Effects TicketStep::ask_code(const Dialog& dialog, bool sent) const {
    protocol::Ask ask;
    if (sent) {
        ask.prompts.push_back(
            {PromptStyle::info, "ticket_sent", texts_.render(dialog.client.locale, "self_service.sent")});
    }
    ask.prompts.push_back(code_prompt(dialog, texts_, sent ? "self_service.code_again" : "self_service.code"));
    Effects result;
    result.turn = std::move(ask);
    return result;
}

Effects TicketStep::send(const Dialog& dialog, const Subject& subject) const {
    Effects result = ask_code(dialog, true);
    result.costs_a_write = true;
    result.needs_durable = true; // a code that is not kept must not be sent
    if (!subject.account) {
        if (dialog.identified_mail && !dialog.subject.account) { // nobody has the address, or several do
            result.writes.push_back(names_or_padding(names_, dialog, step_that_sends_by(*dialog.ticket_medium)));
        }
        return result;
    }
    recovery::Tickets::Issue request;
    request.account = *subject.uid();
    request.type = type_of_ticket(dialog.purpose);
    request.medium = dialog.ticket_medium;
    request.purpose = dialog.purpose;
    request.step = step_that_sends_by(*dialog.ticket_medium);
    request.proved = dialog.proved_steps;
    request.actor = dialog.client.person();
    request.place = subject.place;
    request.where = dialog.client.place();
    request.locale = dialog.client.locale;
    request.name = dialog.identified_mail ? subject.name : std::string();
    request.proven = dialog.proved || dialog.at_known_place;
    request.takes_an_operator = dialog.takes_an_operator.value_or(false);
    recovery::Tickets::Issued issued = tickets_.issue(request);
    result.writes.push_back(std::move(issued.work));
    if (!issued.sends) { // it writes nothing then, and would for another account
        result.writes.emplace_back([](store::WriteTxn& txn) { store::StepsTable::put_padding(txn); });
    }
    return result;
}

base::Task<Effects> TicketStep::answer(Dialog& dialog, const Subject& subject, protocol::Answers answers) {
    const bool asks_medium = !dialog.ticket_medium && media().size() > 1;
    if (asks_medium) {
        const auto number = number_in(answers.at(0).reveal());
        if (!number || *number < 1 || *number > media().size()) {
            co_return ask_medium(dialog, true);
        }
        dialog.ticket_medium = media()[*number - 1];
        co_return send(dialog, subject);
    }
    if (are_blank(answers)) {
        co_return dialog.ticket_medium ? send(dialog, subject) : ask_code(dialog, false);
    }
    if (auto again = ask_code_again(dialog, answers.at(0), texts_)) {
        co_return *std::move(again);
    }
    co_return judge(tickets_, dialog, subject, answers.at(0));
}

base::Task<Effects> CodeStep::begin(Dialog& dialog, const Subject& /*subject*/) {
    Effects result;
    result.turn = protocol::Ask{{code_prompt(dialog, texts_, "self_service.code")}};
    co_return result;
}

base::Task<Effects> CodeStep::answer(Dialog& dialog, const Subject& subject, protocol::Answers answers) {
    if (are_blank(answers)) {
        Effects result;
        result.turn = protocol::Ask{{code_prompt(dialog, texts_, "self_service.code")}};
        co_return result;
    }
    if (auto again = ask_code_again(dialog, answers.at(0), texts_)) {
        co_return *std::move(again);
    }
    co_return judge(tickets_, dialog, subject, answers.at(0));
}

} // namespace loquet::conversation
