// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/accounts/accounts.h"

#include "daemon/accounts/account_changes.h"
#include "daemon/audit/audit_log.h"
#include "daemon/model/canonical_form.h"
#include "daemon/store/counters_table.h"
#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/base/log.h"
#include "lib/base/text.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace loquet::accounts {

namespace {

using audit::AuditLog;
using base::Error;
using base::Task;
using model::AuditEvent;
using model::AuditKind;
using model::Uid;
using store::AccountsTable;
using store::CountersTable;
using store::Credentials;
using store::PrivateAccounts;
using store::PublicAccounts;
using store::ReadTxn;
using store::WriteTxn;

constexpr std::size_t lookup_threads = 1; // accounts are made by people, one at a time

Error no_such_account() {
    return {Error::Kind::not_found, "there is no account with this number"};
}

Error name_is_taken(const std::string& name, const std::string& by) {
    return {Error::Kind::conflict, "the name \"" + base::printable(name) + "\" is taken: " + by};
}

enum class Applied : std::uint8_t { nothing, reason, all };

/// An act upon an account that is in its state already changes the reason, where another one is given, and voids
/// nothing again.
Applied apply(WriteTxn& txn, Act act, const std::string& reason, Uid uid, const model::Digest& identity) {
    auto private_part = PrivateAccounts::get(txn, uid).value_or(model::PrivateAccount{});
    const model::AccountState next = state_after(act, private_part.state);
    const bool takes_a_reason = act == Act::lock || act == Act::disable;
    Applied applied = next != private_part.state ? Applied::all : Applied::nothing;
    if (applied == Applied::nothing && takes_a_reason && !reason.empty() && reason != private_part.state_reason) {
        applied = Applied::reason;
    }
    if (applied != Applied::nothing) {
        private_part.state = next;
        private_part.state_reason = reason;
        private_part.generation += applied == Applied::all && takes_a_reason ? 1U : 0U;
        AccountsTable::put(txn, uid, private_part);
    }
    if ((act == Act::unlock || act == Act::enable) && CountersTable::forget_failures(txn, identity)) {
        applied = Applied::all;
    }
    return applied;
}

/// How each act is told: in the audit log, and to the observer.
struct Telling {
    AuditKind audit;
    Change::Kind change;
    const char* word;
};

Telling telling_of(Act act) {
    switch (act) {
    case Act::lock:
        return {AuditKind::account_locked, Change::Kind::locked, "locked"};
    case Act::unlock:
        return {AuditKind::account_unlocked, Change::Kind::unlocked, "unlocked"};
    case Act::disable:
        return {AuditKind::account_changed, Change::Kind::changed, "disabled"};
    case Act::enable:
        return {AuditKind::account_changed, Change::Kind::changed, "enabled"};
    }
    throw Error(Error::Kind::internal, "an act that the table does not know");
}

} // namespace

Accounts::Accounts(Settings settings, store::Store& store, const NameService& names, const base::Clock& clock,
                   base::Executor& loop)
    : settings_(std::move(settings)), store_(store), names_(names), clock_(clock),
      lookups_(loop, "loquet-names", lookup_threads, limits::queued_lookups),
      numbers_(settings_.uids, store_, names_, lookups_),
      groups_(settings_.defaults.organisation_prefix, store_, names_, lookups_, numbers_) {}

Task<model::Account> Accounts::create(NewAccount wanted, std::optional<ChosenPassword> password, Actor actor) {
    Newcomer newcomer{make_account(wanted, settings_.defaults), std::nullopt};
    if (password) {
        newcomer.password = checked(*std::move(password));
    }
    model::Account& account = newcomer.account;
    account.private_part.created = clock_.wall();
    if (wanted.confirmed) {
        (void)accounts::confirm_addresses(account.private_part, clock_.wall());
    }
    if (find(account.public_part.name)) {
        throw name_is_taken(account.public_part.name, "there is an account of this name");
    }
    Task<void> name_is_free = refuse_name_elsewhere(account.public_part.name);
    co_await name_is_free;

    if (!account.private_part.organisation.empty()) {
        Task<std::uint32_t> joining = groups_.join(account.private_part.organisation);
        const std::uint32_t gid = co_await joining;
        account.public_part.groups.push_back(gid);
    }
    Task<Uid> writing = numbers_.allocate(new_account(newcomer, actor));
    const Uid number = co_await writing;
    account.public_part.uid = number;
    account.public_part.gid = number.value;
    tell({Change::Kind::added, number, {}}, actor, "created");
    co_return account;
}

