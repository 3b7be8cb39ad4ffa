// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/conversation/self_service.h"

#include "daemon/audit/audit_log.h"
#include "daemon/config/flow_tables.h"
#include "daemon/conversation/attempt_record.h"
#include "daemon/conversation/steps/identify_step.h"
#include "daemon/conversation/steps/menu_step.h"
#include "daemon/conversation/typed_text.h"
#include "daemon/model/canonical_form.h"
#include "daemon/store/accounts_table.h"
#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/base/random.h"
#include "lib/protocol/names.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <utility>

namespace loquet::conversation {

using config::StepKind;

namespace {

constexpr const char* word_of_the_helpdesk = "helpdesk";

/// What is behind the question in its prompt: " : ", "? ".
std::string_view without_colon(std::string_view question) {
    constexpr std::array<std::string_view, 5> tails{" ", ":", "\t", "\xC2\xA0", "\xE2\x80\xAF"};
    for (bool cut = true; cut;) {
        cut = false;
        for (const std::string_view tail : tails) {
            if (question.ends_with(tail)) {
                question.remove_suffix(tail.size());
                cut = true;
            }
        }
    }
    return question;
}

/// Whether a proof counts for a step of a flow.
bool counts_for(const std::string& step, const std::string& proof) {
    const StepKind kind = config::step_named(step).kind;
    if (proof == word_of_the_helpdesk) {
        return config::is_ticket(kind);
    }
    return step == proof || (kind == StepKind::ticket && config::is_ticket(config::step_named(proof).kind));
}

std::uint64_t new_holder() {
    std::array<std::uint8_t, sizeof(std::uint64_t)> random{};
    base::fill_random(random);
    std::uint64_t number = 1; // never 0
    for (const std::uint8_t byte : random) {
        number = number << 8U | byte;
    }
    return number == 0 ? 1 : number;
}

void begin_flow(Dialog& dialog, const std::string& purpose, std::vector<FlowItem> items) {
    dialog.purpose = purpose;
    dialog.flow = FlowState(std::move(items));
    dialog.wait.reset();
    dialog.waits_since.reset();
    dialog.ticket_medium.reset();
}

} // namespace

namespace {

bool is_at_a_program_of_self_service(const config::Config& settings, const Client& client) {
    const auto& services = settings.self_service.services;
    return client.acts_for_root() && !client.account_phase && !client.without_self_service
           && std::ranges::find(services, client.service) != services.end();
}

} // namespace

bool offers_self_service(const config::Config& settings, const Client& client) {
    constexpr std::array ways{protocol::purpose::recover_password, protocol::purpose::recover_name,
                              protocol::purpose::unlock};
    return is_at_a_program_of_self_service(settings, client) && std::ranges::any_of(ways, [&](const char* purpose) {
               return settings.flow(purpose, client.service) != nullptr;
           });
}

model::TicketType type_of_ticket(const std::string& purpose) {
    using config::Purpose;
    if (const config::PurposeSpec* const row = config::find_purpose(purpose)) {
        switch (row->purpose) {
        case Purpose::recover_password:
            return model::TicketType::recover;
        case Purpose::unlock:
            return model::TicketType::unlock;
        case Purpose::change_address:
            return model::TicketType::change_address;
        case Purpose::login:
        case Purpose::unlock_screen:
        case Purpose::change_password:
        case Purpose::first_login:
        case Purpose::manage_secrets:
        case Purpose::self_service:
        case Purpose::enter_code:
        case Purpose::recover_name:
            break;
        }
    }
    throw base::Error(base::Error::Kind::internal, "a flow of the purpose " + purpose + " issues no ticket");
}

std::vector<model::TicketType> accepted_tickets(const Dialog& dialog) {
    const bool own_alone =
        dialog.purpose == protocol::purpose::recover_password || dialog.purpose == protocol::purpose::unlock;
    if (own_alone) {
        return {type_of_ticket(dialog.purpose)};
    }
    std::vector<model::TicketType> types;
    for (const char* const purpose : {protocol::purpose::recover_password, protocol::purpose::unlock}) {
        if (dialog.flows && dialog.flows->settings().flow(purpose, dialog.client.service) != nullptr) {
            types.push_back(type_of_ticket(purpose));
        }
    }
    return types;
}

bool may_leave_for_self_service(const Dialog& dialog) {
    return dialog.flows && dialog.logs_in() && !dialog.recovered
           && offers_self_service(dialog.flows->settings(), dialog.client);
}

void require_may_begin(const config::Config& settings, const std::string& purpose, const Client& client) {
    const config::PurposeSpec* spec = config::find_purpose(purpose);
    if (spec != nullptr && spec->self_service && !offers_self_service(settings, client)) {
        throw base::Error(base::Error::Kind::denied,
                          "\"" + purpose
                              + "\" is for the programs that [self_service] of loquet.toml names, run by "
                                "root, where a [flow.recover-password] or a [flow.unlock] stands");
    }
}

std::optional<std::string> menu_language(const store::Store& store, const config::Config& settings,
                                         const std::string& purpose, const std::string& typed, const Client& client) {
    const auto& names = settings.self_service.names;
    const auto name = model::name_in_any_width(typed);
    const auto found = name ? names.find(*name) : names.end();
    if (found == names.end() || purpose != protocol::purpose::login || client.account_uid
        || !offers_self_service(settings, client)) {
        return std::nullopt;
    }
    const bool is_somebodys = store.read(
        [&](const store::ReadTxn& txn) { return store::PublicAccounts::find(txn, found->first).has_value(); });
    return is_somebodys ? std::nullopt : std::optional(found->second);
}

bool takes_an_address(const config::Config& settings, const Client& client) {
    return is_at_a_program_of_self_service(settings, client) && !client.account_uid
           && protocol::takes_name_back(client.service);
}

std::string name_meant(const store::Store& store, const config::Config& settings, const std::string& typed,
                       const Client& client, base::Milliseconds steady) {
    if (!takes_an_address(settings, client)) {
        return typed;
    }
    // In one form, so that a name which nobody has is locked like an account, in whatever case it is tried.
    const std::string one_form = model::canonical_mail(typed).value_or(typed);
    // Where a lock is told, that of a name would say whose the address is.
    return settings.discloses(protocol::Reason::locked) ? one_form
                                                        : name_by_mail(store, typed, steady).value_or(one_form);
}

base::Milliseconds patience_with(const Dialog& dialog) {
    const config::PurposeSpec* spec = config::find_purpose(dialog.purpose);
    const std::chrono::seconds usual = dialog.flows->settings().conversation.timeout;
    const bool recovers = dialog.recovered || (spec != nullptr && spec->self_service);
    return recovers ? std::min(usual, dialog.proved ? limits::recovery_patience : limits::self_service_patience)
                    : usual;
}

std::optional<protocol::Ask> with_hint(const Dialog& dialog, const messages::Catalogue& texts) {
    protocol::Ask ask{dialog.flow.prompts()};
    const auto question =
        std::ranges::find_if(ask.prompts, [](const protocol::Prompt& prompt) { return wants_answer(prompt.style); });
    if (question == ask.prompts.end()) {
        return std::nullopt;
    }
    const std::string_view plain = without_colon(question->text);
    if (!plain.empty() && plain.size() <= limits::message_value_bytes) {
        question->text = texts.render(dialog.client.locale, "self_service.hint", {{"question", std::string(plain)}});
    }
    return ask;
}

HelpWanted help_wanted(const Dialog& dialog, const protocol::Answers& answers) {
    const config::PurposeSpec* spec = config::find_purpose(dialog.purpose);
    if (spec == nullptr || !spec->self_service || dialog.proved || answers.size() != 1) {
        return HelpWanted::none;
    }
    const std::string_view typed = trimmed(answers.front().reveal());
    if (typed == "<") {
        return HelpWanted::back;
    }
    return typed == "?" ? HelpWanted::text : HelpWanted::none;
}

protocol::Ask with_help(const Dialog& dialog, const messages::Catalogue& texts) {
    protocol::Ask ask;
    ask.prompts.push_back(
        {protocol::PromptStyle::info, "help", help_text(dialog.flows->settings(), texts, dialog.client.locale)});
    std::ranges::copy_if(dialog.flow.prompts(), std::back_inserter(ask.prompts),
                         [](const protocol::Prompt& prompt) { return wants_answer(prompt.style); });
    return ask;
}

const char* place_before(const store::Store& store, Dialog& dialog) {
    if (dialog.purpose != protocol::purpose::self_service || dialog.nameless) {
        return protocol::purpose::self_service;
    }
    dialog.is_first_question = true;
    dialog.hinted = false;
    if (dialog.identified) {
        dialog.identified = false;
        dialog.identified_mail.reset();
        dialog.waits_as = dialog.began_waits_as;
        dialog.subject = find_subject(store, dialog.began_with, dialog.client);
    }
    return protocol::purpose::login;
}

Effects refused_without_ticket(bool elsewhere, const messages::Catalogue& texts, const std::string& locale) {
    Effects result;
    const char* const text = elsewhere ? "self_service.taken_over" : "self_service.code_over";
    result.turn = protocol::Denied{protocol::Reason::taken_over, {}, {texts.render(locale, text)}};
    result.detail = elsewhere ? "taken-over" : "code-not-valid-any-more";
    return result;
}

void go_on_with(Dialog& dialog, const std::string& purpose) {
    std::vector<FlowItem> items = items_for(dialog.flows->settings(), purpose, dialog.client);
    const char* const identify = config::spec_of(StepKind::identify).name;
    const bool is_about_somebody = purpose == protocol::purpose::recover_password
                                   || purpose == protocol::purpose::enter_code || purpose == protocol::purpose::unlock;
    if (dialog.nameless && !dialog.identified && is_about_somebody && items.front().steps.front() != identify) {
        items.insert(items.begin(), required({identify}).front());
    }
    begin_flow(dialog, purpose, std::move(items));
}

std::vector<FlowItem> without_proved(std::vector<FlowItem> items, std::vector<std::string> proved) {
    for (FlowItem& item : items) {
        const std::size_t before = item.steps.size();
        for (auto step = item.steps.begin(); !item.enrols && step != item.steps.end();) {
            const auto proof =
                std::ranges::find_if(proved, [&](const std::string& each) { return counts_for(*step, each); });
            if (proof == proved.end()) {
                ++step;
                continue;
            }
            proved.erase(proof);
            step = item.steps.erase(step);
        }
        const std::size_t counted = before - item.steps.size();
        if (counted > 0 && counted >= item.at_least) {
            item.steps.clear(); // it has what it wants
        } else {
            item.at_least -= counted;
        }
    }
    std::erase_if(items, [](const FlowItem& item) { return item.steps.empty(); });
    return items;
}

namespace {

/// Where the code leads; one of a type that leads nowhere opens no flow, whatever its record says.
std::string purpose_behind(const recovery::Tickets::Match& ticket) {
    switch (ticket.type) {
    case model::TicketType::recover:
    case model::TicketType::unlock:
        return ticket.purpose.empty() ? protocol::purpose::recover_password : ticket.purpose;
    case model::TicketType::activate:
    case model::TicketType::change_address:
    case model::TicketType::verify_caller:
        break;
    }
    throw base::Error(base::Error::Kind::internal,
                      "a code of the type " + std::string(to_text(ticket.type)) + " leads to no flow");
}

} // namespace

void resume(Dialog& dialog, const recovery::Tickets::Match& ticket) {
    const std::string purpose = purpose_behind(ticket);
    for (const std::string& step : ticket.proved) {
        if (std::ranges::find(dialog.proved_steps, step) == dialog.proved_steps.end()) {
            dialog.proved_steps.push_back(step);
        }
    }
    dialog.proved_steps.push_back(ticket.medium ? ticket.step : word_of_the_helpdesk);
    dialog.proved_here.push_back(dialog.proved_steps.back());
    dialog.ticket = ticket;
    dialog.holder = new_holder();
    std::vector<std::string> done = dialog.proved_steps;
    done.emplace_back(config::spec_of(StepKind::identify).name); // whose code it was
    begin_flow(dialog, purpose,
               without_proved(items_for(dialog.flows->settings(), purpose, dialog.client), std::move(done)));
}

config::Proof methods_of(const config::Config& settings, const std::vector<std::string>& proved) {
    config::Proof methods;
    for (const std::string& step : proved) {
        methods = methods
                  | (step == word_of_the_helpdesk ? config::Proof::of(config::Method::person)
                                                  : proof_of(config::step_named(step), settings.plugins));
    }
    return methods;
}

void go_on_to_login(Dialog& dialog) {
    const config::Config& settings = dialog.flows->settings();
    std::vector<std::string> proved{config::spec_of(StepKind::password).name};
    if (strength(methods_of(settings, dialog.proved_here)) >= 2) {
        proved.insert(proved.end(), dialog.proved_here.begin(), dialog.proved_here.end());
    }
    dialog.recovered = true;
    begin_flow(dialog, protocol::purpose::login,
               without_proved(items_for(settings, protocol::purpose::login, dialog.client), std::move(proved)));
}

store::Store::Work count_unlock(model::Uid account, base::Milliseconds now) {
    return [account, now](store::WriteTxn& txn) {
        if (auto private_part = store::PrivateAccounts::get(txn, account)) {
            private_part->unlocks.add(now);
            store::AccountsTable::put(txn, account, *private_part);
        }
    };
}

bool is_told_at_logins(const Dialog& dialog) {
    if (!dialog.subject.account) {
        return false;
    }
    const model::PrivateAccount& account = dialog.subject.account->private_part;
    const config::OutboxConfig& outbox = dialog.flows->settings().outbox;
    const bool by_mail = !account.mail.empty() && !outbox.mail.empty();
    const bool by_sms = !account.phone.empty() && !outbox.sms.empty();
    const bool read_out = dialog.ticket && !dialog.ticket->medium;
    return read_out || !by_mail || !by_sms;
}

store::Store::Work record_of_recovery(const Dialog& dialog, base::Milliseconds wall) {
    model::AuditEvent event = event_in(dialog, wall);
    event.kind = model::AuditKind::password_recovered;
    event.granted = true;
    for (const std::string& step : dialog.proved_steps) {
        event.detail += (event.detail.empty() ? "proved by " : ", ") + step;
    }
    return [event = std::move(event)](store::WriteTxn& txn) { audit::AuditLog::append(txn, event); };
}

} // namespace loquet::conversation
