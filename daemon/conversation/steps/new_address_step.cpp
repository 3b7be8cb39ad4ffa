// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/conversation/steps/new_address_step.h"

#include "daemon/conversation/steps/ticket_step.h"
#include "daemon/conversation/typed_text.h"
#include "daemon/model/canonical_form.h"
#include "daemon/notices/notices.h"
#include "daemon/recovery/act_permission.h"
#include "daemon/store/acts_table.h"
#include "lib/base/error.h"
#include "lib/base/limits.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace loquet::conversation {

using model::Medium;
using protocol::PromptStyle;

namespace {

constexpr std::uint64_t holder_of_address_codes = 1; ///< no dialog has it: it is used in the moment it is opened

std::string masked(const std::string& address, Medium medium) {
    return medium == Medium::mail ? model::masked_mail(address) : model::masked_phone(address);
}

/// As it is kept; nothing for what is no address, or none at all.
std::optional<std::string> address_in(std::string_view typed, Medium medium) {
    try {
        std::string address = medium == Medium::mail ? model::require_mail(typed) : model::require_phone(typed);
        return address.empty() ? std::nullopt : std::optional(std::move(address));
    } catch (const base::Error&) {
        return std::nullopt;
    }
}

bool is_the_same_address(const std::string& a, const std::string& b, Medium medium) {
    return medium == Medium::mail ? model::canonical_mail(a) == model::canonical_mail(b) : a == b;
}

/// A person looks it up and tries again: not more than this is kept of them.
bool gives_up(Dialog& dialog) {
    return ++dialog.slips >= limits::slips;
}

} // namespace

std::vector<Medium> NewAddressStep::media() const {
    std::vector<Medium> media = outbox_ == nullptr ? std::vector<Medium>() : outbox_->settings().media;
    std::erase_if(media, [&](Medium medium) {
        return (kind_ == config::StepKind::new_mail && medium != Medium::mail)
               || (kind_ == config::StepKind::new_phone && medium != Medium::sms);
    });
    return media;
}

base::Task<Effects> NewAddressStep::begin(Dialog& dialog, const Subject& subject) {
    const std::vector<Medium> ways = media();
    dialog.new_address.reset();
    dialog.slips = 0;
    if (!subject.account || ways.empty()) {
        co_return unchanged(dialog, "new_address.no_channel");
    }
    const base::Milliseconds now = outbox_->now();
    const auto acts = store_.read([&](const store::ReadTxn& txn) { return store::ActsTable::of(txn, *subject.uid()); });
    if (const auto until = recovery::reset_remembered_until(acts, now)) {
        co_return unchanged(dialog, "new_address.after_reset", notices::time_in_notice(outbox_->on_wall(*until)));
    }
    if (ways.size() > 1) {
        co_return ask_medium(dialog, false);
    }
    dialog.new_address.emplace(ways.front());
    co_return ask_address(dialog, subject, {});
}

Effects NewAddressStep::ask_medium(const Dialog& dialog, bool again) const {
    const std::string& locale = dialog.client.locale;
    protocol::Ask ask;
    if (again) {
        ask.prompts.push_back({PromptStyle::error, "choice_again", texts_.render(locale, "choice.again")});
    }
    ask.prompts.push_back({PromptStyle::choice, "new_address_medium", texts_.render(locale, "new_address.choose")});
    Effects result;
    result.turn = std::move(ask);
    return result;
}

Effects NewAddressStep::ask_address(const Dialog& dialog, const Subject& subject, const std::string& error) const {
    const std::string& locale = dialog.client.locale;
    const Medium medium = dialog.new_address->medium;
    const std::string& former = address_of(subject.account->private_part, medium);
    const bool by_mail = medium == Medium::mail;
    protocol::Ask ask;
    if (!error.empty()) {
        ask.prompts.push_back({PromptStyle::error, "no_address", error});
    }
    ask.prompts.push_back({PromptStyle::info, "former_address",
                           former.empty()
                               ? texts_.render(locale, "new_address.none_yet")
                               : texts_.render(locale, "new_address.now", {{"address", masked(former, medium)}})});
    ask.prompts.push_back({PromptStyle::visible, by_mail ? "new_mail" : "new_phone",
                           texts_.render(locale, by_mail ? "new_address.mail" : "new_address.phone")});
    Effects result;
    result.turn = std::move(ask);
    return result;
}

Effects NewAddressStep::ask_address_again(Dialog& dialog, const Subject& subject, const char* error) const {
    return gives_up(dialog) ? unchanged(dialog, error)
                            : ask_address(dialog, subject, texts_.render(dialog.client.locale, error));
}