Task<void> Accounts::refuse_name_elsewhere(std::string name) {
    const NameService* names = &names_;
    base::Future<std::string> asked = lookups_.run({}, [names, name]() -> std::string {
        if (const auto uid = names->user(name)) {
            return "a user of this machine, with UID " + std::to_string(*uid) + ", has it already";
        }
        if (const auto gid = names->group(name)) {
            return "a group of this machine, with GID " + std::to_string(*gid) + ", has it already";
        }
        return {};
    });
    const std::string taken_by = co_await asked;
    if (!taken_by.empty()) {
        throw name_is_taken(name, taken_by);
    }
}

UidAllocator::Make Accounts::new_account(const Newcomer& newcomer, Actor actor) const {
    std::vector<AuditEvent> events{new_event(AuditKind::account_created, actor)};
    if (newcomer.password) {
        events.push_back(password_event(*newcomer.password, actor));
    }
    return [newcomer, events](WriteTxn& txn, Uid uid) {
        model::PublicAccount public_part = newcomer.account.public_part;
        if (PublicAccounts::find(txn, public_part.name)) {
            throw name_is_taken(public_part.name, "there is an account of this name");
        }
        public_part.uid = uid;
        public_part.gid = uid.value;
        AccountsTable::put(txn, public_part);
        AccountsTable::put(txn, uid, newcomer.account.private_part);
        AccountsTable::put(txn, uid, model::Credential{});
        if (newcomer.password) {
            put_password(txn, uid, *newcomer.password);
        }
        for (AuditEvent event : events) {
            event.account = uid;
            event.identity = txn.digest(store::DigestKind::name, public_part.name);
            AuditLog::append(txn, event);
        }
        // What outsiders counted under the name while nobody had it is not the newcomer's.
        CountersTable::erase_attempts(txn, txn.digest(store::DigestKind::name, public_part.name));
    };
}

std::optional<Uid> Accounts::find(std::string_view name) const {
    const auto canonical = model::canonical_name(name);
    if (!canonical) {
        return std::nullopt;
    }
    return store_.read([&](const ReadTxn& txn) { return PublicAccounts::find(txn, *canonical); });
}

std::optional<AccountView> Accounts::show(Uid uid) const {
    return store_.read([&](const ReadTxn& txn) -> std::optional<AccountView> {
        auto public_part = PublicAccounts::get(txn, uid);
        if (!public_part) {
            return std::nullopt;
        }
        AccountView view;
        const model::Digest identity = txn.digest(store::DigestKind::name, public_part->name);
        view.attempts = CountersTable::attempts(txn, identity);
        view.recoveries = CountersTable::attempts(txn, {identity, model::Axis::recovery});
        view.account.public_part = *std::move(public_part);
        view.account.private_part = PrivateAccounts::get(txn, uid).value_or(model::PrivateAccount{});
        const auto credential = Credentials::get(txn, uid).value_or(model::Credential{});
        view.has_password = !credential.password_hash.empty();
        view.must_change = credential.must_change;
        view.password_changed = credential.password_changed;
        return view;
    });
}

Page Accounts::list(Uid after, std::size_t limit, std::optional<model::AccountState> state,
                    base::Milliseconds now) const {
    return store_.read([&](const ReadTxn& txn) { return list_page(txn, after, limit, state, now); });
}

Task<void> Accounts::lock(Uid uid, std::string reason, Actor actor) {
    return change_state(uid, Act::lock, std::move(reason), actor);
}

