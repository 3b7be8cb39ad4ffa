// SPDX-License-Identifier: LGPL-2.1-or-later
// crypt(5) through libxcrypt, with memory that forgets. Blocking and expensive by design: call it on a worker. Any
// thread; nothing here keeps state.
#pragma once

#include "lib/base/secret.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace loquet::work {

/// What a hash costs to make. Costs of one method can be compared with each other, those of two methods cannot.
struct HashStrength {
    std::string method;     ///< the prefix with its dollar signs: "$y$"; empty for the oldest ones, which have none
    std::uint64_t cost = 0; ///< yescrypt, gost-yescrypt and scrypt: N x r; bcrypt: log2 of rounds; SHA-crypt: rounds
    friend bool operator==(const HashStrength&, const HashStrength&) = default;
};

/// Read from the text of a hash or a setting. A method without a cost, or parameters that are not understood, have 0.
[[nodiscard]] HashStrength strength_of(std::string_view hash);

/// Bytes of memory while a hash of this strength is made; an upper bound for the methods that need little.
[[nodiscard]] std::uint64_t memory_of(const HashStrength& strength) noexcept;

/// A setting with a fresh salt from the kernel. `cost` 0 is the method's default. Throws Error (invalid) for a method
/// that libxcrypt does not know, or a cost outside the method's range.
[[nodiscard]] std::string make_setting(const std::string& method, unsigned long cost);

/// True when new hashes may be made by this setting: libxcrypt counts its method among the strong ones.
[[nodiscard]] bool is_strong(const std::string& setting) noexcept;

/// The most bytes of a password that take part in a hash of this method; what is longer is refused, not cut.
[[nodiscard]] std::size_t longest_password(std::string_view method) noexcept;

/// True where a hash like this one is made of every bit of every byte of a password of that size, so that no other text
/// could have been meant. False where the password may be the beginning of a longer one (bcrypt, DES), where the method
/// reads seven bits of a byte (DES and its kin) or mixes bytes up ("$2x$"), and for a method that is not known.
[[nodiscard]] bool reads_all_of(std::string_view hash, std::size_t password_bytes) noexcept;

/// The hash of `password` by `setting` (a setting or an earlier hash). Nothing where libxcrypt refuses: a setting that
/// is locked or malformed, a password of more than limits::password_bytes or with a NUL in it.
[[nodiscard]] std::optional<std::string> crypt(const base::Secret& password, const std::string& setting);

/// Why a text that somebody brings as a hash is not accepted; nothing is hashed to know it.
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