base::Task<Effects> NewAddressStep::answer(Dialog& dialog, const Subject& subject, protocol::Answers answers) {
    const base::Secret& typed = answers.at(0);
    if (!subject.account || media().empty()) { // taken for an unknown name, or reloaded, by now
        co_return unchanged(dialog, "new_address.no_channel");
    }
    if (!dialog.new_address) {
        const std::vector<Medium> ways = media();
        const auto number = number_in(typed.reveal());
        if (!number || *number < 1 || *number > ways.size()) {
            co_return gives_up(dialog) ? unchanged(dialog, "new_address.unchanged") : ask_medium(dialog, true);
        }
        dialog.new_address.emplace(ways[*number - 1]);
        co_return ask_address(dialog, subject, {});
    }
    if (dialog.new_address->address.empty()) {
        co_return take_address(dialog, subject, trimmed(typed.reveal()));
    }
    if (are_blank(answers)) {
        co_return send_code(dialog, subject);
    }
    if (auto again = ask_code_again(dialog, typed, texts_)) {
        co_return *std::move(again);
    }
    co_return judge(dialog, subject, typed);
}

Effects NewAddressStep::take_address(Dialog& dialog, const Subject& subject, std::string_view typed) const {
    if (typed.empty()) {
        return unchanged(dialog, "new_address.unchanged");
    }
    const Medium medium = dialog.new_address->medium;
    const auto address = address_in(typed, medium);
    if (!address) {
        return ask_address_again(dialog, subject,
                                 medium == Medium::mail ? "new_address.no_mail" : "new_address.no_phone");
    }
    const model::PrivateAccount& account = subject.account->private_part;
    if (is_confirmed(account, medium) && is_the_same_address(address_of(account, medium), *address, medium)) {
        return ask_address_again(dialog, subject, "new_address.same");
    }
    dialog.new_address->address = *address;
    dialog.slips = 0;
    return send_code(dialog, subject);
}

Effects NewAddressStep::send_code(const Dialog& dialog, const Subject& subject) const {
    recovery::Tickets::Issue request;
    request.account = *subject.uid();
    request.type = model::TicketType::change_address;
    request.medium = dialog.new_address->medium;
    request.destination = dialog.new_address->address;
    request.purpose = dialog.purpose;
    request.step = config::spec_of(kind_).name;
    request.actor = dialog.client.person();
    request.place = subject.place;
    request.where = dialog.client.place();
    request.locale = dialog.client.locale;
    request.proven = true;
    Effects result;
    try {
        result.writes.push_back(tickets_.issue(request).work);
    } catch (const base::Error& error) {
        if (error.kind() != base::Error::Kind::limited) {
            throw;
        }
        return unchanged(dialog, "new_address.too_many");
    }
    result.needs_durable = true; // a code that is not kept must not be sent
    const std::string& locale = dialog.client.locale;
    result.turn = protocol::Ask{{{PromptStyle::info, "ticket_sent",
                                  texts_.render(locale, "new_address.sent", {{"address", request.destination}})},
                                 code_prompt(dialog, texts_, "self_service.code_again")}};
    return result;
}

Effects NewAddressStep::judge(Dialog& dialog, const Subject& subject, const base::Secret& typed) const {
    const auto& [medium, address] = *dialog.new_address;
    const auto kind = medium == Medium::mail ? store::DigestKind::mail : store::DigestKind::phone;
    const auto match =
        tickets_.find(*subject.account, {model::TicketType::change_address}, recovery::code_in(typed.reveal()));
    if (!match || match->medium != medium || match->destination != store_.digest(kind, address)) {
        Effects wrong;
        wrong.turn = protocol::Denied{protocol::Reason::refused, {}, {}};
        wrong.detail = "wrong-code";
        wrong.person_failed = true;
        return wrong;
    }
    const base::Milliseconds held_until = hold_.count() == 0 ? base::Milliseconds(0) : outbox_->now() + hold_;
    Effects result;
    result.turn = protocol::Granted{};
    result.detail = std::string(to_text(medium)) + ": " + masked(address, medium);
    result.writes.push_back(tickets_.open(*subject.uid(), *match, holder_of_address_codes));
    result.writes.push_back(tickets_.use(*subject.uid(), *match, holder_of_address_codes));
    result.needs_durable = true;
    result.new_address = accounts::NewAddress{medium, address, clock_.wall(), held_until};
    // A hold that ends later stays (accounts::put_address), and that is the one to tell.
    const base::Milliseconds held = std::max(held_until, model::held_until(subject.account->private_part, medium));
    messages::Variables variables = notices::time_in_notice(outbox_->on_wall(held));
    variables.emplace_back("address", address);
    dialog.messages.push_back(texts_.render(
        dialog.client.locale, held <= outbox_->now() ? "new_address.kept" : "new_address.kept_and_held", variables));
    return result;
}

Effects NewAddressStep::unchanged(const Dialog& dialog, const char* text, const messages::Variables& variables) const {
    Effects result;
    result.turn = protocol::Denied{protocol::Reason::rules, {}, {texts_.render(dialog.client.locale, text, variables)}};
    result.detail = std::string("not changed: ") + text;
    return result;
}

} // namespace loquet::conversation