Task<void> Accounts::unlock(Uid uid, Actor actor, store::Store::Work also) {
    return change_state(uid, Act::unlock, {}, actor, std::move(also));
}

Task<void> Accounts::disable(Uid uid, std::string reason, Actor actor) {
    return change_state(uid, Act::disable, std::move(reason), actor);
}

Task<void> Accounts::enable(Uid uid, Actor actor) {
    return change_state(uid, Act::enable, {}, actor);
}

Task<void> Accounts::change_state(Uid uid, Act act, std::string reason, Actor actor, store::Store::Work also) {
    check_reason(reason);
    const Telling telling = telling_of(act);
    const auto applied = std::make_shared<Applied>(Applied::nothing);
    Edit edit = [act, reason, applied](WriteTxn& txn, const model::PublicAccount& public_part, AuditEvent& event) {
        *applied = apply(txn, act, reason, public_part.uid, event.identity);
        if (*applied == Applied::reason) {
            event.kind = AuditKind::account_changed;
            event.detail = "another reason: " + reason;
        }
        return *applied != Applied::nothing;
    };
    AuditEvent event = new_event(telling.audit, actor);
    event.detail = reason.empty() ? telling.word : std::string(telling.word) + ": " + reason;
    std::optional<model::Notice> notice;
    if (act == Act::lock) {
        notice = model::Notice::locked;
    } else if (act == Act::unlock
               || act == Act::enable) { // or an operator who guesses would have tries that nobody sees
        notice = model::Notice::reopened;
    }
    Task<bool> editing = change(uid, std::move(event), std::move(edit), notice, std::move(also));
    if (co_await editing) {
        const bool whole = *applied == Applied::all;
        tell({whole ? telling.change : Change::Kind::changed, uid, reason}, actor,
             whole ? telling.word : "given another reason for its state");
    }
}

Task<void> Accounts::authorise(Uid uid, std::string service, Actor actor) {
    return change_authorisations(uid, std::move(service), &with_authorisation, "authorised for", actor);
}

Task<void> Accounts::deauthorise(Uid uid, std::string service, Actor actor) {
    return change_authorisations(uid, std::move(service), &without_authorisation, "no longer authorised for", actor);
}

Task<void> Accounts::change_authorisations(Uid uid, std::string service, Authorising change_list, std::string word,
                                           Actor actor) {
    Edit edit = [change_list, service](WriteTxn& txn, const model::PublicAccount& public_part, AuditEvent&) {
        auto private_part = PrivateAccounts::get(txn, public_part.uid).value_or(model::PrivateAccount{});
        Authorisations list = change_list(private_part.authorisations, service);
        if (list == private_part.authorisations) {
            return false;
        }
        private_part.authorisations = std::move(list);
        AccountsTable::put(txn, public_part.uid, private_part);
        return true;
    };
    const std::string what = word + " " + base::printable(service);
    AuditEvent event = new_event(AuditKind::account_changed, actor);
    event.detail = what;
    Task<bool> editing = change(uid, std::move(event), std::move(edit));
    if (co_await editing) {
        tell({Change::Kind::changed, uid, {}}, actor, what);
    }
}

Task<void> Accounts::set_password(Uid uid, ChosenPassword chosen, Actor actor) {
    NewPassword password = checked(std::move(chosen));
    AuditEvent event = password_event(password, actor);
    Edit edit = [password = std::move(password)](WriteTxn& txn, const model::PublicAccount& public_part,
                                                 AuditEvent& record) {
        put_password(txn, public_part.uid, password);
        (void)CountersTable::forget_failures(txn, record.identity);
        return true;
    };
    Task<bool> editing = change(uid, std::move(event), std::move(edit), model::Notice::password_changed);
    (void)co_await editing;
    tell({Change::Kind::changed, uid, {}}, actor, "given a new password");
}

