// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/bus/connection.h"

#include "lib/base/error.h"
#include "lib/base/text.h"
#include "lib/bus/error_names.h"

#include <cerrno>

namespace loquet::bus {

using base::Error;

namespace {

Error from_bus(const sd_bus_error& error) {
    const std::string_view name = error.name == nullptr ? "" : error.name;
    const std::string text = error.message == nullptr ? std::string(name) : base::printable(error.message);
    return {error_kind(name), text};
}

class BusError {
public:
    BusError() = default;
    BusError(const BusError&) = delete;
    BusError& operator=(const BusError&) = delete;
    ~BusError() { sd_bus_error_free(&error_); }
    sd_bus_error* raw() noexcept { return &error_; }

private:
    sd_bus_error error_{nullptr, nullptr, 0};
};

} // namespace

template <class Callee>
struct Connection::Handler {
    Loop& loop;
    Callee callee;
};

struct Connection::Question {
    Loop& loop;
    base::Promise<Message> answer;
};

int Connection::name_owner_changed(sd_bus_message* message, void* self, sd_bus_error* /*error*/) noexcept {
    auto& handler = *static_cast<Handler<base::Function<void(std::string_view)>>*>(self);
    const char* name = nullptr;
    const char* before = nullptr;
    const char* after = nullptr;
    try {
        if (sd_bus_message_read(message, "sss", &name, &before, &after) > 0 && *after == '\0' && *name == ':') {
            handler.callee(name);
        }
    } catch (...) {
        handler.loop.fail(std::current_exception());
    }
    return 0;
}

int Connection::disconnected(sd_bus_message* /*message*/, void* self, sd_bus_error* /*error*/) noexcept {
    auto& handler = *static_cast<Handler<base::Job>*>(self);
    try {
        handler.callee();
    } catch (...) {
        handler.loop.fail(std::current_exception());
    }
    return 0;
}

int Connection::answered(sd_bus_message* reply, void* self, sd_bus_error* /*error*/) noexcept {
    auto& question = *static_cast<Question*>(self);
    Loop& loop = question.loop;
    try {
        const sd_bus_error* error = sd_bus_message_get_error(reply);
        if (error != nullptr) {
            question.answer.fail(std::make_exception_ptr(from_bus(*error)));
        } else {
            question.answer.set(Message(sd_bus_message_ref(reply)));
        }
    } catch (...) {
        loop.fail(std::current_exception());
    }
    return 0;
}

Connection Connection::system() {
    sd_bus* bus = nullptr;
    check(sd_bus_open_system(&bus), "cannot connect to the system bus");
    return Connection(bus);
}

Connection Connection::at(const std::string& address) {
    sd_bus* raw = nullptr;
    check(sd_bus_new(&raw), "cannot create a bus connection");
    Connection connection(raw);
    check(sd_bus_set_address(raw, address.c_str()), "the bus address is not usable");
    check(sd_bus_set_bus_client(raw, 1), "cannot set up a bus connection");
    check(sd_bus_negotiate_fds(raw, 1), "cannot set up a bus connection");
    check(sd_bus_start(raw), "cannot connect to the bus");
    return connection;
}

void Connection::attach(Loop& loop) {
    attachment_ = loop.attach(bus_.get());
    loop_ = &loop;
}

Loop& Connection::loop() const {
    if (loop_ == nullptr) {
        throw Error(Error::Kind::internal, "this bus connection is attached to no loop");
    }
    return *loop_;
}

void Connection::own_name(const char* name) {
    const int result = sd_bus_request_name(bus_.get(), name, 0);
    if (result == -EEXIST || result == -EALREADY) {
        throw Error(Error::Kind::conflict, std::string("the bus name ") + name + " is taken: is another one running?");
    }
    check(result, "cannot own a name on the bus");
}

void Connection::wait_for_name(const char* name) {
    check(sd_bus_request_name(bus_.get(), name, SD_BUS_NAME_QUEUE), "cannot wait for a name on the bus");
}

Message Connection::method_call(const char* destination, const char* path, const char* interface, const char* member) {
    sd_bus_message* message = nullptr;
    check(sd_bus_message_new_method_call(bus_.get(), &message, destination, path, interface, member),
          "cannot create a bus message");
    return Message(message);
}

Message Connection::signal(const char* path, const char* interface, const char* member) {
    sd_bus_message* message = nullptr;
    check(sd_bus_message_new_signal(bus_.get(), &message, path, interface, member), "cannot create a bus message");
    return Message(message);
}

void Connection::send(const Message& message) {
    const int result = sd_bus_send(bus_.get(), message.get(), nullptr);
    if (loop_ == nullptr || !means_disconnected(result)) { // else on_disconnect() is told, or was
        check(result, "cannot send on the bus");
    }
}

void Connection::send_to(const Message& message, const std::string& peer) {
    const int result = sd_bus_send_to(bus_.get(), message.get(), peer.c_str(), nullptr);
    if (loop_ == nullptr || !means_disconnected(result)) { // as send()
        check(result, "cannot send on the bus");
    }
}

Message Connection::call(const Message& message, base::Milliseconds timeout) {
    BusError error;
    sd_bus_message* reply = nullptr;
    const int result = sd_bus_call(bus_.get(), message.get(), base::microseconds(timeout), error.raw(), &reply);
    if (result >= 0) {
        return Message(reply);
    }
    if (sd_bus_error_is_set(error.raw()) != 0) {
        throw from_bus(*error.raw());
    }
    throw base::system_error(-result, "the bus does not answer");
}

base::Task<Message> Connection::call_async(Message message, base::Milliseconds timeout) {
    Question question{loop(), {}};
    auto reply = question.answer.future();
    sd_bus_slot* raw = nullptr;
    check(sd_bus_call_async(bus_.get(), &raw, message.get(), answered, &question, base::microseconds(timeout)),
          "cannot send on the bus");
    const Slot slot(raw);
    Message answer = co_await reply;
    co_return answer;
}

void Connection::add_object(const char* path, const char* interface, const sd_bus_vtable* vtable, void* self) {
    check(sd_bus_add_object_vtable(bus_.get(), nullptr, path, interface, vtable, self), "cannot export an object");
}

void Connection::add_objects(const char* prefix, const char* interface, const sd_bus_vtable* vtable,
                             sd_bus_object_find_t find, void* self) {
    check(sd_bus_add_fallback_vtable(bus_.get(), nullptr, prefix, interface, vtable, find, self),
          "cannot export objects");
}

void Connection::add_object(const char* path, const char* interface, std::vector<sd_bus_vtable> vtable, void* self) {
    vtables_.push_back(std::move(vtable));
    add_object(path, interface, vtables_.back().data(), self);
}

void Connection::add_objects(const char* prefix, const char* interface, std::vector<sd_bus_vtable> vtable,
                             sd_bus_object_find_t find, void* self) {
    vtables_.push_back(std::move(vtable));
    add_objects(prefix, interface, vtables_.back().data(), find, self);
}

void Connection::add_object_manager(const char* path) {
    check(sd_bus_add_object_manager(bus_.get(), nullptr, path), "cannot export an object manager");
}

void Connection::add_filter(sd_bus_message_handler_t filter, void* self) {
    check(sd_bus_add_filter(bus_.get(), nullptr, filter, self), "cannot watch messages");
}

void Connection::on_peer_gone(base::Function<void(std::string_view)> gone) {
    using Gone = Handler<base::Function<void(std::string_view)>>;
    peer_gone_ = std::make_shared<Gone>(Gone{loop(), std::move(gone)});
    check(sd_bus_add_match(bus_.get(), nullptr,
                           "type='signal',sender='org.freedesktop.DBus',path='/org/freedesktop/DBus',"
                           "interface='org.freedesktop.DBus',member='NameOwnerChanged',arg2=''",
                           name_owner_changed, peer_gone_.get()),
          "cannot watch for peers that leave");
}

void Connection::on_disconnect(base::Job lost) {
    lost_ = std::make_shared<Handler<base::Job>>(Handler<base::Job>{loop(), std::move(lost)});
    check(sd_bus_match_signal(bus_.get(), nullptr, "org.freedesktop.DBus.Local", "/org/freedesktop/DBus/Local",
                              "org.freedesktop.DBus.Local", "Disconnected", disconnected, lost_.get()),
          "cannot watch the bus connection");
}

} // namespace loquet::bus
