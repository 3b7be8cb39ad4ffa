// SPDX-License-Identifier: LGPL-2.1-or-later
// The accounts, as the helpdesk and the administrator work with them. Loop thread. Each change is one durable
// transaction with its audit event in it; who asks twice has one effect, and what had no effect leaves no record. Who
// may call what is decided above (daemon/api).
#pragma once

#include "daemon/accounts/account_changes.h"
#include "daemon/accounts/list_page.h"
#include "daemon/accounts/name_service.h"
#include "daemon/accounts/new_account.h"
#include "daemon/accounts/uid_allocator.h"
#include "daemon/model/account.h"
#include "daemon/model/audit_event.h"
#include "daemon/model/counters.h"
#include "daemon/model/notice.h"
#include "daemon/store/accounts_table.h"
#include "daemon/store/store.h"
#include "daemon/work/worker_pool.h"
#include "lib/base/clock.h"
#include "lib/base/function.h"
#include "lib/base/task.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace loquet::accounts {

struct Settings {
    store::UidRange uids{30000, 59999}; ///< an account's GID is its UID
    AccountDefaults defaults;
    std::size_t history = 5; ///< former password hashes to keep
};

/// Who acts, as the bus knows the caller.
struct Actor {
    std::uint32_t uid = 0;
};

/// A password that somebody chose, as crypt(5) writes it.
struct ChosenPassword {
    std::string hash;
    bool must_change = false; ///< its owner chooses another one at the next login
};

/// Told on the loop, after the change is durable and before the caller's coroutine goes on.
struct Change {
    enum class Kind : std::uint8_t { added, changed, locked, unlocked };
    Kind kind = Kind::changed;
    model::Uid uid;
    std::string reason; ///< of a lock, as the operator wrote it
};

/// Everything that a bus object shows; mask the addresses (canonical_form.h).
struct AccountView {
    model::Account account;
    bool has_password = false;
    bool must_change = false;
    base::Milliseconds password_changed{0}; ///< wall clock; 0: never
    model::AttemptCounters attempts;        ///< at the login; times of the steady clock
    model::AttemptCounters recoveries;      ///< the same of recovery
};

class Accounts {
public:
    /// All references outlive this object, which outlives its tasks. `names` is asked on a thread of its own.
    Accounts(Settings settings, store::Store& store, const NameService& names, const base::Clock& clock,
             base::Executor& loop);

    /// So many former passwords are kept from now on.
    void set_history(std::uint32_t passwords) noexcept { settings_.history = passwords; }

    /// Takes a name that nobody on the machine has, neither as a user nor as a group, and a number that is free
    /// likewise. The account and its first password are written together or not at all. Throws Error: `invalid` (a
    /// field), `conflict` (the name), `limited` (no number left), `unavailable` (the disk, or another source of names).
    [[nodiscard]] base::Task<model::Account> create(NewAccount wanted, std::optional<ChosenPassword> password,
                                                    Actor actor);

    /// By the name as typed; nothing for what cannot be a name.
    [[nodiscard]] std::optional<model::Uid> find(std::string_view name) const;
    [[nodiscard]] std::optional<AccountView> show(model::Uid uid) const;
    /// A page of the accounts above `after` (list_page.h).
    /// `now`: of the steady clock, for locks by failures.
    [[nodiscard]] Page list(model::Uid after, std::size_t limit, std::optional<model::AccountState> state,
                            base::Milliseconds now) const;

    // All of these throw Error: not_found, conflict (account_changes.h), unavailable.

    /// Until unlock(); voids what was issued before.
    [[nodiscard]] base::Task<void> lock(model::Uid uid, std::string reason, Actor actor);
    /// Ends a lock by hand and those by too many failures, of the login and of recovery: counters of the account and of
    /// its places start afresh, and the places where the owner is known stay known. So do enable(), set_password() and
    /// start_reset() for failures.
    /// `also` goes into the transaction where there was something to unlock; likewise below.
    [[nodiscard]] base::Task<void> unlock(model::Uid uid, Actor actor, store::Store::Work also = {});
    /// Takes the account out of service; voids what was issued before.
    [[nodiscard]] base::Task<void> disable(model::Uid uid, std::string reason, Actor actor);
    [[nodiscard]] base::Task<void> enable(model::Uid uid, Actor actor);

