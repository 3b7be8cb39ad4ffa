// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/api/conversation_objects.h"

#include "daemon/api/object_path.h"
#include "lib/bus/method.h"
#include "lib/protocol/answers.h"
#include "lib/protocol/names.h"
#include "lib/protocol/turn_wire.h"

namespace loquet::api {

using conversation::DialogId;

ConversationObjects::ConversationObjects(bus::Connection& connection, conversation::Engine& engine,
                                         base::TaskGroup& tasks)
    : engine_(engine), tasks_(tasks) {
    connection.add_objects(protocol::conversation_prefix, protocol::conversation_interface, vtable, find, this);
}

std::string ConversationObjects::path_of(DialogId id) {
    return std::string(protocol::conversation_prefix) + "/" + std::to_string(id);
}

int ConversationObjects::find(sd_bus* /*bus*/, const char* path, const char* /*interface*/, void* self, void** found,
                              sd_bus_error* /*error*/) noexcept {
    const auto id = number_in(path, protocol::conversation_prefix);
    if (!id || !static_cast<ConversationObjects*>(self)->engine_.exists(*id)) {
        return 0;
    }
    *found = self;
    return 1;
}

base::Task<void> ConversationObjects::answer(bus::Call& call) {
    auto reader = call.arguments();
    const base::Fd memory = reader.fd();
    const DialogId id = require_number_in(call.path(), protocol::conversation_prefix);
    auto answering = engine_.answer(id, call.sender(), protocol::open_answers(memory.get()));
    const protocol::Turn turn = co_await answering;
    call.reply([&](bus::Writer& writer) { protocol::write_turn(writer, turn); });
}

base::Task<void> ConversationObjects::cancel(bus::Call& call) {
    engine_.cancel(require_number_in(call.path(), protocol::conversation_prefix), call.sender());
    call.reply();
    co_return;
}

const sd_bus_vtable ConversationObjects::vtable[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_METHOD_WITH_ARGS(
        "Answer", SD_BUS_ARGS("h", answers), SD_BUS_RESULT("s", state, "a(yss)", prompts, "a{sv}", details),
        bus::method<&ConversationObjects::answer>, SD_BUS_VTABLE_UNPRIVILEGED | SD_BUS_VTABLE_SENSITIVE),
    SD_BUS_METHOD_WITH_ARGS("Cancel", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT, bus::method<&ConversationObjects::cancel>,
                            SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_VTABLE_END,
};

} // namespace loquet::api
