// SPDX-License-Identifier: LGPL-2.1-or-later
// From sd-bus's C callbacks to coroutines of a class. `bus::method<&Accounts::lock, Action::manage_accounts>` in the
// vtable enters `Task<void> Accounts::lock(Call&, const Caller&, Text<512>)` once it is known that the caller may:
//
//  1. the arguments are read, as the method's parameters say, and the message is given up;
//  2. `self->admit(call, access, arguments...)` says who is calling, or throws the refusal;
//  3. the method runs. What it throws becomes the bus error; nothing crosses the C frame.
//
// An entry that does not say who may call it does not compile. Once the group of the object's tasks is closed, calls
// are left to the bus.
#pragma once

#include "lib/base/task.h"
#include "lib/bus/call.h"

#include <cstdint>
#include <exception>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

namespace loquet::bus {

/// A text argument of at most so many bytes.
template <std::size_t Limit>
struct Text {
    std::string value;
    static Text read(Reader& reader) { return {std::string(reader.text(Limit))}; }
};

/// A parameter of a method: numbers, a descriptor, or a type that says itself how it is read (`static T
/// read(Reader&)`).
template <class T>
[[nodiscard]] T read_argument(Reader& reader) {
    if constexpr (std::is_same_v<T, std::uint32_t>) {
        return reader.u32();
    } else if constexpr (std::is_same_v<T, std::uint64_t>) {
        return reader.u64();
    } else if constexpr (std::is_same_v<T, base::Fd>) {
        return reader.fd();
    } else {
        return T::read(reader);
    }
}

namespace detail {

template <class>
struct MethodOf;
template <class Class, class Caller, class... Parameters>
struct MethodOf<base::Task<void> (Class::*)(Call&, const Caller&, Parameters...)> {
    using Object = Class;
    using Arguments = std::tuple<std::decay_t<Parameters>...>;
    /// In the order of the parameters, which only braces promise.
    static Arguments read([[maybe_unused]] Reader& reader) {
        return Arguments{read_argument<std::decay_t<Parameters>>(reader)...};
    }
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

template <auto Member, auto Access, class Object, class Arguments>
base::Task<void> answer(Object* self, Call call, Arguments arguments) {
    const LeftAtTheEnd end(call, self->tasks());
    try {
        auto admitting = std::apply([&](const auto&... each) { return self->admit(call, Access, each...); }, arguments);
        const auto caller = co_await admitting;
        auto work =
            std::apply([&](auto&... each) { return (self->*Member)(call, caller, std::move(each)...); }, arguments);
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

/// Reads, gives the message up, and spawns what `work(call, arguments)` makes; for handlers of sd-bus.
template <class Object, class Read, class Work>
int handle(sd_bus_message* message, Object* self, Read read, Work work) noexcept {
    Call call(message);
    if (self->tasks().closed()) {
        call.leave_to_the_bus();
        return 1;
    }
    try {
        Reader reader = call.arguments();
        auto arguments = read(reader);
        call.forget_arguments();
        self->tasks().spawn(work(std::move(call), std::move(arguments)));
    } catch (const base::Error& error) {
        call.fail(error);
    } catch (const std::exception& error) {
        call.fail(base::Error(base::Error::Kind::internal, error.what()));
    }
    return 1;
}

} // namespace detail

/// The object must outlive its calls and have `base::TaskGroup& tasks()` and `Task<Caller> admit(const Call&, Access,
/// const Arguments&...)`.
template <auto Member, auto Access>
int method(sd_bus_message* message, void* self, sd_bus_error* /*error*/) noexcept {
    using Method = detail::MethodOf<decltype(Member)>;
    using Object = typename Method::Object;
    using Arguments = typename Method::Arguments;
    auto* object = static_cast<Object*>(self);
    return detail::handle(message, object, &Method::read, [object](Call call, Arguments arguments) {
        return detail::answer<Member, Access>(object, std::move(call), std::move(arguments));
    });
}

} // namespace loquet::bus
