// SPDX-License-Identifier: LGPL-2.1-or-later
// The root object /org/loquet/Auth1: dialogs begin here, accounts are found, made and listed here. Loop thread;
// outlives its calls.
#pragma once

#include "daemon/accounts/accounts.h"
#include "daemon/accounts/directory_export.h"
#include "daemon/accounts/import.h"
#include "daemon/api/account_request.h"
#include "daemon/api/caller.h"
#include "daemon/api/list_rows.h"
#include "daemon/api/searches.h"
#include "daemon/config/config.h"
#include "daemon/conversation/engine.h"
#include "daemon/model/steady_time.h"
#include "daemon/outbox/courier.h"
#include "daemon/outbox/outbox.h"
#include "daemon/plugins/registry.h"
#include "daemon/store/store.h"
#include "daemon/work/hasher.h"
#include "lib/base/limits.h"
#include "lib/bus/call.h"
#include "lib/bus/connection.h"
#include "lib/bus/method.h"
#include "lib/bus/property.h"
#include "lib/protocol/names.h"

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace loquet::api {

using Purpose = bus::Text<limits::purpose_bytes>;
using TypedName = bus::Text<limits::typed_name_bytes>;
using SearchText = bus::Text<limits::typed_name_bytes>;

/// `after` of ListAccounts: the last number of the page before. Throws Error (invalid) for what no page ended with.
struct Cursor {
    model::Uid after;
    static Cursor read(bus::Reader& reader);
};

/// `filter` of ListAccounts. Throws Error (invalid) for a key or a state that there is not.
struct AccountFilter {
    std::optional<model::AccountState> state;
    static AccountFilter read(bus::Reader& reader);
};

class ManagerObject {
public:
    using Property = bus::Property<ManagerObject, Access>;
    static constexpr const char* interface = protocol::manager_interface;

    struct Dependencies {
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
        /// Reads the files anew and puts them in force, or says what is wrong with them, a mistake each; after those
        /// that are in line.
        std::function<base::Future<ReloadOutcome>()> reload;
    };
    explicit ManagerObject(const Dependencies& deps);

    [[nodiscard]] base::TaskGroup& tasks() noexcept { return deps_.tasks; }

    [[nodiscard]] static const std::array<Property, 5>& properties() noexcept;
    [[nodiscard]] static bool has(std::string_view path) noexcept { return path == protocol::root_path; }
    base::Task<Caller> admit(const bus::Call& call, Access access, const auto&... /*arguments*/) {
        return deps_.callers.admit(call, access);
    }
    /// FindAccount: of one's own name.
    base::Task<Caller> admit(const bus::Call& call, Access access, const TypedName& name) {
        return deps_.callers.admit(call, access, deps_.accounts.find(name.value));
    }
    [[nodiscard]] const ManagerObject& subject(const bus::Call& /*call*/) const noexcept { return *this; }

    // Signals: which object changed, and nothing else
    void tell(const accounts::Change& change);
    /// It is in another state, or was configured, or is no more.
    void tell_plugin(const std::string& instance);
    /// Others are configured.
    void tell_plugins();
    void tell_health();

    // Properties
    void version(bus::Writer& value) const;
    void schema_version(bus::Writer& value) const;
    void profile(bus::Writer& value) const;
    void plugin_list(bus::Writer& value) const;
    void health(bus::Writer& value) const;

private:
    base::Task<void> begin(bus::Call& call, const Caller& caller, Purpose purpose, TypedName name,
                           ClientDetails details);
    base::Task<void> find_account(bus::Call& call, const Caller& caller, TypedName name);
    base::Task<void> search_accounts(bus::Call& call, const Caller& caller, SearchText text);
    base::Task<void> list_accounts(bus::Call& call, const Caller& caller, Cursor after, std::uint32_t limit,
                                   AccountFilter filter);
    base::Task<void> create_account(bus::Call& call, const Caller& caller, AccountRequest request);
    base::Task<void> import(bus::Call& call, const Caller& caller, base::Fd lines, ImportRequest request);
    base::Task<void> read_audit(bus::Call& call, const Caller& caller, std::uint64_t after, std::uint32_t limit);
    base::Task<void> verify_audit(bus::Call& call, const Caller& caller);
    base::Task<void> list_messages(bus::Call& call, const Caller& caller, std::uint64_t after, std::uint32_t limit,
                                   MessageQuestion question);
    base::Task<void> retry_message(bus::Call& call, const Caller& caller, std::uint64_t number);
    base::Task<void> reload_configuration(bus::Call& call, const Caller& caller);

    void signal_account(const char* member, model::Uid uid);
    void properties_changed(const char* name);
    static const sd_bus_vtable members[];

    Dependencies deps_;
    Searches searches_{limits::searches_at_once, limits::searches_of_one_at_once};
};

} // namespace loquet::api
