// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/conversation/steps/identify_step.h"

#include "daemon/conversation/flow_set.h"
#include "daemon/conversation/typed_text.h"
#include "daemon/model/canonical_form.h"
#include "daemon/store/accounts_table.h"
#include "daemon/store/identifiers_table.h"
#include "daemon/store/steps_table.h"
#include "lib/base/error.h"
#include "lib/protocol/names.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

namespace loquet::conversation {

using config::IdentifiedBy;
using model::Uid;
using protocol::PromptStyle;
using store::DigestKind;
using store::ReadTxn;

namespace {

/// What the dialog's flow takes; a flow that says nothing of it, and one that was given the question because the
/// program asked for no name, takes both.
std::vector<IdentifiedBy> taken_by(const Dialog& dialog) {
    const config::Flow* flow = dialog.flows->settings().flow(dialog.purpose, dialog.client.service);
    if (flow != nullptr && !flow->items.empty() && !flow->items.front().by.empty()) {
        return flow->items.front().by;
    }
    return {config::by_name_or_mail.begin(), config::by_name_or_mail.end()};
}

bool takes(const std::vector<IdentifiedBy>& by, IdentifiedBy what) {
    return std::ranges::find(by, what) != by.end();
}

std::optional<model::Account> account_of(const ReadTxn& txn, Uid uid) {
    auto public_part = store::PublicAccounts::get(txn, uid);
    auto private_part = store::PrivateAccounts::get(txn, uid);
    if (!public_part || !private_part) {
        return std::nullopt;
    }
    return model::Account{*std::move(public_part), *std::move(private_part)};
}

/// Another account's, so that it takes as long; what is wrong with it is of no matter.
void read_in_place(const ReadTxn& txn, const std::string& mail) {
    try {
        const auto other = store::IdentifiersTable::behind(txn, mail);
        (void)(other ? account_of(txn, *other) : std::nullopt);
    } catch (const base::Error&) {
        return;
    }
}

/// Who has the address alone, or beside one account at which it is held: a claim that may still be stopped takes
/// nothing from who had it before. Two accounts are read for every address.
std::optional<model::Account> only_account_with(const ReadTxn& txn, const std::string& mail,
                                                base::Milliseconds steady) {
    constexpr std::size_t read = 2;
    const std::vector<Uid> accounts = store::IdentifiersTable::with_mail(txn, mail, read + 1);
    std::optional<model::Account> only;
    std::size_t at_once = 0;
    for (std::size_t n = 0; n < read; ++n) {
        if (n >= accounts.size()) {
            read_in_place(txn, mail);
            continue;
        }
        auto account = account_of(txn, accounts[n]);
        const bool counts =
            accounts.size() == 1
            || (account
                && address_state(account->private_part, model::Medium::mail, steady) == model::AddressState::usable);
        if (counts) {
            ++at_once;
            only = std::move(account);
        }
    }
    return at_once == 1 && accounts.size() <= read ? std::move(only) : std::nullopt;
}

protocol::Prompt question(const Dialog& dialog, const messages::Catalogue& texts) {
    const std::vector<IdentifiedBy> by = taken_by(dialog);
    const char* text = "self_service.identify";
    if (by.size() == 1) {
        text = by.front() == IdentifiedBy::mail ? "self_service.identify_mail" : "self_service.identify_name";
    }
    return {PromptStyle::visible, "identity", texts.render(dialog.client.locale, text)};
}

} // namespace

Identity identity_in(const store::Store& store, const Dialog& dialog, std::string_view typed,
                     base::Milliseconds steady) {
    typed = trimmed(typed);
    const std::vector<IdentifiedBy> by = taken_by(dialog);
    Identity identity;
    identity.mail = takes(by, IdentifiedBy::mail) ? model::canonical_mail(typed) : std::nullopt;
    const auto name = takes(by, IdentifiedBy::name) ? model::canonical_name(typed) : std::nullopt;
    Subject& subject = identity.subject;
    subject.place = dialog.subject.place;
    subject.account = store.read([&](const ReadTxn& txn) {
        if (identity.mail) {
            return only_account_with(txn, *identity.mail, steady);
        }
        return name ? store::AccountsTable::named(txn, *name) : std::nullopt;
    });
    if (subject.account) {
        subject.name = subject.account->public_part.name;
        subject.identity = store.digest(DigestKind::name, subject.name);
    } else {
        subject.name = identity.mail.value_or(name.value_or(std::string(typed)));
        subject.identity = store.digest(name ? DigestKind::name : DigestKind::identity, subject.name);
    }
    return identity;
}

Subject identified_again(const store::Store& store, const Subject& subject) {
    const auto uid = subject.uid();
    Subject again = subject;
    if (uid) {
        again.account = store.read([&](const ReadTxn& txn) { return account_of(txn, *uid); });
    }
    return again;
}

std::optional<std::string> name_by_mail(const store::Store& store, std::string_view typed, base::Milliseconds steady) {
    const auto mail = model::canonical_mail(typed);
    const auto account =
        mail ? store.read([&](const ReadTxn& txn) { return only_account_with(txn, *mail, steady); }) : std::nullopt;
    return account ? std::optional(account->public_part.name) : std::nullopt;
}

model::Digest identity_of_try(const store::Store& store, const Dialog& dialog, std::string_view typed,
                              base::Milliseconds steady) {
    typed = trimmed(typed);
    const auto day = std::chrono::floor<std::chrono::days>(steady).count();
    std::string text = "identify " + std::to_string(day) + ' ';
    text.append(dialog.subject.place.bytes.begin(), dialog.subject.place.bytes.end());
    text += model::canonical_mail(typed).value_or(model::canonical_name(typed).value_or(std::string(typed)));
    return store.digest(DigestKind::identity, text);
}

base::Task<Effects> IdentifyStep::begin(Dialog& dialog, const Subject& /*subject*/) {
    Effects result;
    result.turn = protocol::Ask{{question(dialog, texts_)}};
    co_return result;
}

base::Task<Effects> IdentifyStep::answer(Dialog& dialog, const Subject& /*subject*/, protocol::Answers answers) {
    Effects result;
    if (are_blank(answers)) {
        result.turn = protocol::Ask{{question(dialog, texts_)}};
    } else {
        result.turn = protocol::Granted{};
    }
    co_return result;
}

base::Task<Effects> SendNamesStep::begin(Dialog& dialog, const Subject& /*subject*/) {
    const std::string& locale = dialog.client.locale;
    Effects result;
    result.turn =
        protocol::Ask{{{PromptStyle::info, "names_sent", texts_.render(locale, "self_service.names_sent")},
                       {PromptStyle::visible, "back_to_menu", texts_.render(locale, "self_service.back_to_menu")}}};
    result.needs_durable = true;
    result.writes.push_back(names_or_padding(names_, dialog, config::spec_of(config::StepKind::send_names).name));
    co_return result;
}

base::Task<Effects> SendNamesStep::answer(Dialog& /*dialog*/, const Subject& /*subject*/,
                                          protocol::Answers /*answers*/) {
    Effects result;
    result.turn = protocol::Granted{};
    result.goes_to = protocol::purpose::self_service;
    co_return result;
}

store::Store::Work names_or_padding(const recovery::NameMessages& names, const Dialog& dialog,
                                    const std::string& step) {
    std::optional<store::Store::Work> message;
    if (dialog.identified_mail && !dialog.behind_lock) {
        message = names.tell({*dialog.identified_mail, step, dialog.subject.place, dialog.client.place(),
                              dialog.client.locale, dialog.proved || dialog.at_known_place});
    }
    return message ? *std::move(message) : [](store::WriteTxn& txn) { store::StepsTable::put_padding(txn); };
}

} // namespace loquet::conversation
