// SPDX-License-Identifier: LGPL-2.1-or-later
// The root object /org/loquet/Auth1: dialogs begin here, accounts are found, made and listed here. Loop thread;
// outlives its calls.
#pragma once

#include "daemon/accounts/accounts.h"
#include "daemon/accounts/directory_export.h"
#include "daemon/accounts/imports.h"
#include "daemon/api/caller.h"
#include "daemon/config/config.h"
#include "daemon/conversation/engine.h"
#include "daemon/model/steady_time.h"
#include "daemon/outbox/courier.h"
#include "daemon/outbox/outbox.h"
#include "daemon/plugins/registry.h"
#include "daemon/store/store.h"
#include "daemon/work/hasher.h"
#include "lib/bus/call.h"
#include "lib/bus/connection.h"

#include <optional>
#include <string>

namespace loquet::api {

class ManagerObject {
public:
    struct Parts {
        bus::Loop& loop;
        bus::Connection& connection;
        Callers& callers;
        conversation::Engine& engine;
        accounts::Accounts& accounts;
        const accounts::DirectoryExport& directory;
        accounts::Imports& imports;
        outbox::Outbox& outbox;
        const outbox::Courier& courier;
        store::Store& store;
        work::Hasher& hasher;
        plugins::Registry& plugins;
        const config::Config& settings;
        const std::string& refused_configuration; ///< a sentence for Health; empty where everything was read
        model::SteadyTime& steady;
        const base::Clock& clock;
        const std::string& locale; ///< of a dialog whose application says none
        base::TaskGroup& tasks;
    };
    explicit ManagerObject(const Parts& parts);

    [[nodiscard]] base::TaskGroup& tasks() noexcept { return parts_.tasks; }

    // Signals
    void tell(const accounts::Change& change);
    void tell_locked(model::Uid uid, base::Milliseconds until, const std::string& reason);
    void tell_plugin(const plugins::PluginStatus& status);
    void tell_health();
    void tell_import(accounts::ImportId id, const accounts::Import::Progress& progress);

private:
    base::Task<void> begin(bus::Call& call);
    base::Task<void> find_account(bus::Call& call);
    base::Task<void> list_accounts(bus::Call& call);
    base::Task<void> create_account(bus::Call& call);
    base::Task<void> import(bus::Call& call);
    base::Task<void> read_audit(bus::Call& call);
    base::Task<void> verify_audit(bus::Call& call);
    base::Task<void> list_messages(bus::Call& call);
    base::Task<void> retry_message(bus::Call& call);

    void version(bus::Writer& value);
    void schema_version(bus::Writer& value);
    void profile(bus::Writer& value);
    void plugin_list(bus::Writer& value);
    void health(bus::Writer& value);

    void signal_account(const char* member, model::Uid uid);
    void properties_changed(const char* name);
    static const sd_bus_vtable vtable[];

    Parts parts_;
};

} // namespace loquet::api
