// SPDX-License-Identifier: LGPL-2.1-or-later
// How a message travels to a person. The words are those of the configuration, of the fact `media` and of the record.
// Plain value.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace loquet::protocol {

enum class Medium : std::uint8_t { mail = 1, sms = 2 };

[[nodiscard]] constexpr std::string_view to_text(Medium medium) noexcept {
    return medium == Medium::mail ? "mail" : "sms";
}
[[nodiscard]] constexpr std::optional<Medium> medium_from_text(std::string_view text) noexcept {
    for (const Medium medium : {Medium::mail, Medium::sms}) {
        if (to_text(medium) == text) {
            return medium;
        }
    }
    return std::nullopt;
}

} // namespace loquet::protocol
