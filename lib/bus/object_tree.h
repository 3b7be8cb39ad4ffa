// SPDX-License-Identifier: LGPL-2.1-or-later
// The objects below one path, each named by a decimal number: the path of a number, and the number in a path. Pure.
#pragma once

#include "lib/base/error.h"

#include <systemd/sd-bus.h>

#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace loquet::bus {

/// "/org/loquet/Auth1/account/30001" under ".../account" -> 30001; nothing for any other form ("007", "-1", deeper).
[[nodiscard]] inline std::optional<std::uint64_t> number_in(std::string_view path, std::string_view prefix) noexcept {
    if (!path.starts_with(prefix) || path.size() < prefix.size() + 2 || path[prefix.size()] != '/') {
        return std::nullopt;
    }
    const std::string_view digits = path.substr(prefix.size() + 1);
    if (digits.front() == '0' && digits.size() > 1) {
        return std::nullopt;
    }
    std::uint64_t number = 0;
    const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (failure != std::errc() || end != digits.data() + digits.size()) {
        return std::nullopt;
    }
    return number;
}

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
