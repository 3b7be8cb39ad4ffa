// SPDX-License-Identifier: LGPL-2.1-or-later
// From sd-bus's C callbacks to coroutines of a class: `bus::method<&Manager::begin>` in the vtable enters
// `Task<void> Manager::begin(Call& call)`. What it throws becomes the bus error; nothing crosses the C frame. Once the
// group of the object's tasks is closed, calls are left to the bus.
#pragma once

#include "lib/base/task.h"
#include "lib/bus/call.h"

#include <exception>
#include <utility>

namespace loquet::bus {

namespace detail {

template <class>
struct OwnerOf;
template <class Class, class Result, class... Args>
struct OwnerOf<Result (Class::*)(Args...)> {
    using Type = Class;
};

/// A call that is not answered when its group is closed is left to the bus.
struct LeftAtTheEnd {
    Call& call;
    base::TaskGroup& tasks;
    LeftAtTheEnd(Call& of, base::TaskGroup& in) noexcept : call(of), tasks(in) {}
    LeftAtTheEnd(const LeftAtTheEnd&) = delete;
    LeftAtTheEnd& operator=(const LeftAtTheEnd&) = delete;
    ~LeftAtTheEnd() {
        if (tasks.closed()) {
            call.leave_to_the_bus();
        }
    }
    /// What was cancelled because the service stops is no answer to a caller.
    void fail(const base::Error& error) const noexcept {
        if (!tasks.closed() || error.kind() != base::Error::Kind::unavailable) {
            call.fail(error);
        }
    }
};

template <auto Member, class Object>
base::Task<void> answer(Object* self, Call call) {
    const LeftAtTheEnd end(call, self->tasks());
    try {
        auto work = (self->*Member)(call);
        co_await work;
        if (!call.answered()) {
            throw base::Error(base::Error::Kind::internal, "no answer was produced");
        }
    } catch (const base::Error& error) {
        end.fail(error);
    } catch (const std::exception& error) {
        end.fail(base::Error(base::Error::Kind::internal, error.what()));
    }
}

} // namespace detail

/// The object must outlive its calls and have `base::TaskGroup& tasks()`.
template <auto Member>
int method(sd_bus_message* message, void* self, sd_bus_error* /*error*/) noexcept {
    using Object = typename detail::OwnerOf<decltype(Member)>::Type;
    auto* object = static_cast<Object*>(self);
    Call call(message);
    if (object->tasks().closed()) {
        call.leave_to_the_bus();
        return 1;
    }
    try {
        object->tasks().spawn(detail::answer<Member>(object, std::move(call)));
    } catch (const std::exception&) { // NOLINT(bugprone-empty-catch): no memory; the call was dropped, and so answered
    }
    return 1;
}

/// `void Manager::version(Writer& value)` as a property's getter.
template <auto Member>
int property(sd_bus* /*bus*/, const char* /*path*/, const char* /*interface*/, const char* /*name*/,
             sd_bus_message* reply, void* self, sd_bus_error* error) noexcept {
    using Object = typename detail::OwnerOf<decltype(Member)>::Type;
    try {
        Writer writer(reply);
        (static_cast<Object*>(self)->*Member)(writer);
        return 1;
    } catch (const std::exception&) {
        return sd_bus_error_set_const(error, SD_BUS_ERROR_FAILED, "the property cannot be read now");
    }
}

} // namespace loquet::bus
