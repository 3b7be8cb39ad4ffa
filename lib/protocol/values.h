// SPDX-License-Identifier: LGPL-2.1-or-later
// Values that cross a plugin's socket and that the rest of the daemon knows too: counters of a lockout policy, texts
// before they are in a language, and how a message travels. Plain values.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace loquet::protocol {

/// The counter that a lockout policy judges by; the C++ twin of loquet_counter (sdk/include/loquet/lockout.h), whose
/// comments give the meaning of each field.
struct Counter {
    static constexpr std::size_t hours = 25;

    std::uint32_t consecutive = 0;
    std::uint32_t since_lock = 0;
    std::int64_t last_failure = 0;
    std::int64_t last_success = 0;
    std::int64_t locked_until = 0;
    bool disabled = false;
    std::uint32_t pardoned = 0;
    std::int64_t hour = 0;
    std::array<std::uint16_t, hours> failed_in_hour{};
    std::uint32_t pardoned_in_a_row = 0;

    friend bool operator==(const Counter&, const Counter&) = default;
};

/// What is tried, counted apart; the twin of loquet_lockout_axis.
enum class Axis : std::uint8_t { login = 1, recovery = 2 };

/// A named value: an account fact, or a variable of a message.
struct NamedText {
    std::string name;
    std::string value;
    friend bool operator==(const NamedText&, const NamedText&) = default;
};

/// A text for a person before it is in anybody's language: the id of a message in the catalogues, and what its
/// {variables} stand for.
struct Message {
    std::string id;                   ///< "arithmetic.question"; at most limits::message_id_bytes of [a-z0-9_.-]
    std::vector<NamedText> variables; ///< at most limits::message_variables; values are shown literally
    friend bool operator==(const Message&, const Message&) = default;
};

/// How a message travels to a person. The words are those of the configuration, of the fact `media` and of the record.
enum class Medium : std::uint8_t { mail = 1, sms = 2 };

[[nodiscard]] constexpr std::string_view to_text(Medium medium) noexcept {
    return medium == Medium::mail ? "mail" : "sms";
}

} // namespace loquet::protocol
