// SPDX-License-Identifier: LGPL-2.1-or-later
// The dialogs on the bus: /org/loquet/Auth1/conversation/N, each visible to its own caller only. Loop thread; outlives
// its calls.
#pragma once

#include "daemon/api/caller.h"
#include "daemon/api/object_watchers.h"
#include "daemon/conversation/engine.h"
#include "lib/bus/call.h"
#include "lib/bus/connection.h"
#include "lib/bus/object_tree.h"
#include "lib/protocol/names.h"
#include "lib/protocol/sealed_texts.h"

namespace loquet::api {

/// From the sealed memfd of Answer.
struct SealedAnswers {
    protocol::Answers answers;
    static SealedAnswers read(bus::Reader& reader);
};

class ConversationObjects {
public:
    static constexpr bus::ObjectTree<conversation::DialogId> tree{protocol::conversation_prefix};

    ConversationObjects(bus::Connection& connection, ObjectWatchers& watchers, conversation::Engine& engine,
                        base::TaskGroup& tasks);

    [[nodiscard]] base::TaskGroup& tasks() noexcept { return tasks_; }
    /// Another's dialog, one that ended and one that never was are not found, all alike.
    base::Task<Owner> admit(const bus::Call& call, Access access, const auto&... /*arguments*/) {
        return admit_owner(call, access);
    }

    /// Its caller, where that is among the watchers: there is one that goes on, or it is over.
    void tell(conversation::DialogId id, const std::string& caller, bool there);

private:
    base::Task<Owner> admit_owner(const bus::Call& call, Access access);
    base::Task<void> answer(bus::Call& call, const Owner& owner, SealedAnswers answers);
    base::Task<void> cancel(bus::Call& call, const Owner& owner);
    static const sd_bus_vtable vtable[];

    ObjectWatchers& watchers_;
    conversation::Engine& engine_;
    base::TaskGroup& tasks_;
};

} // namespace loquet::api
