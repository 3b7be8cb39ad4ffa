// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/work/crypt.h"

#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/base/random.h"
#include "lib/base/text.h"

#include <crypt.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>

namespace loquet::work {

using base::Error;

namespace {

static_assert(limits::password_bytes == CRYPT_MAX_PASSPHRASE_SIZE - 1, "libxcrypt counts the terminating NUL");

constexpr std::string_view digits64 = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Methods that read whole bytes, by the beginning of their hashes, with the number of bytes that they read: crypt(5),
/// "Maximum passphrase length". Those that are missing read seven bits of a byte: DES (8 bytes), bigcrypt (128) and
/// bsdicrypt; or are wrong about the eighth: "$2x$".
struct Method {
    std::string_view prefix;
    std::size_t bytes;
};
constexpr std::size_t bcrypt_bytes = 72;
constexpr std::size_t all_bytes = SIZE_MAX;
constexpr std::array<Method, 12> methods{{{"$y$", all_bytes},
                                          {"$gy$", all_bytes},
                                          {"$7$", all_bytes},
                                          {"$2b$", bcrypt_bytes},
                                          {"$2y$", bcrypt_bytes},
                                          {"$2a$", bcrypt_bytes},
                                          {"$6$", all_bytes},
                                          {"$5$", all_bytes},
                                          {"$sha1$", all_bytes},
                                          {"$md5", all_bytes}, // "$md5$" and "$md5,rounds="
                                          {"$1$", all_bytes},
                                          {"$3$", all_bytes}}};

std::size_t bytes_read(std::string_view hash) noexcept {
    const auto* const found = std::find_if(methods.begin(), methods.end(),
                                           [&](const Method& method) { return hash.starts_with(method.prefix); });
    return found == methods.end() ? 0 : found->bytes;
}

std::uint64_t read_decimal(std::string_view text) {
    std::uint64_t value = 0;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
    return end.ec == std::errc{} ? value : 0;
}

/// "j9T": flavour, log2 N, r, and optional fields that the cost here leaves out. Only the one-digit form of a number is
/// read, which goes to 47 and is all that crypt_gensalt(3) makes.
std::uint64_t yescrypt_cost(std::string_view parameters) {
    constexpr std::size_t largest_digit = 47;
    if (parameters.size() < 3) {
        return 0;
    }
    const std::size_t log2_n = digits64.find(parameters[1]); // both are stored less one
    const std::size_t r = digits64.find(parameters[2]);
    return log2_n <= largest_digit && r <= largest_digit ? (std::uint64_t{2} << log2_n) * (r + 1) : 0;
}

/// "CU..../....": one digit of log2 N, then five each of r and p, least significant first.
std::uint64_t scrypt_cost(std::string_view parameters) {
    if (parameters.size() < 6 || parameters.substr(0, 6).find_first_not_of(digits64) != std::string_view::npos) {
        return 0;
    }
    const std::size_t log2_n = digits64.find(parameters[0]);
    std::uint64_t r = 0;
    for (std::size_t i = 5; i >= 1; --i) {
        r = r << 6U | digits64.find(parameters[i]);
    }
    return log2_n < 32 ? (std::uint64_t{1} << log2_n) * r : 0;
}

std::uint64_t sha_crypt_cost(std::string_view parameters) {
    constexpr std::string_view rounds = "rounds=";
    constexpr std::uint64_t default_rounds = 5000;
    return parameters.starts_with(rounds) ? read_decimal(parameters.substr(rounds.size())) : default_rounds;
}

constexpr std::uint64_t most_rounds = 5'000'000;
constexpr std::uint64_t most_bcrypt = 15;
constexpr std::uint64_t most_memory_blocks = (std::uint64_t{256} << 20U) / 128; // N x r, of 128 bytes each

bool is_alphabet64(std::string_view text) noexcept {
    return text.find_first_not_of(digits64) == std::string_view::npos;
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
        rounds = rounds << 6U | digits64.find(hash[i]);
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

HashStrength strength_of(std::string_view hash) {
    const std::size_t end = hash.starts_with('$') ? hash.find('$', 1) : std::string_view::npos;
    if (end == std::string_view::npos) {
        return {};
    }
    HashStrength strength{std::string(hash.substr(0, end + 1)), 0};
    const std::string_view parameters = hash.substr(end + 1);
    if (strength.method == "$y$" || strength.method == "$gy$") {
        strength.cost = yescrypt_cost(parameters);
    } else if (strength.method == "$7$") {
        strength.cost = scrypt_cost(parameters);
    } else if (strength.method.starts_with("$2")) {
        strength.cost = read_decimal(parameters);
    } else if (strength.method == "$5$" || strength.method == "$6$") {
        strength.cost = sha_crypt_cost(parameters);
    }
    return strength;
}

std::uint64_t memory_of(const HashStrength& strength) noexcept {
    constexpr std::uint64_t block_bytes = 128; // RFC 7914, 2: N blocks of 128 x r bytes
    const bool memory_hard = strength.method == "$y$" || strength.method == "$gy$" || strength.method == "$7$";
    return sizeof(crypt_data) + (memory_hard ? strength.cost * block_bytes : 0);
}

std::string make_setting(const std::string& method, unsigned long cost) {
    constexpr std::size_t salt_bytes = 16;
    std::array<std::uint8_t, salt_bytes> salt{};
    base::fill_random(salt);
    std::array<char, CRYPT_GENSALT_OUTPUT_SIZE> setting{};
    const char* made =
        method.empty()
            ? nullptr
            : ::crypt_gensalt_rn(method.c_str(), cost, reinterpret_cast<const char*>(salt.data()),
                                 static_cast<int>(salt.size()), setting.data(), static_cast<int>(setting.size()));
    if (made == nullptr) {
        throw Error(Error::Kind::invalid, "hashes cannot be made by the method \"" + base::printable(method, 32)
                                              + "\" with cost " + std::to_string(cost)
                                              + ": see crypt(5) for methods and their costs");
    }
    return made;
}

bool is_strong(const std::string& setting) noexcept {
    return ::crypt_checksalt(setting.c_str()) == CRYPT_SALT_OK;
}

std::size_t longest_password(std::string_view method) noexcept {
    return std::min<std::size_t>(bytes_read(method), limits::password_bytes);
}

bool reads_all_of(std::string_view hash, std::size_t password_bytes) noexcept {
    return password_bytes < bytes_read(hash);
}

std::optional<std::string> crypt(const base::Secret& password, const std::string& setting) {
    const std::string_view revealed = password.reveal();
    base::SecureBytes memory(sizeof(crypt_data)); // on the heap: 32 KiB, wiped when it goes
    auto* data = reinterpret_cast<crypt_data*>(memory.data());
    if (setting.empty() || setting.size() >= sizeof data->setting || revealed.size() >= sizeof data->input
        || revealed.find('\0') != std::string_view::npos || setting.find('\0') != std::string::npos) {
        return std::nullopt;
    }
    std::copy(revealed.begin(), revealed.end(), data->input);
    std::copy(setting.begin(), setting.end(), data->setting);
    const char* hash = ::crypt_rn(data->input, data->setting, data, static_cast<int>(memory.size()));
    if (hash == nullptr || hash[0] == '*') {
        return std::nullopt;
    }
    return std::string(hash);
}

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
