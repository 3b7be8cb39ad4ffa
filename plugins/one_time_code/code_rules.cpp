// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/one_time_code/code_rules.h"

#include "lib/factor/keyed_hash.h"

#include <algorithm>

namespace loquet::plugins_one_time_code {
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
