// SPDX-License-Identifier: LGPL-2.1-or-later
// The objects below one path, each named by a decimal number: the path of a number, and the number in a path. Pure.
#pragma once

#include "lib/base/error.h"

#include <systemd/sd-bus.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace loquet::bus {

/// "/org/loquet/Auth1/account/30001" under ".../account" -> 30001; nothing for any other form ("007", "-1", deeper).
[[nodiscard]] std::optional<std::uint64_t> number_in(std::string_view path, std::string_view prefix) noexcept;

namespace detail {
template <class Id>
auto number_of(Id id) noexcept {
    if constexpr (std::is_integral_v<Id>) {
        return id;
    } else {
        return id.value;
    }
}
} // namespace detail

/// `Id` is an unsigned integer, or a struct whose one member `value` is one.
template <class Id>
struct ObjectTree {
    const char* prefix; ///< "/org/loquet/Auth1/account"

    [[nodiscard]] std::string path_of(Id id) const {
        return std::string(prefix) + "/" + std::to_string(detail::number_of(id));
    }
    /// A number that the type cannot hold names nothing; cut short it would name another object.
    [[nodiscard]] std::optional<Id> find(std::string_view path) const noexcept {
        using Number = decltype(detail::number_of(Id{}));
        const auto number = number_in(path, prefix);
        if (!number || *number > std::numeric_limits<Number>::max()) {
            return std::nullopt;
        }
        return Id{static_cast<Number>(*number)};
    }
    /// The same, or Error (not_found).
    [[nodiscard]] Id require(std::string_view path) const {
        const auto id = find(path);
        if (!id) {
            throw base::Error(base::Error::Kind::not_found, "there is no such object");
        }
        return *id;
    }
};

/// For Connection::add_objects(): every path of the tree answers, so that neither a call nor an introspection tells
/// which objects there are. Whether there is one is said by its methods, to whom may know.
template <const auto& Tree>
int find_in(sd_bus* /*bus*/, const char* path, const char* /*interface*/, void* self, void** found,
            sd_bus_error* /*error*/) noexcept {
    *found = self;
    return Tree.find(path) ? 1 : 0;
}

} // namespace loquet::bus
