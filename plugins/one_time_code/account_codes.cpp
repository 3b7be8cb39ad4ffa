// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/one_time_code/account_codes.h"

#include "lib/factor/keyed_hash.h"
#include "lib/factor/state.h"

#include <algorithm>

namespace loquet::plugins_one_time_code {

using factor::StateReader;

namespace {

constexpr std::uint8_t version = 1;

RunningCode read_running(StateReader& reader) {
    RunningCode running;
    running.medium =
        static_cast<loquet_medium>(reader.number(std::uint8_t{LOQUET_MEDIUM_MAIL}, std::uint8_t{LOQUET_MEDIUM_SMS}));
    running.sent = reader.number<std::int64_t>();
    running.expires = reader.number<std::int64_t>();
    StateReader::expect(running.expires > running.sent);
    reader.read(running.salt);
    reader.read(running.hash);
    return running;
}

} // namespace

sdk::SecureText encode(const CodeState& state) {
    if (!state.running && state.wrong.empty()) {
        return {};
    }
    factor::StateWriter writer(version);
    writer.number(static_cast<std::uint8_t>(state.wrong.size()));
    for (const std::int64_t time : state.wrong) {
        writer.number(time);
    }
    writer.number(std::uint8_t{state.running.has_value()});
    if (state.running) {
        writer.number(static_cast<std::uint8_t>(state.running->medium))
            .number(state.running->sent)
            .number(state.running->expires)
            .piece(view(state.running->salt))
            .piece(view(state.running->hash));
    }
    return std::move(writer).take();
}

CodeState decode(std::string_view bytes) {
    CodeState state;
    if (bytes.empty()) {
        return state;
    }
    StateReader reader(bytes, version);
    state.wrong.resize(reader.number<std::uint8_t>(0, most_tries));
    for (std::int64_t& time : state.wrong) {
        time = reader.number<std::int64_t>();
    }
    StateReader::expect(std::is_sorted(state.wrong.begin(), state.wrong.end()));
    if (reader.number<std::uint8_t>(0, 1) == 1) {
        state.running = read_running(reader);
    }
    StateReader::expect(state.running || !state.wrong.empty());
    reader.end();
    return state;
}

namespace {

/// By how much a clock may be set back, as time servers do, without ending the running code.
constexpr std::int64_t clock_correction = minute_ms;

bool is_alive(const RunningCode& code, std::int64_t now) {
    return now < code.expires && now >= code.sent - clock_correction;
}

} // namespace

CodeState settled(CodeState state, const Rules& rules, std::int64_t now) {
    std::erase_if(state.wrong, [&](std::int64_t time) { return time <= now - rules.window; });
    for (std::int64_t& time : state.wrong) {
        time = std::min(time, now);
    }
    if (state.running && !is_alive(*state.running, now)) {
        state.running.reset();
    }
    return state;
}

std::size_t tries_left(const CodeState& state, const Rules& rules) noexcept {
    return rules.tries - std::min(rules.tries, state.wrong.size());
}

bool may_send(const CodeState& state, const Rules& rules, std::int64_t now) noexcept {
    return !state.running || now - state.running->sent >= rules.resend_after;
}

Verdict judge(const CodeState& state, const Rules& rules, std::string_view key, std::string_view typed) {
    // The same work whether a code is running or not: a hash of zeros is that of no code.
    const RunningCode running = state.running.value_or(RunningCode());
    const auto hash = factor::keyed_hash(key, running.salt, view(factor::compact(typed)));
    const bool right = factor::same(view(hash), view(running.hash));
    if (!state.running || tries_left(state, rules) == 0) {
        return Verdict::not_evaluated;
    }
    return right ? Verdict::right : Verdict::wrong;
}

CodeState after(CodeState state, Verdict verdict, std::int64_t now) {
    if (verdict == Verdict::right) {
        state.running.reset();
    } else if (verdict == Verdict::wrong) {
        state.wrong.push_back(now);
    }
    return state;
}

} // namespace loquet::plugins_one_time_code
