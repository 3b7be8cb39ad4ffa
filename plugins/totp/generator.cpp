// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/totp/generator.h"

#include "lib/factor/keyed_hash.h"
#include "lib/factor/state.h"

#include <algorithm>
#include <limits>

namespace loquet::plugins_totp {
namespace {

constexpr std::uint8_t version = 1;

} // namespace

std::optional<Generator> accept(const Generator& generator, std::int64_t now, std::string_view typed) {
    const SecureBytes code = factor::compact(typed);
    const std::int64_t present = step_at(now);
    std::optional<Generator> accepted;
    for (std::int64_t step = present + generator.drift - 1; step <= present + generator.drift + 1; ++step) {
        const SecureBytes right =
            hotp(generator.digest, view(generator.seed), static_cast<std::uint64_t>(step), generator.digits);
        if (factor::same(view(code), view(right)) && step > generator.last_step) {
            accepted = generator;
            accepted->last_step = step;
            accepted->drift = std::clamp(step - present, -most_drift, most_drift);
        }
    }
    return accepted;
}

SecureBytes encode(const Generator& generator) {
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
