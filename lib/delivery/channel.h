// SPDX-License-Identifier: LGPL-2.1-or-later
// What the channels that ship have in common: options for their manifests and as values, and the message as lines for a
// person or a program. Any thread.
#pragma once

#include "lib/delivery/transfer.h"

#include <loquet/channel.hpp>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace loquet::delivery {

inline constexpr loquet_option ca_file_option{
    "ca_file", LOQUET_OPTION_TEXT, "\"\"", "Certificates to trust, an absolute path; empty: those of the system.", 0,
    0};
inline constexpr loquet_option connections_option{
    "connections", LOQUET_OPTION_INTEGER, "8", "The most connections at once.", 1, 16};
inline constexpr loquet_option connect_seconds_option{
    "connect_seconds", LOQUET_OPTION_INTEGER, "10", "Seconds until a connection must stand.", 1, 50};
inline constexpr loquet_option seconds_option{
    "seconds", LOQUET_OPTION_INTEGER, "50", "Seconds until a delivery must be through.", 1, 55};

/// What ca_file, connect_seconds and seconds say. Throws sdk::Refusal where ca_file cannot be read.
[[nodiscard]] TransferRules transfer_rules(const sdk::Options& options, std::string protocols);

/// Throws sdk::Refusal: "NAME must be A, B or C".
[[noreturn]] void refuse_word(const char* name, const std::vector<std::string_view>& known);

/// The value of the word that the option `name` is. Throws sdk::Refusal where it is none of `words`.
template <class Value>
[[nodiscard]] Value choice(const sdk::Options& options, const char* name,
                           std::initializer_list<std::pair<std::string_view, Value>> words) {
    const std::string_view given = options.text(name);
    std::vector<std::string_view> known;
    for (const auto& [word, value] : words) {
        if (word == given) {
            return value;
        }
        known.push_back(word);
    }
    refuse_word(name, known);
}

/// Of ASCII, DEL included; those of `permitted` do not count.
[[nodiscard]] bool has_control_character(std::string_view text, std::string_view permitted = {});

/// The message without its text: lines "Name: value", and an empty one. What is empty has no line; times are RFC 3339
/// in UTC, in whole seconds.
[[nodiscard]] std::string message_head(const sdk::Delivery& delivery);

} // namespace loquet::delivery
