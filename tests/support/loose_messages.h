// SPDX-License-Identifier: LGPL-2.1-or-later
// Bus messages that are written, sealed and read again without being sent: what a reader makes of a message, without a
// broker. One thread.
#pragma once

#include "lib/base/file.h"
#include "lib/bus/message.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace loquet::tests {

class LooseMessages {
public:
    LooseMessages() {
        // sd-bus makes messages only for a connection that was started; this one's other end never answers.
        std::array<int, 2> ends{};
        bus::check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0 ? 0 : -errno,
                   "cannot make a pair of sockets");
        base::Fd ours(ends[0]);
        silent_ = base::Fd(ends[1]);
        sd_bus* raw = nullptr;
        bus::check(sd_bus_new(&raw), "cannot create a bus connection");
        bus_ = Bus(raw);
        bus::check(sd_bus_set_fd(raw, ours.get(), ours.get()), "cannot set up a bus connection");
        (void)ours.release(); // the bus closes it
        bus::check(sd_bus_negotiate_fds(raw, 1), "cannot set up a bus connection");
        bus::check(sd_bus_start(raw), "cannot start a bus connection");
    }

    /// A method call without arguments yet.
    [[nodiscard]] bus::Message blank() const {
        sd_bus_message* message = nullptr;
        bus::check(
            sd_bus_message_new_method_call(bus_.get(), &message, "org.loquet.Test", "/", "org.loquet.Test", "Test"),
            "cannot create a bus message");
        return bus::Message(message);
    }

    /// From here on it is as one that arrived: nothing can be written, reading begins at the front.
    static void seal(const bus::Message& message) {
        bus::check(sd_bus_message_seal(message.get(), 1, 0), "cannot seal a bus message");
        bus::check(sd_bus_message_rewind(message.get(), 1), "cannot rewind a bus message");
    }

    /// Sealed, with what `write(Writer&)` put into it.
    template <class Write>
    [[nodiscard]] bus::Message with(Write write) const {
        bus::Message message = blank();
        bus::Writer writer(message.get());
        write(writer);
        seal(message);
        return message;
    }

private:
    using Bus = base::Handle<sd_bus, sd_bus_close_unref>;
    base::Fd silent_;
    Bus bus_;
};

} // namespace loquet::tests
