// SPDX-License-Identifier: LGPL-2.1-or-later
// The dialogs on the bus: /org/loquet/Auth1/conversation/N, each visible to its own caller only. Loop thread; outlives
// its calls.
#pragma once

#include "daemon/conversation/engine.h"
#include "lib/bus/call.h"
#include "lib/bus/connection.h"

#include <optional>
#include <string>

namespace loquet::api {

class ConversationObjects {
public:
    ConversationObjects(bus::Connection& connection, conversation::Engine& engine, base::TaskGroup& tasks);

    [[nodiscard]] static std::string path_of(conversation::DialogId id);
    [[nodiscard]] base::TaskGroup& tasks() noexcept { return tasks_; }

private:
    base::Task<void> answer(bus::Call& call);
    base::Task<void> cancel(bus::Call& call);
    static int find(sd_bus* bus, const char* path, const char* interface, void* self, void** found,
                    sd_bus_error* error) noexcept;
    static const sd_bus_vtable vtable[];

    conversation::Engine& engine_;
    base::TaskGroup& tasks_;
};

} // namespace loquet::api
