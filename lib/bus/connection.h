// SPDX-License-Identifier: LGPL-2.1-or-later
// One connection to a message bus. Two ways of use: blocking calls for short programs and the PAM module (no loop), or
// attached to a Loop, where calls are awaited. One thread; a fork leaves the child's copy unusable, as sd-bus has it.
#pragma once

#include "lib/base/function.h"
#include "lib/base/task.h"
#include "lib/bus/loop.h"
#include "lib/bus/message.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace loquet::bus {

using Slot = base::Handle<sd_bus_slot, sd_bus_slot_unref>;

class Connection {
public:
    /// The system bus, as sd_bus_open_system() finds it: a set-uid program takes no address from the environment.
    static Connection system();
    static Connection at(const std::string& address);

    Connection(Connection&&) noexcept = default;
    Connection& operator=(Connection&&) noexcept = default;

    /// From here on messages are handled by the loop.
    void attach(Loop& loop);
    /// That it is attached to; Error (internal) where it is to none.
    [[nodiscard]] Loop& loop() const;
    /// Throws Error (conflict) when somebody else has the name.
    void own_name(const char* name);
    /// Gets it as soon as who owns it gives it back, with nobody in between.
    void wait_for_name(const char* name);

    [[nodiscard]] Message method_call(const char* destination, const char* path, const char* interface,
                                      const char* member);
    [[nodiscard]] Message signal(const char* path, const char* interface, const char* member);
    /// On a loop nothing is thrown for a bus that is gone: on_disconnect() is told of that.
    void send(const Message& message);
    /// To one peer alone, where `message` (a signal) would else be for everybody who listens.
    void send_to(const Message& message, const std::string& peer);
    /// Blocks; throws Error with the kind that the error's name stands for and the peer's sentence. A `timeout` of 0 is
    /// sd-bus's default (25 seconds).
    [[nodiscard]] Message call(const Message& message, base::Milliseconds timeout);
    /// Needs attach(). The same errors, thrown where it is awaited.
    [[nodiscard]] base::Task<Message> call_async(Message message, base::Milliseconds timeout);

    void add_object(const char* path, const char* interface, const sd_bus_vtable* vtable, void* self);
    /// The same with a table that is kept for as long as the bus looks at it, which is until the connection is gone.
    void add_object(const char* path, const char* interface, std::vector<sd_bus_vtable> vtable, void* self);
    /// For all paths below `prefix`; `find` says (and answers > 0) whether such an object exists.
    void add_objects(const char* prefix, const char* interface, const sd_bus_vtable* vtable, sd_bus_object_find_t find,
                     void* self);
    void add_objects(const char* prefix, const char* interface, std::vector<sd_bus_vtable> vtable,
                     sd_bus_object_find_t find, void* self);
    /// Introspection says that GetManagedObjects is answered at `path`; a filter has to do it.
    void add_object_manager(const char* path);
    /// Sees every message before the objects do; answers > 0 when it took care of it. The one that was
    /// added last sees it first.
    void add_filter(sd_bus_message_handler_t filter, void* self);
    /// Calls `gone` with the unique name of every peer that leaves the bus. Needs attach(), as what follows: Error
    /// (internal) without. What the callbacks throw ends the loop.
    void on_peer_gone(base::Function<void(std::string_view)> gone);
    /// Calls `lost` when the bus closes the connection.
    void on_disconnect(base::Job lost);

    [[nodiscard]] sd_bus* raw() noexcept { return bus_.get(); }

private:
    explicit Connection(sd_bus* bus) noexcept : bus_(bus) {}

    /// For a C callback: what it calls, and the loop that ends by what that throws.
    template <class Callee>
    struct Handler;
    struct Question;
    static int name_owner_changed(sd_bus_message* message, void* self, sd_bus_error* error) noexcept;
    static int disconnected(sd_bus_message* message, void* self, sd_bus_error* error) noexcept;
    static int answered(sd_bus_message* reply, void* self, sd_bus_error* error) noexcept;

    std::vector<std::vector<sd_bus_vtable>> vtables_; ///< before the bus, which looks at them when it goes
    base::Handle<sd_bus, sd_bus_flush_close_unref> bus_;
    Loop* loop_ = nullptr; ///< attached to
    std::shared_ptr<void> attachment_;
    std::shared_ptr<Handler<base::Function<void(std::string_view)>>> peer_gone_;
    std::shared_ptr<Handler<base::Job>> lost_;
};

} // namespace loquet::bus
