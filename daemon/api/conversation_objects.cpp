// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/api/conversation_objects.h"

#include "lib/bus/method.h"
#include "lib/protocol/turn_wire.h"

#include <utility>

namespace loquet::api {

SealedAnswers SealedAnswers::read(bus::Reader& reader) {
    const base::Fd memory = reader.fd();
    return {protocol::open_answers(memory.get())};
}

ConversationObjects::ConversationObjects(bus::Connection& connection, ObjectWatchers& watchers,
                                         conversation::Engine& engine, base::TaskGroup& tasks)
    : watchers_(watchers), engine_(engine), tasks_(tasks) {
    connection.add_objects(tree.prefix, protocol::conversation_interface, vtable, bus::find_in<tree>, this);
}

base::Task<Owner> ConversationObjects::admit_owner(const bus::Call& call, Access /*access: the owner's alone*/) {
    Owner owner{call.sender()};
    engine_.require_dialog(tree.require(call.path()), owner.sender);
    co_return owner;
}

void ConversationObjects::tell(conversation::DialogId id, const std::string& caller, bool there) {
    if (watchers_.all().contains(caller)) {
        const std::string path = tree.path_of(id);
        if (there) {
            watchers_.tell_added(path, protocol::conversation_interface, caller);
        } else {
            watchers_.tell_removed(path, protocol::conversation_interface, caller);
        }
    }
}

base::Task<void> ConversationObjects::answer(bus::Call& call, const Owner& owner, SealedAnswers answers) {
    auto answering = engine_.answer(tree.require(call.path()), owner.sender, std::move(answers.answers));
    const protocol::Turn turn = co_await answering;
    call.reply([&](bus::Writer& writer) { protocol::write_turn(writer, turn); });
}

base::Task<void> ConversationObjects::cancel(bus::Call& call, const Owner& owner) {
    engine_.cancel(tree.require(call.path()), owner.sender);
    call.reply();
    co_return;
}

const sd_bus_vtable ConversationObjects::vtable[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_METHOD_WITH_ARGS("Answer", SD_BUS_ARGS("h", answers),
                            SD_BUS_RESULT("s", state, "a(ysss)", prompts, "a{sv}", details),
                            (bus::method<&ConversationObjects::answer, Action::owner>),
                            SD_BUS_VTABLE_UNPRIVILEGED | SD_BUS_VTABLE_SENSITIVE),
    SD_BUS_METHOD_WITH_ARGS("Cancel", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT,
                            (bus::method<&ConversationObjects::cancel, Action::owner>), SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_VTABLE_END,
};

} // namespace loquet::api
