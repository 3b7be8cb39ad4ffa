// SPDX-License-Identifier: LGPL-2.1-or-later
// Is a text that somebody brings as a hash one at all, and can it be verified in the time of a login? Pure; nothing is
// hashed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace loquet::work {

enum class HashFault : std::uint8_t {
    none,
    no_hash,    ///< libxcrypt knows no such method, or its digest has another form: nobody could ever log in
    too_costly, ///< one attempt would take many seconds or a great deal of memory, and a few of them all workers
};

/// Costs that are accepted take about two seconds on one core of 2020, which is what a person waits for, and 256 MiB:
/// bcrypt up to 15, five million rounds of the others, yescrypt and scrypt by their memory.
[[nodiscard]] HashFault fault_of(const std::string& hash);

/// What is left of a password that was locked by '!' or '*' in front of it, as usermod(8) and passwd(1) do: the hash,
/// or nothing where there never was a usable one ("*", "!!", "*LK*").
[[nodiscard]] std::string_view without_lock(std::string_view text) noexcept;

} // namespace loquet::work