    /// What the account may use (new_account.h).
    [[nodiscard]] base::Task<void> authorise(model::Uid uid, std::string service, Actor actor);
    [[nodiscard]] base::Task<void> deauthorise(model::Uid uid, std::string service, Actor actor);

    /// Somebody has seen that the addresses are the owner's: from here on, or from `held_until` (steady clock), they
    /// are a way to a new password. Throws Error (conflict) where there is none.
    [[nodiscard]] base::Task<void> confirm_addresses(model::Uid uid, Actor actor,
                                                     base::Milliseconds held_until = base::Milliseconds(0),
                                                     store::Store::Work also = {});

    /// For root and the owner: nobody else may choose a password. Always has an effect: the same password twice are two
    /// changes.
    [[nodiscard]] base::Task<void> set_password(model::Uid uid, ChosenPassword password, Actor actor);
    /// The owner must choose a new password at the next login, and what was issued before is void. Nothing more than
    /// forgetting failures happens where a change is due already.
    [[nodiscard]] base::Task<void> start_reset(model::Uid uid, Actor actor, store::Store::Work also = {});

    /// A factor that its owner cannot use any more (account_changes.h). Nothing happens where it is not set up.
    [[nodiscard]] base::Task<void> remove_factor(model::Uid uid, FactorRemoval removal, Actor actor,
                                                 store::Store::Work also = {});

    /// What the machine knows of an operator and of the account that is worked on. The name is the account's own for an
    /// account of ours, else what the name service says; empty: it says none. Throws Error: `not_found`; `unavailable`
    /// where it does not answer who is in a group.
    struct Operation {
        std::string operator_name;
        bool privileged = false; ///< the account is in one of `groups`, by whatever source of names
    };
    [[nodiscard]] base::Task<Operation> look_up(model::Uid uid, Actor actor, std::vector<std::string> groups);
    /// Whether the machine lists somebody of that name in one of `groups`, by whatever source of names; the name may be
    /// nobody's. Who asks much waits in turn with other `places`. Throws Error: `unavailable` likewise; `busy`.
    [[nodiscard]] base::Task<bool> is_in_one_of(std::string name, std::vector<std::string> groups, model::Digest place);

    /// What goes into the transaction of a change that its owner is to know of; until then nobody is told.
    using Notify = base::Function<store::Store::Work(model::Uid uid, model::Notice notice)>;
    void notify_owners(Notify notify) { notify_ = std::move(notify); }

    /// One observer: it is called for every change that had an effect.
    void on_change(base::Function<void(const Change&)> observer) { observer_ = std::move(observer); }

private:
    /// Changes an account inside a transaction and says whether anything changed; may run again.
    using Edit = base::Function<bool(store::WriteTxn&, const model::PublicAccount&, model::AuditEvent&)>;

    base::Task<void> refuse_name_elsewhere(std::string name);
    struct Newcomer {
        model::Account account;
        std::optional<NewPassword> password;
    };
    /// Writes the newcomer and the audit events under the number that is given.
    [[nodiscard]] UidAllocator::Make new_account(const Newcomer& newcomer, Actor actor) const;
    [[nodiscard]] NewPassword checked(ChosenPassword password) const;
    [[nodiscard]] model::AuditEvent password_event(const NewPassword& password, Actor actor) const;
    using Authorising = Authorisations (*)(Authorisations, const std::string& service);
    base::Task<void> change_authorisations(model::Uid uid, std::string service, Authorising change_list,
                                           std::string word, Actor actor);
    base::Task<void> change_state(model::Uid uid, Act act, std::string reason, Actor actor,
                                  store::Store::Work also = {});
    /// Runs `edit` on an account that exists, and appends `event` where it changed something. Answers whether it did.
    /// `notice`: what the owner is told then. `also`: what goes into the transaction then.
    base::Task<bool> change(model::Uid uid, model::AuditEvent event, Edit edit,
                            std::optional<model::Notice> notice = std::nullopt, store::Store::Work also = {});
    void tell(const Change& change, Actor actor, const std::string& what);
    [[nodiscard]] model::AuditEvent new_event(model::AuditKind kind, Actor actor) const;

    Settings settings_;
    store::Store& store_;
    const NameService& names_;
    const base::Clock& clock_;
    work::WorkerPool lookups_;
    UidAllocator numbers_;
    OrganisationGroups groups_;
    base::Function<void(const Change&)> observer_;
    Notify notify_;
};

} // namespace loquet::accounts
