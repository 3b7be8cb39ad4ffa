// SPDX-License-Identifier: LGPL-2.1-or-later
// The properties of an interface in one table: name, type, who may read it, how it is written. sd-bus answers Get and
// GetAll without asking who calls, so a filter answers them here, through the object's admit() as for methods. Loop
// thread.
#pragma once

#include "lib/bus/connection.h"
#include "lib/bus/method.h"

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace loquet::bus {

template <class Subject, class Access>
struct Property {
    const char* name;
    const char* signature;
    Access access;
    void (*write)(Writer&, const Subject&);
    bool constant = false; ///< for as long as the daemon runs; others are told of by name when they change
};

inline constexpr const char* properties_interface = "org.freedesktop.DBus.Properties";

/// The interface as introspection shows it: `members` (between SD_BUS_VTABLE_START and SD_BUS_VTABLE_END) and the
/// properties; for Connection::add_object().
template <class Table>
[[nodiscard]] std::vector<sd_bus_vtable> with_properties(const Table& properties, const sd_bus_vtable* members);

/// Tells `peer` alone which properties changed; it may read them where it may.
void tell_changed(Connection& connection, const std::string& path, const char* interface,
                  std::span<const char* const> names, const std::string& peer);

namespace detail {

[[nodiscard]] sd_bus_vtable property_entry(const char* name, const char* signature, bool constant) noexcept;

enum class Requested : std::uint8_t { nothing, one, all };
/// Which of Properties' methods this is.
[[nodiscard]] Requested what_is_asked(sd_bus_message* message) noexcept;

/// The arguments of Get, and of GetAll (no name).
struct Wanted {
    std::string interface;
    std::string name;
    static Wanted read_one(Reader& reader);
    static Wanted read_all(Reader& reader);
};

template <class Object>
base::Task<void> answer_one(Object* self, Call& call, const Wanted& wanted) {
    const auto& table = Object::properties();
    const auto found = std::ranges::find_if(table, [&](const auto& each) { return wanted.name == each.name; });
    if (found == table.end()) {
        throw base::Error(base::Error::Kind::not_found, "there is no such property");
    }
    auto admitting = self->admit(call, found->access);
    const auto caller = co_await admitting;
    decltype(auto) subject = self->subject(call);
    call.reply([&](Writer& writer) { writer.variant(found->signature, [&] { found->write(writer, subject); }); });
}

/// Those that the caller may read; the refusal where there is none.
template <class Object>
base::Task<void> answer_all(Object* self, Call& call) {
    const auto& table = Object::properties();
    std::vector<bool> allowed;
    std::exception_ptr refusal;
    for (const auto& property : table) {
        const auto same = std::ranges::find_if(table, [&](const auto& each) { return each.access == property.access; });
        const auto before = static_cast<std::size_t>(same - table.begin());
        if (before < allowed.size()) {
            allowed.push_back(allowed[before]);
            continue;
        }
        try {
            auto admitting = self->admit(call, property.access);
            const auto caller = co_await admitting;
            allowed.push_back(true);
        } catch (const base::Error& error) {
            if (error.kind() != base::Error::Kind::denied && error.kind() != base::Error::Kind::not_found) {
                throw; // that nobody could be asked is no refusal
            }
            refusal = std::current_exception();
            allowed.push_back(false);
        }
    }
    if (std::ranges::find(allowed, true) == allowed.end()) {
        std::rethrow_exception(refusal);
    }
    decltype(auto) subject = self->subject(call);
    call.reply([&](Writer& writer) {
        writer.dictionary([&] {
            for (std::size_t i = 0; i < allowed.size(); ++i) {
                if (allowed[i]) {
                    const auto& property = *(table.begin() + static_cast<std::ptrdiff_t>(i));
                    writer.entry(property.name, property.signature, [&] { property.write(writer, subject); });
                }
            }
        });
    });
}

template <class Object>
base::Task<void> answer_properties(Object* self, Call call, Wanted wanted, bool one) {
    const LeftAtTheEnd end(call, self->tasks());
    try {
        auto work = one ? answer_one(self, call, wanted) : answer_all(self, call);
        co_await work;
    } catch (const base::Error& error) {
        end.fail(error);
    } catch (const std::exception& error) {
        end.fail(base::Error(base::Error::Kind::internal, error.what()));
    }
}

} // namespace detail

/// For Connection::add_filter(), with the object as `self`. It has, beside what bus::method asks for, `static const
/// auto& properties()` (the table), `interface`, `static bool has(path)`, and `subject(call)`: what the table writes.
template <class Object>
int read_properties(sd_bus_message* message, void* self, sd_bus_error* /*error*/) noexcept {
    const detail::Requested asked = detail::what_is_asked(message);
    const char* const path = sd_bus_message_get_path(message);
    if (asked == detail::Requested::nothing || path == nullptr || !Object::has(path)) {
        return 0;
    }
    const char* interface = nullptr;
    const bool read = sd_bus_message_read_basic(message, SD_BUS_TYPE_STRING, static_cast<void*>(&interface)) > 0;
    const bool ours = read && (*interface == '\0' || std::string_view(interface) == Object::interface);
    (void)sd_bus_message_rewind(message, 1);
    if (!ours) {
        return 0; // sd-bus knows what to say of other interfaces
    }
    auto* object = static_cast<Object*>(self);
    const bool one = asked == detail::Requested::one;
    return detail::handle(message, object, one ? &detail::Wanted::read_one : &detail::Wanted::read_all,
                          [object, one](Call call, detail::Wanted wanted) {
                              return detail::answer_properties(object, std::move(call), std::move(wanted), one);
                          });
}

template <class Table>
std::vector<sd_bus_vtable> with_properties(const Table& properties, const sd_bus_vtable* members) {
    std::vector<sd_bus_vtable> whole{*members};
    for (const auto& property : properties) {
        whole.push_back(detail::property_entry(property.name, property.signature, property.constant));
    }
    do {
        whole.push_back(*++members);
    } while (members->type != _SD_BUS_VTABLE_END);
    return whole;
}

} // namespace loquet::bus