NewPassword Accounts::checked(ChosenPassword password) const {
    if (password.hash.empty()) {
        throw Error(Error::Kind::invalid, "the password's hash is empty");
    }
    return {std::move(password.hash), password.must_change, settings_.history, clock_.wall()};
}

AuditEvent Accounts::password_event(const NewPassword& password, Actor actor) const {
    AuditEvent event = new_event(AuditKind::password_changed, actor);
    event.detail = password.must_change ? "to be changed at the next login" : "";
    return event;
}

Task<void> Accounts::confirm_addresses(Uid uid, Actor actor, base::Milliseconds held_until, store::Store::Work also) {
    Edit edit = [wall = clock_.wall(), held_until](WriteTxn& txn, const model::PublicAccount& public_part,
                                                   AuditEvent& record) {
        auto private_part = PrivateAccounts::get(txn, public_part.uid).value_or(model::PrivateAccount{});
        if (private_part.mail.empty() && private_part.phone.empty()) {
            throw Error(Error::Kind::conflict, "the account has no mail address and no telephone number to confirm");
        }
        if (!accounts::confirm_addresses(private_part, wall, held_until)) {
            return false;
        }
        record.detail = held_until.count() == 0 ? "addresses confirmed" : "addresses confirmed, held";
        AccountsTable::put(txn, public_part.uid, private_part);
        return true;
    };
    Task<bool> editing = change(uid, new_event(AuditKind::account_changed, actor), std::move(edit),
                                model::Notice::addresses_confirmed, std::move(also));
    if (co_await editing) {
        tell({Change::Kind::changed, uid, {}}, actor, "its addresses are confirmed");
    }
}

Task<void> Accounts::start_reset(Uid uid, Actor actor, store::Store::Work also) {
    Edit edit = [](WriteTxn& txn, const model::PublicAccount& public_part, AuditEvent& record) {
        auto private_part = PrivateAccounts::get(txn, public_part.uid).value_or(model::PrivateAccount{});
        auto credential = Credentials::get(txn, public_part.uid).value_or(model::Credential{});
        const bool forgot = CountersTable::forget_failures(txn, record.identity);
        if (credential.must_change) {
            return forgot;
        }
        note_own_password(credential);
        credential.must_change = true;
        ++private_part.generation;
        private_part.trusted_places.clear();
        AccountsTable::put(txn, public_part.uid, private_part);
        AccountsTable::put(txn, public_part.uid, credential);
        return true;
    };
    AuditEvent event = new_event(AuditKind::reset_started, actor);
    Task<bool> editing = change(uid, std::move(event), std::move(edit), model::Notice::password_reset, std::move(also));
    if (co_await editing) {
        tell({Change::Kind::changed, uid, {}}, actor, "told to change the password");
    }
}

Task<void> Accounts::remove_factor(Uid uid, FactorRemoval removal, Actor actor, store::Store::Work also) {
    check(removal);
    const std::string factor = base::printable(removal.factor);
    AuditEvent event = new_event(AuditKind::factor_removed, actor);
    event.detail = factor + ": " + removal.reason;
    Edit edit = [removal = std::move(removal)](WriteTxn& txn, const model::PublicAccount& public_part, AuditEvent&) {
        return accounts::remove_factor(txn, public_part.uid, removal);
    };
    Task<bool> editing = change(uid, std::move(event), std::move(edit), model::Notice::factor_removed, std::move(also));
    if (co_await editing) {
        tell({Change::Kind::changed, uid, {}}, actor, "deprived of the factor " + factor);
    }
}

namespace {

/// What of it is shown at the next logins, too.
std::optional<model::ScreenEvent> shown_at_logins(std::optional<model::Notice> notice) {
    using model::Notice;
    using model::ScreenEvent;
    if (notice == Notice::password_reset) {
        return ScreenEvent::password_reset;
    }
    if (notice == Notice::factor_removed) {
        return ScreenEvent::factor_removed;
    }
    if (notice == Notice::addresses_confirmed) {
        return ScreenEvent::addresses_confirmed;
    }
    return notice == Notice::reopened ? std::optional(ScreenEvent::unlocked) : std::nullopt;
}

} // namespace

