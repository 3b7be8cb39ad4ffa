// SPDX-License-Identifier: LGPL-2.1-or-later
// The accounts on the bus: /org/loquet/Auth1/account/UID, and the ObjectManager that lists them. Properties show what
// the helpdesk may see (addresses masked) to root, to whom polkit allows, and to the account's own user; methods ask
// for their own action. Loop thread; outlives its calls.
#pragma once

#include "daemon/accounts/accounts.h"
#include "daemon/accounts/import.h"
#include "daemon/api/caller.h"
#include "daemon/api/helpdesk.h"
#include "daemon/api/object_watchers.h"
#include "daemon/api/searches.h"
#include "daemon/config/config.h"
#include "daemon/conversation/engine.h"
#include "daemon/model/steady_time.h"
#include "daemon/outbox/outbox.h"
#include "daemon/recovery/helpdesk_acts.h"
#include "daemon/recovery/helpdesk_reset.h"
#include "daemon/recovery/tickets.h"
#include "daemon/store/store.h"
#include "lib/base/clock.h"
#include "lib/base/limits.h"
#include "lib/bus/call.h"
#include "lib/bus/connection.h"
#include "lib/bus/loop.h"
#include "lib/bus/method.h"
#include "lib/bus/object_tree.h"
#include "lib/bus/property.h"
#include "lib/protocol/names.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace loquet::api {

/// An account with what is computed from the clock.
struct AccountProperties {
    accounts::AccountView view;
    std::string state;                  ///< "active", "locked", "disabled": also by failures (accounts::state_of)
    base::Milliseconds locked_until{0}; ///< wall clock; by too many failures; 0: not locked by them
    std::string lock_reason;
    /// The same of recovery; base::Milliseconds::max(): until somebody unlocks.
    base::Milliseconds recovery_locked_until{0};
    base::Milliseconds password_expires{0}; ///< wall clock; 0: never
    struct Address {
        model::AddressState state = model::AddressState::missing;
        base::Milliseconds held_until{0}; ///< wall clock; of `held`
    };
    Address mail;
    Address phone;
    [[nodiscard]] const Address& address(model::Medium medium) const noexcept {
        return medium == model::Medium::mail ? mail : phone;
    }
};

[[nodiscard]] AccountProperties properties_of(accounts::AccountView view, const config::Config& settings,
                                              model::SteadyTime& steady, const base::Clock& clock);

/// The properties of an account in one table: what introspection says, what Get and GetAll answer, and what
/// ObjectManager lists.
using AccountProperty = bus::Property<AccountProperties, Access>;
[[nodiscard]] const std::array<AccountProperty, 20>& account_properties() noexcept;

using Reason = bus::Text<limits::reason_bytes>;
using FactorName = bus::Text<limits::step_name_bytes>;
using ServiceName = bus::Text<limits::client_field_bytes>;

class AccountObjects {
public:
    static constexpr bus::ObjectTree<model::Uid> tree{protocol::account_prefix};
    static constexpr const char* interface = protocol::account_interface;

    struct Dependencies {
        bus::Connection& connection;
        Callers& callers;
        ObjectWatchers& watchers;
        accounts::Accounts& accounts;
        accounts::Imports& imports;
        conversation::Engine& engine;
        recovery::HelpdeskReset& resets;
        recovery::HelpdeskActs& acts;
        const recovery::Tickets& tickets;
        outbox::Outbox& outbox;
        const store::Store& store;
        bus::Loop& loop;
        const config::Config& settings;
        model::SteadyTime& steady;
        const base::Clock& clock;
        base::TaskGroup& tasks;
    };
    explicit AccountObjects(const Dependencies& deps);

    [[nodiscard]] static const std::array<AccountProperty, 20>& properties() noexcept { return account_properties(); }
    [[nodiscard]] static bool has(std::string_view path) noexcept { return tree.find(path).has_value(); }
    [[nodiscard]] base::TaskGroup& tasks() noexcept { return deps_.tasks; }
    base::Task<Caller> admit(const bus::Call& call, Access access, const auto&... /*arguments*/) {
        return deps_.callers.admit(call, access, tree.find(call.path()));
    }
    /// Throws Error (not_found).
    [[nodiscard]] AccountProperties subject(const bus::Call& call) const;

    /// Tells those who listed the accounts, each for itself: that there is a new one, or that one has to be read again.
    void tell(const accounts::Change& change);

private:
    base::Task<void> describe(bus::Call& call, const Caller& caller);
    /// Nothing: the machine's sources of names do not say.
    base::Task<std::optional<bool>> is_privileged(std::string name);
    base::Task<void> lock(bus::Call& call, const Caller& caller, Reason reason);
    base::Task<void> unlock(bus::Call& call, const Caller& caller);
    base::Task<void> disable(bus::Call& call, const Caller& caller, Reason reason);
    base::Task<void> enable(bus::Call& call, const Caller& caller);
    base::Task<void> start_reset(bus::Call& call, const Caller& caller, ResetOptions options);
    base::Task<void> issue_code(bus::Call& call, const Caller& caller);
    base::Task<void> verify_caller(bus::Call& call, const Caller& caller, MediumName medium);
    base::Task<void> confirm_caller(bus::Call& call, const Caller& caller, CallerCode code);
    base::Task<void> list_acts(bus::Call& call, const Caller& caller);
    base::Task<void> approve_act(bus::Call& call, const Caller& caller, std::uint64_t number);
    base::Task<void> confirm_addresses(bus::Call& call, const Caller& caller);
    base::Task<void> authorise(bus::Call& call, const Caller& caller, ServiceName service);
    base::Task<void> deauthorise(bus::Call& call, const Caller& caller, ServiceName service);
    base::Task<void> remove_factor(bus::Call& call, const Caller& caller, FactorName factor, Reason reason);

    base::Task<void> list_objects(bus::Call& call, const Caller& caller);
    [[nodiscard]] AccountProperties properties_of_account(model::Uid uid) const;
    void write_account(bus::Writer& writer, model::Uid uid) const;

    static int answer_object_manager(sd_bus_message* message, void* self, sd_bus_error* error) noexcept;
    static const sd_bus_vtable members[];

    Dependencies deps_;
    Helpdesk helpdesk_;
    Searches searches_{limits::searches_at_once, limits::searches_of_one_at_once};
    Searches own_searches_{limits::own_searches_at_once, 1}; ///< so that nobody keeps the helpdesk waiting
};

} // namespace loquet::api
