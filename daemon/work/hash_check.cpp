// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/work/hash_check.h"

#include "daemon/work/crypt.h"

#include <crypt.h>

#include <algorithm>
#include <charconv>
#include <cstddef>

namespace loquet::work {

namespace {

constexpr std::string_view alphabet64 = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::uint64_t most_rounds = 5'000'000;
constexpr std::uint64_t most_bcrypt = 15;
constexpr std::uint64_t most_memory_blocks = (std::uint64_t{256} << 20U) / 128; // N x r, of 128 bytes each

bool is_alphabet64(std::string_view text) noexcept {
    return text.find_first_not_of(alphabet64) == std::string_view::npos;
}

/// crypt(5): 2 of salt and 11 of hash; bigcrypt has 11 more for each 8 bytes, up to 128.
bool has_form_of_des(std::string_view hash) noexcept {
    constexpr std::size_t salt = 2;
    constexpr std::size_t block = 11;
    constexpr std::size_t most_blocks = 16;
    return is_alphabet64(hash) && hash.size() > salt && (hash.size() - salt) % block == 0
           && (hash.size() - salt) / block <= most_blocks;
}

bool has_form_of_bsdi(std::string_view hash) noexcept {
    constexpr std::size_t size = 20; // '_', 4 of rounds, 4 of salt, 11 of hash
    return hash.size() == size && is_alphabet64(hash.substr(1));
}

bool is_hash(const std::string& hash) {
    if (hash.starts_with('_')) {
        return has_form_of_bsdi(hash);
    }
    if (!hash.starts_with('$')) {
        return has_form_of_des(hash);
    }
    const int known = ::crypt_checksalt(hash.c_str());
    return known != CRYPT_SALT_INVALID && known != CRYPT_SALT_METHOD_DISABLED && !hash.ends_with('$');
}

/// The number behind `prefix`; the largest one where there is none that can be read.
std::uint64_t number_behind(std::string_view prefix, std::string_view hash) {
    const std::string_view rest = hash.substr(prefix.size());
    std::uint64_t number = 0;
    const auto read = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    return read.ec == std::errc{} ? number : UINT64_MAX;
}

std::uint64_t bsdi_rounds(std::string_view hash) {
    std::uint64_t rounds = 0;
    for (std::size_t i = 4; i >= 1; --i) {
        rounds = rounds << 6U | alphabet64.find(hash[i]);
    }
    return rounds;
}

/// What only their memory limits: parameters in the form that crypt_gensalt(3) makes, without more threads or passes.
bool needs_too_much(const HashStrength& strength, std::string_view hash) {
    constexpr std::string_view one_thread = "/...."; // scrypt's p; N has one digit before it and r five
    constexpr std::size_t before_threads = 6;
    const std::string_view rest = hash.substr(strength.method.size());
    const std::string_view parameters = rest.substr(0, rest.find('$'));
    const bool usual = strength.method == "$7$" ? parameters.size() > before_threads
                                                      && parameters.substr(before_threads).starts_with(one_thread)
                                                : parameters.size() == 3;
    return !usual || strength.cost == 0 || strength.cost > most_memory_blocks;
}

bool costs_too_much(const std::string& hash) {
    const HashStrength strength = strength_of(hash);
    if (strength.method == "$y$" || strength.method == "$gy$" || strength.method == "$7$") {
        return needs_too_much(strength, hash);
    }
    if (strength.method.starts_with("$2")) {
        return strength.cost > most_bcrypt;
    }
    if (strength.method == "$5$" || strength.method == "$6$") {
        return strength.cost > most_rounds;
    }
    for (const std::string_view prefix : {std::string_view("$sha1$"), std::string_view("$md5,rounds=")}) {
        if (hash.starts_with(prefix)) {
            return number_behind(prefix, hash) > most_rounds;
        }
    }
    return hash.starts_with('_') && bsdi_rounds(hash) > most_rounds;
}

} // namespace

HashFault fault_of(const std::string& hash) {
    if (!is_hash(hash)) {
        return HashFault::no_hash;
    }
    return costs_too_much(hash) ? HashFault::too_costly : HashFault::none;
}

std::string_view without_lock(std::string_view text) noexcept {
    const std::size_t begin = text.find_first_not_of("!*");
    const std::string_view rest = begin == std::string_view::npos ? std::string_view() : text.substr(begin);
    return rest == "LK*" || rest == "NP*" ? std::string_view() : rest; // *LK*, *NP*: of other systems
}

} // namespace loquet::work