Task<bool> Accounts::change(Uid uid, AuditEvent event, Edit edit, std::optional<model::Notice> notice,
                            store::Store::Work also) {
    const std::optional<model::ScreenEvent> shown = shown_at_logins(notice);
    const auto changed = std::make_shared<bool>(false);
    store::Store::Work telling = notice && notify_ ? notify_(uid, *notice) : store::Store::Work();
    base::Future<void> written = store_.write([uid, event = std::move(event), changed, edit = std::move(edit),
                                               telling = std::move(telling), also = std::move(also),
                                               shown](WriteTxn& txn) mutable {
        const auto public_part = PublicAccounts::get(txn, uid);
        if (!public_part) {
            throw no_such_account();
        }
        event.account = uid;
        event.identity = txn.digest(store::DigestKind::name, public_part->name);
        const AuditKind asked = event.kind;
        *changed = edit(txn, *public_part, event);
        if (*changed) {
            AuditLog::append(txn, event);
        }
        if (*changed && also) {
            also(txn);
        }
        if (*changed && event.kind == asked && telling) { // an edit that did less than was asked says so by its kind
            telling(txn);
        }
        if (*changed && event.kind == asked && shown) {
            show_at_logins(txn, uid, *shown, event.actor, event.time);
        }
    });
    co_await written;
    co_return *changed;
}

namespace {

bool listed_in_one_of(const NameService& names, const std::string& name, const std::vector<std::string>& groups) {
    return std::ranges::any_of(groups, [&](const std::string& group) { return names.is_in(name, group); });
}

/// A name is worth showing; nothing depends on it.
std::string name_or_none(const NameService& names, std::uint32_t uid) {
    try {
        return names.name_of(uid).value_or("");
    } catch (const Error&) {
        return {};
    }
}

} // namespace

Task<Accounts::Operation> Accounts::look_up(Uid uid, Actor actor, std::vector<std::string> groups) {
    const auto name_of = [this](Uid of) {
        const auto found = store_.read([&](const ReadTxn& txn) { return PublicAccounts::get(txn, of); });
        return found ? std::optional(found->name) : std::nullopt;
    };
    const std::optional<std::string> account = name_of(uid);
    if (!account) {
        throw no_such_account();
    }
    const std::optional<std::string> own = name_of(Uid{actor.uid});
    const NameService* names = &names_;
    base::Future<Operation> asked = lookups_.run({}, [names, actor, own, name = *account, groups]() -> Operation {
        Operation found;
        found.operator_name = own ? *own : name_or_none(*names, actor.uid);
        found.privileged = listed_in_one_of(*names, name, groups);
        return found;
    });
    Operation found = co_await asked;
    co_return found;
}

Task<bool> Accounts::is_in_one_of(std::string name, std::vector<std::string> groups, model::Digest place) {
    const NameService* names = &names_;
    base::Future<bool> asked =
        lookups_.run(place, [names, name = std::move(name), groups = std::move(groups)]() -> bool {
            return listed_in_one_of(*names, name, groups);
        });
    const bool listed = co_await asked;
    co_return listed;
}

void Accounts::tell(const Change& change, Actor actor, const std::string& what) {
    const auto& id = change.kind == Change::Kind::locked ? log::id::account_locked : log::id::account_changed;
    log::notice(id, "account " + std::to_string(change.uid.value) + " was " + what,
                {{"LOQUET_ACCOUNT", std::to_string(change.uid.value)}, {"LOQUET_ACTOR", std::to_string(actor.uid)}});
    if (observer_) {
        observer_(change);
    }
}

AuditEvent Accounts::new_event(AuditKind kind, Actor actor) const {
    AuditEvent event;
    event.kind = kind;
    event.granted = true;
    event.actor = actor.uid;
    event.time = clock_.wall();
    return event;
}

} // namespace loquet::accounts
