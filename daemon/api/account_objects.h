// SPDX-License-Identifier: LGPL-2.1-or-later
// The accounts on the bus: /org/loquet/Auth1/account/UID. Properties show what the helpdesk may see (addresses masked)
// to root, to whom polkit allows, and to the account's own user; methods ask for their own action. Loop thread;
// outlives its calls.
#pragma once

#include "daemon/accounts/accounts.h"
#include "daemon/api/account_view.h"
#include "daemon/api/caller.h"
#include "daemon/conversation/engine.h"
#include "lib/bus/call.h"
#include "lib/bus/connection.h"

#include <optional>
#include <string>

namespace loquet::api {

class AccountObjects {
public:
    struct Parts {
        bus::Connection& connection;
        Callers& callers;
        accounts::Accounts& accounts;
        conversation::Engine& engine;
        const config::Config& settings;
        model::SteadyTime& steady;
        const base::Clock& clock;
        base::TaskGroup& tasks;
    };
    explicit AccountObjects(const Parts& parts);

    [[nodiscard]] static std::string path_of(model::Uid uid);
    [[nodiscard]] base::TaskGroup& tasks() noexcept { return parts_.tasks; }
    [[nodiscard]] AccountProperties properties(model::Uid uid) const;

private:
    using Operation = base::Task<void> (AccountObjects::*)(model::Uid, std::string, accounts::Actor);

    base::Task<void> lock(bus::Call& call);
    base::Task<void> unlock(bus::Call& call);
    base::Task<void> disable(bus::Call& call);
    base::Task<void> enable(bus::Call& call);
    base::Task<void> start_reset(bus::Call& call);
    base::Task<void> authorise(bus::Call& call);
    base::Task<void> deauthorise(bus::Call& call);
    base::Task<void> remove_factor(bus::Call& call);

    base::Task<void> read_properties(bus::Call& call);
    base::Task<void> list_objects(bus::Call& call);
    [[nodiscard]] static model::Uid uid_of(const bus::Call& call);

    static int find(sd_bus* bus, const char* path, const char* interface, void* self, void** found,
                    sd_bus_error* error) noexcept;
    static int declared_only(sd_bus* bus, const char* path, const char* interface, const char* name,
                             sd_bus_message* reply, void* self, sd_bus_error* error) noexcept;
    static int before_objects(sd_bus_message* message, void* self, sd_bus_error* error) noexcept;
    static const sd_bus_vtable vtable[];

    Parts parts_;
};

} // namespace loquet::api
