// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/totp/generator.h"

#include "lib/factor/keyed_hash.h"
#include "lib/factor/state.h"

#include <algorithm>
#include <limits>

namespace loquet::plugins_totp {

namespace {

std::uint32_t byte_of(const SecureText& bytes, std::size_t at) {
    return static_cast<unsigned char>(bytes.at(at));
}

} // namespace

SecureText hotp(Digest digest, std::string_view seed, std::uint64_t counter, int digits) {
    char message[sizeof counter];
    for (std::size_t n = sizeof message; n > 0; --n, counter >>= 8U) {
        message[n - 1] = static_cast<char>(counter);
    }
    const SecureText mac = factor::hmac(digest, seed, std::string_view(message, sizeof message));
    // Dynamic truncation: the last half byte says from where on four bytes are the number.
    const std::size_t at = byte_of(mac, mac.size() - 1) & 15U;
    std::uint32_t number = (byte_of(mac, at) & 127U) << 24U | byte_of(mac, at + 1) << 16U | byte_of(mac, at + 2) << 8U
                           | byte_of(mac, at + 3);
    SecureText code(static_cast<std::size_t>(digits));
    for (auto digit = code.rbegin(); digit != code.rend(); ++digit, number /= 10) {
        *digit = static_cast<char>('0' + number % 10);
    }
    return code;
}

namespace {

constexpr std::uint8_t version = 1;

} // namespace

std::optional<Generator> accept(const Generator& generator, std::int64_t now, std::string_view typed) {
    const SecureText code = factor::compact(typed);
    const std::int64_t present = step_at(now);
    std::optional<Generator> accepted;
    for (std::int64_t step = present + generator.drift - 1; step <= present + generator.drift + 1; ++step) {
        const SecureText right =
            hotp(generator.digest, view(generator.seed), static_cast<std::uint64_t>(step), generator.digits);
        if (factor::same(view(code), view(right)) && step > generator.last_step) {
            accepted = generator;
            accepted->last_step = step;
            accepted->drift = std::clamp(step - present, -most_drift, most_drift);
        }
    }
    return accepted;
}

bool was_used(const Generator& generator, std::int64_t now, std::string_view typed) {
    const SecureText code = factor::compact(typed);
    const std::int64_t present = step_at(now) + generator.drift;
    bool used = false;
    for (std::int64_t step = present - 1; step <= present + 1; ++step) {
        const SecureText right =
            hotp(generator.digest, view(generator.seed), static_cast<std::uint64_t>(step), generator.digits);
        used |= factor::same(view(code), view(right)) && step <= generator.last_step;
    }
    return used;
}

SecureText encode(const Generator& generator) {
    factor::StateWriter writer(version);
    writer.number(static_cast<std::uint8_t>(generator.digest))
        .number(static_cast<std::uint8_t>(generator.digits))
        .number(static_cast<std::int8_t>(generator.drift))
        .number(generator.last_step)
        .piece(view(generator.seed));
    return std::move(writer).take();
}

Generator decode(std::string_view state) {
    factor::StateReader reader(state, version);
    Generator generator;
    generator.digest = static_cast<Digest>(
        reader.number(static_cast<std::uint8_t>(Digest::sha1), static_cast<std::uint8_t>(Digest::sha512)));
    generator.digits = reader.number(static_cast<std::uint8_t>(fewest_digits), static_cast<std::uint8_t>(most_digits));
    generator.drift =
        static_cast<int>(reader.number(static_cast<std::int8_t>(-most_drift), static_cast<std::int8_t>(most_drift)));
    generator.last_step = reader.number<std::int64_t>(0, std::numeric_limits<std::int64_t>::max());
    const std::string_view seed = reader.piece(seed_bytes);
    generator.seed.assign(seed.begin(), seed.end());
    reader.end();
    return generator;
}

} // namespace loquet::plugins_totp
