// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/api/account_objects.h"

#include "daemon/api/account_description.h"
#include "daemon/api/account_request.h"
#include "daemon/api/conversation_objects.h"
#include "daemon/api/job_objects.h"
#include "daemon/config/flow_tables.h"
#include "daemon/model/canonical_form.h"
#include "daemon/store/identifiers_table.h"
#include "lib/base/text.h"
#include "lib/protocol/sealed_texts.h"

#include <algorithm>
#include <array>
#include <utility>

namespace loquet::api {

using accounts::Actor;
using accounts::Change;
using base::Error;
using base::microseconds;
using base::Milliseconds;
using bus::Writer;
using model::AccountState;
using model::Uid;

namespace {

constexpr Access helpdesk_or_self = self_or(Action::read_accounts);

constexpr std::array<AccountProperty, 20> account_properties_table{{
    {"Name", "s", helpdesk_or_self,
     [](Writer& w, const AccountProperties& a) { w.text(a.view.account.public_part.name); }},
    {"UID", "u", helpdesk_or_self,
     [](Writer& w, const AccountProperties& a) { w.u32(a.view.account.public_part.uid.value); }},
    {"GID", "u", helpdesk_or_self,
     [](Writer& w, const AccountProperties& a) { w.u32(a.view.account.public_part.gid); }},
    {"DisplayName", "s", helpdesk_or_self,
     [](Writer& w, const AccountProperties& a) { w.text(a.view.account.public_part.display_name); }},
    {"State", "s", helpdesk_or_self, [](Writer& w, const AccountProperties& a) { w.text(a.state); }},
    {"LockedUntil", "t", helpdesk_or_self,
     [](Writer& w, const AccountProperties& a) { w.u64(microseconds(a.locked_until)); }},
    {"LockReason", "s", helpdesk_or_self, [](Writer& w, const AccountProperties& a) { w.text(a.lock_reason); }},
    {"RecoveryLockedUntil", "t", helpdesk_or_self,
     [](Writer& w, const AccountProperties& a) {
         const bool endless = a.recovery_locked_until == Milliseconds::max();
         w.u64(endless ? UINT64_MAX : microseconds(a.recovery_locked_until));
     }},
    {"PasswordSet", "b", helpdesk_or_self,
     [](Writer& w, const AccountProperties& a) { w.boolean(a.view.has_password); }},
    {"PasswordChanged", "t", helpdesk_or_self,
     [](Writer& w, const AccountProperties& a) { w.u64(microseconds(a.view.password_changed)); }},
    {"PasswordExpires", "t", helpdesk_or_self,
     [](Writer& w, const AccountProperties& a) { w.u64(microseconds(a.password_expires)); }},
    {"PasswordMustChange", "b", helpdesk_or_self,
     [](Writer& w, const AccountProperties& a) { w.boolean(a.view.must_change); }},
    {"LastLogin", "t", helpdesk_or_self,
     [](Writer& w, const AccountProperties& a) { w.u64(microseconds(a.view.account.private_part.last_login)); }},
    {"MailMasked", "s", helpdesk_or_self,
     [](Writer& w, const AccountProperties& a) { w.text(model::masked_mail(a.view.account.private_part.mail)); }},
    {"PhoneMasked", "s", helpdesk_or_self,
     [](Writer& w, const AccountProperties& a) { w.text(model::masked_phone(a.view.account.private_part.phone)); }},
    {"MailConfirmed", "t", helpdesk_or_self,
     [](Writer& w, const AccountProperties& a) { w.u64(microseconds(a.view.account.private_part.mail_confirmed)); }},
    {"PhoneConfirmed", "t", helpdesk_or_self,
     [](Writer& w, const AccountProperties& a) { w.u64(microseconds(a.view.account.private_part.phone_confirmed)); }},
    {"Organisation", "s", helpdesk_or_self,
     [](Writer& w, const AccountProperties& a) { w.text(a.view.account.private_part.organisation); }},
    {"Authorisations", "as", helpdesk_or_self,
     [](Writer& w, const AccountProperties& a) { w.texts(a.view.account.private_part.authorisations); }},
    {"Factors", "as", helpdesk_or_self,
     [](Writer& w, const AccountProperties& a) {
         std::vector<std::string> factors = a.view.account.private_part.factors;
         if (a.view.has_password) {
             factors.insert(factors.begin(), config::spec_of(config::StepKind::password).name);
         }
         w.texts(factors);
     }},
}};

/// The lock by failures that still stands: the account's, else the latest of one of its places; none: an empty one.
model::FailureLock lock_in(const model::AttemptCounters& attempts, Milliseconds now) {
    model::FailureLock lock = attempts.lock_at(now.count());
    if (!lock.stands(now.count())) {
        lock = attempts.place_lock_at(now.count());
    }
    return lock.stands(now.count()) ? lock : model::FailureLock{};
}

void add_locks(AccountProperties& account, model::SteadyTime& steady, const base::Clock& clock) {
    const Milliseconds now = steady.now(clock);
    const auto until = [&](const model::FailureLock& lock) { return steady.on_wall(Milliseconds(lock.until), clock); };
    const model::FailureLock lock = lock_in(account.view.attempts, now);
    account.lock_reason = lock.reason;
    if (lock.until != 0 && !lock.endless) {
        account.locked_until = until(lock);
    }
    const model::FailureLock of_recovery = lock_in(account.view.recoveries, now);
    if (of_recovery.endless) {
        account.recovery_locked_until = Milliseconds::max();
    } else if (of_recovery.until != 0) {
        account.recovery_locked_until = until(of_recovery);
    }
}

/// One entry of what GetManagedObjects answers.
template <class Properties, class Subject>
void write_object(Writer& writer, const std::string& path, const char* interface, const Properties& properties,
                  const Subject& subject) {
    writer.pair("oa{sa{sv}}", [&] {
        writer.object_path(path);
        writer.array("{sa{sv}}", [&] {
            writer.pair("sa{sv}", [&] {
                writer.text(interface).dictionary([&] {
                    for (const auto& property : properties) {
                        writer.entry(property.name, property.signature, [&] { property.write(writer, subject); });
                    }
                });
            });
        });
    });
}

} // namespace

AccountProperties properties_of(accounts::AccountView view, const config::Config& settings, model::SteadyTime& steady,
                                const base::Clock& clock) {
    AccountProperties account;
    account.view = std::move(view);
    const model::PrivateAccount& private_part = account.view.account.private_part;
    account.state = name_of(accounts::state_of(private_part.state, account.view.attempts, steady.now(clock)));
    add_locks(account, steady, clock);
    if (private_part.state != AccountState::active) {
        account.lock_reason = private_part.state_reason;
    }
    for (const auto& [medium, address] :
         {std::pair{model::Medium::mail, &account.mail}, std::pair{model::Medium::sms, &account.phone}}) {
        address->state = address_state(private_part, medium, steady.now(clock));
        address->held_until = address->state == model::AddressState::held
                                  ? steady.on_wall(model::held_until(private_part, medium), clock)
                                  : base::Milliseconds(0);
    }
    if (settings.password.expires_after.count() > 0 && account.view.has_password) {
        account.password_expires = account.view.password_changed + settings.password.expires_after;
    }
    return account;
}

const std::array<AccountProperty, 20>& account_properties() noexcept {
    return account_properties_table;
}

AccountObjects::AccountObjects(const Dependencies& deps)
    : deps_(deps), helpdesk_({deps.accounts, deps.engine, deps.resets, deps.acts, deps.callers, deps.settings}) {
    deps_.connection.add_filter(answer_object_manager, this);
    deps_.connection.add_filter(bus::read_properties<AccountObjects>, this);
    deps_.connection.add_object_manager(protocol::root_path);
    deps_.connection.add_objects(tree.prefix, interface, bus::with_properties(account_properties(), members),
                                 bus::find_in<tree>, this);
}

AccountProperties AccountObjects::subject(const bus::Call& call) const {
    return properties_of_account(tree.require(call.path()));
}

AccountProperties AccountObjects::properties_of_account(Uid uid) const {
    auto view = deps_.accounts.show(uid);
    if (!view) {
        throw Error(Error::Kind::not_found, "there is no such account");
    }
    return properties_of(std::move(*view), deps_.settings, deps_.steady, deps_.clock);
}

int AccountObjects::answer_object_manager(sd_bus_message* message, void* self, sd_bus_error* error) noexcept {
    const char* const path = sd_bus_message_get_path(message);
    if (path == nullptr || std::string_view(path) != protocol::root_path
        || sd_bus_message_is_method_call(message, ObjectWatchers::interface, "GetManagedObjects") <= 0) {
        return 0;
    }
    return bus::method<&AccountObjects::list_objects, Action::read_accounts>(message, self, error);
}

base::Task<void> AccountObjects::list_objects(bus::Call& call, const Caller& caller) {
    const accounts::Page page =
        deps_.accounts.list(Uid{0}, limits::accounts_per_page, std::nullopt, deps_.steady.now(deps_.clock));
    if (page.next) {
        throw Error(Error::Kind::limited, "there are too many accounts for one answer: use ListAccounts");
    }
    if (deps_.callers.is_connected(caller)) {
        deps_.watchers.watch(caller.sender);
    }
    call.reply([&](bus::Writer& w) {
        w.array("{oa{sa{sv}}}", [&] {
            for (const accounts::ListEntry& entry : page.entries) {
                write_account(w, entry.public_part.uid);
            }
            for (const accounts::ImportId id : deps_.imports.jobs_of(caller.sender)) {
                write_object(w, JobObjects::tree.path_of(id), JobObjects::interface, JobObjects::properties(),
                             *deps_.imports.progress(id, caller.sender));
            }
            for (const conversation::DialogId id : deps_.engine.dialogs_of(caller.sender)) {
                write_object(w, ConversationObjects::tree.path_of(id), protocol::conversation_interface,
                             std::array<AccountProperty, 0>(), AccountProperties());
            }
        });
    });
    co_return;
}

void AccountObjects::write_account(bus::Writer& writer, Uid uid) const {
    write_object(writer, tree.path_of(uid), interface, account_properties(), properties_of_account(uid));
}

void AccountObjects::tell(const Change& change) {
    if (change.kind == Change::Kind::added) {
        return deps_.watchers.tell_added(tree.path_of(change.uid), interface);
    }
    std::array<const char*, std::tuple_size_v<std::decay_t<decltype(account_properties())>>> names{};
    std::ranges::transform(account_properties(), names.begin(), &AccountProperty::name);
    for (const std::string& watcher : deps_.watchers.all()) {
        bus::tell_changed(deps_.connection, tree.path_of(change.uid), interface, names, watcher);
    }
}

namespace {

std::vector<model::Medium> shared_media(const store::Store& store, const AccountProperties& account,
                                        base::Milliseconds steady) {
    const model::Account& of = account.view.account;
    return store.read([&](const store::ReadTxn& txn) {
        std::vector<model::Medium> media;
        for (const model::Medium medium : {model::Medium::mail, model::Medium::sms}) {
            if (store::IdentifiersTable::is_shared(txn, of.public_part.uid, of.private_part, medium, steady)) {
                media.push_back(medium);
            }
        }
        return media;
    });
}

} // namespace

base::Task<std::optional<bool>> AccountObjects::is_privileged(std::string name) {
    if (config::everybody_is_privileged(deps_.settings)) {
        co_return true;
    }
    try {
        auto looking = deps_.accounts.is_in_one_of(std::move(name), deps_.settings.helpdesk.privileged_groups,
                                                   deps_.store.digest(store::DigestKind::place, "helpdesk"));
        const bool listed = co_await looking;
        co_return listed;
    } catch (const base::Error&) { // the rest is worth telling
        co_return std::nullopt;
    }
}

base::Task<void> AccountObjects::describe(bus::Call& call, const Caller& caller) {
    const Uid uid = tree.require(call.path());
    Searches& searches = caller.uid == uid.value ? own_searches_ : searches_;
    const Searches::Search searching = searches.search_for(caller.uid);
    (void)properties_of_account(uid); // where there is none nothing is looked for
    auto finding_events = find_events(deps_.store, deps_.loop, uid);
    EventsOfAccount events = co_await finding_events;
    auto finding_messages = find_messages(deps_.store, deps_.loop, uid);
    outbox::MessagePage messages = co_await finding_messages;
    auto looking = is_privileged(properties_of_account(uid).view.account.public_part.name);
    const std::optional<bool> privileged = co_await looking;
    // All that can change meanwhile is read last.
    const AccountProperties account = properties_of_account(uid);
    const RecoveryFacts facts{shared_media(deps_.store, account, deps_.steady.now(deps_.clock)), privileged};
    AccountDescription description;
    description.login = login_verdict(account, deps_.clock.wall());
    description.recovery = recovery_verdict(account, deps_.settings, facts);
    description.asks = login_in_short(deps_.settings);
    description.tickets = deps_.store.read([&](const store::ReadTxn& txn) { return deps_.tickets.list(txn, uid); });
    description.events = std::move(events);
    description.messages = std::move(messages);
    call.reply([&](Writer& writer) { write_description(writer, description, deps_.outbox); });
}

base::Task<void> AccountObjects::lock(bus::Call& call, const Caller& caller, Reason reason) {
    auto locking = deps_.accounts.lock(tree.require(call.path()), std::move(reason.value), Actor{caller.uid});
    co_await locking;
    call.reply();
}

base::Task<void> AccountObjects::unlock(bus::Call& call, const Caller& caller) {
    auto unlocking = helpdesk_.unlock(tree.require(call.path()), caller);
    co_await unlocking;
    call.reply();
}

base::Task<void> AccountObjects::disable(bus::Call& call, const Caller& caller, Reason reason) {
    auto disabling = deps_.accounts.disable(tree.require(call.path()), std::move(reason.value), Actor{caller.uid});
    co_await disabling;
    call.reply();
}

base::Task<void> AccountObjects::enable(bus::Call& call, const Caller& caller) {
    const Uid uid = tree.require(call.path());
    auto enabling = deps_.engine.with_account_still(
        uid, [this, uid, caller] { return deps_.accounts.enable(uid, Actor{caller.uid}); });
    co_await enabling;
    call.reply();
}

base::Task<void> AccountObjects::start_reset(bus::Call& call, const Caller& caller, ResetOptions options) {
    auto starting = helpdesk_.start_reset(tree.require(call.path()), caller, options);
    co_await starting;
    call.reply();
}

base::Task<void> AccountObjects::issue_code(bus::Call& call, const Caller& caller) {
    auto issuing = helpdesk_.issue_code(tree.require(call.path()), caller);
    base::Secret code = co_await issuing;
    protocol::Answers answers;
    answers.push_back(std::move(code));
    const base::Fd sealed = protocol::seal_answers(answers);
    call.reply([&](Writer& writer) { writer.fd(sealed.get()); });
}

base::Task<void> AccountObjects::verify_caller(bus::Call& call, const Caller& caller, MediumName medium) {
    auto verifying = helpdesk_.verify_caller(tree.require(call.path()), caller, medium.value);
    co_await verifying;
    call.reply();
}

base::Task<void> AccountObjects::confirm_caller(bus::Call& call, const Caller& caller, CallerCode code) {
    auto confirming = helpdesk_.confirm_caller(tree.require(call.path()), caller, std::move(code.value));
    co_await confirming;
    call.reply();
}

base::Task<void> AccountObjects::list_acts(bus::Call& call, const Caller& /*caller*/) {
    const Uid uid = tree.require(call.path());
    (void)properties_of_account(uid); // not_found
    call.reply([&](Writer& writer) { helpdesk_.write_acts(writer, uid); });
    co_return;
}

base::Task<void> AccountObjects::approve_act(bus::Call& call, const Caller& caller, std::uint64_t number) {
    auto approving = helpdesk_.approve(tree.require(call.path()), caller, number, call);
    co_await approving;
    call.reply();
}

base::Task<void> AccountObjects::confirm_addresses(bus::Call& call, const Caller& caller) {
    auto confirming = helpdesk_.confirm_addresses(tree.require(call.path()), caller);
    co_await confirming;
    call.reply();
}

base::Task<void> AccountObjects::authorise(bus::Call& call, const Caller& caller, ServiceName service) {
    auto changing = deps_.accounts.authorise(tree.require(call.path()), std::move(service.value), Actor{caller.uid});
    co_await changing;
    call.reply();
}

base::Task<void> AccountObjects::deauthorise(bus::Call& call, const Caller& caller, ServiceName service) {
    auto changing = deps_.accounts.deauthorise(tree.require(call.path()), std::move(service.value), Actor{caller.uid});
    co_await changing;
    call.reply();
}

base::Task<void> AccountObjects::remove_factor(bus::Call& call, const Caller& caller, FactorName factor,
                                               Reason reason) {
    accounts::FactorRemoval removal;
    removal.factor = std::move(factor.value);
    removal.reason = std::move(reason.value);
    const auto plugin = deps_.settings.plugins.find(removal.factor);
    removal.is_configured = plugin != deps_.settings.plugins.end() && plugin->second.kind == config::PluginKind::step;
    auto removing = helpdesk_.remove_factor(tree.require(call.path()), caller, std::move(removal));
    co_await removing;
    call.reply();
}

const sd_bus_vtable AccountObjects::members[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_METHOD_WITH_ARGS("Describe", SD_BUS_NO_ARGS, SD_BUS_RESULT("a{sv}", description),
                            (bus::method<&AccountObjects::describe, helpdesk_or_self>), SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("Lock", SD_BUS_ARGS("s", reason), SD_BUS_NO_RESULT,
                            (bus::method<&AccountObjects::lock, Action::manage_accounts>), SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("Unlock", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT,
                            (bus::method<&AccountObjects::unlock, Action::unlock>), SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("StartReset", SD_BUS_ARGS("a{sv}", options), SD_BUS_NO_RESULT,
                            (bus::method<&AccountObjects::start_reset, Action::start_reset>),
                            SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("IssueCode", SD_BUS_NO_ARGS, SD_BUS_RESULT("h", code),
                            (bus::method<&AccountObjects::issue_code, Action::start_reset>),
                            SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("VerifyCaller", SD_BUS_ARGS("s", by), SD_BUS_NO_RESULT,
                            (bus::method<&AccountObjects::verify_caller, Action::start_reset>),
                            SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("ConfirmCaller", SD_BUS_ARGS("h", code), SD_BUS_NO_RESULT,
                            (bus::method<&AccountObjects::confirm_caller, Action::start_reset>),
                            SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("ListActs", SD_BUS_NO_ARGS, SD_BUS_RESULT("aa{sv}", acts),
                            (bus::method<&AccountObjects::list_acts, Action::read_accounts>),
                            SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("ApproveAct", SD_BUS_ARGS("t", number), SD_BUS_NO_RESULT,
                            (bus::method<&AccountObjects::approve_act, Action::start_reset>),
                            SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("ConfirmAddresses", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT,
                            (bus::method<&AccountObjects::confirm_addresses, Action::manage_accounts>),
                            SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("Authorise", SD_BUS_ARGS("s", service), SD_BUS_NO_RESULT,
                            (bus::method<&AccountObjects::authorise, Action::manage_accounts>),
                            SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("Deauthorise", SD_BUS_ARGS("s", service), SD_BUS_NO_RESULT,
                            (bus::method<&AccountObjects::deauthorise, Action::manage_accounts>),
                            SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("Disable", SD_BUS_ARGS("s", reason), SD_BUS_NO_RESULT,
                            (bus::method<&AccountObjects::disable, Action::manage_accounts>),
                            SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("Enable", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT,
                            (bus::method<&AccountObjects::enable, Action::manage_accounts>),
                            SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("RemoveFactor", SD_BUS_ARGS("s", factor, "s", reason), SD_BUS_NO_RESULT,
                            (bus::method<&AccountObjects::remove_factor, Action::remove_factor>),
                            SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_VTABLE_END,
};

} // namespace loquet::api
