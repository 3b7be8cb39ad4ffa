// SPDX-License-Identifier: LGPL-2.1-or-later
// Long work on the bus: /org/loquet/Auth1/job/N, there for the connection that began it and for nobody else. Loop
// thread; outlives its calls.
#pragma once

#include "daemon/accounts/imports.h"
#include "lib/bus/call.h"
#include "lib/bus/connection.h"

#include <string>

namespace loquet::api {

class JobObjects {
public:
    JobObjects(bus::Connection& connection, accounts::Imports& imports, base::TaskGroup& tasks);

    [[nodiscard]] static std::string path_of(accounts::ImportId id);
    [[nodiscard]] base::TaskGroup& tasks() noexcept { return tasks_; }

private:
    base::Task<void> cancel(bus::Call& call);
    static int find(sd_bus* bus, const char* path, const char* interface, void* self, void** found,
                    sd_bus_error* error) noexcept;
    static int property(sd_bus* bus, const char* path, const char* interface, const char* name, sd_bus_message* reply,
                        void* self, sd_bus_error* error) noexcept;
    static const sd_bus_vtable vtable[];

    accounts::Imports& imports_;
    base::TaskGroup& tasks_;
};

} // namespace loquet::api
