// SPDX-License-Identifier: LGPL-2.1-or-later
// Long work on the bus: /org/loquet/Auth1/job/N, there for the connection that began it and for nobody else. Loop
// thread; outlives its calls.
#pragma once

#include "daemon/accounts/import.h"
#include "daemon/api/caller.h"
#include "daemon/api/object_watchers.h"
#include "lib/bus/call.h"
#include "lib/bus/connection.h"
#include "lib/bus/object_tree.h"
#include "lib/bus/property.h"
#include "lib/protocol/names.h"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace loquet::api {

class JobObjects {
public:
    using Property = bus::Property<accounts::Import::Progress, Access>;
    static constexpr bus::ObjectTree<accounts::ImportId> tree{protocol::job_prefix};
    static constexpr const char* interface = protocol::job_interface;

    JobObjects(bus::Connection& connection, ObjectWatchers& watchers, accounts::Imports& imports,
               base::TaskGroup& tasks);

    [[nodiscard]] static const std::array<Property, 8>& properties() noexcept;
    [[nodiscard]] static bool has(std::string_view path) noexcept { return tree.find(path).has_value(); }
    [[nodiscard]] base::TaskGroup& tasks() noexcept { return tasks_; }
    /// Another's job, one that is forgotten and one that never was are not found, all alike.
    base::Task<Owner> admit(const bus::Call& call, Access access);
    [[nodiscard]] const accounts::Import::Progress& subject(const bus::Call& call) const;

    /// Tells its owner, and nobody else: there is one, there is something new to read, it is gone. In its time an ended
    /// job is forgotten.
    void tell_begun(accounts::ImportId id, const std::string& owner);
    void tell_progress(accounts::ImportId id, const std::string& owner);
    void tell_forgotten(accounts::ImportId id, const std::string& owner);

private:
    base::Task<void> cancel(bus::Call& call, const Owner& owner);
    void forget_in_time();
    static const sd_bus_vtable members[];

    bus::Connection& connection_;
    ObjectWatchers& watchers_;
    accounts::Imports& imports_;
    base::TaskGroup& tasks_;
    bus::Source forgetting_; ///< set while an ended job is kept
};

} // namespace loquet::api
