// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "plugin_host/calls.h"
#include "plugin_host/collector.h"
#include "plugin_host/sdk_values.h"

#include <array>
#include <utility>

namespace loquet::plugin_host {

static_assert(LOQUET_SCOPE_COUNT == protocol::scope_count);

namespace {

struct Decision : Collector {
    explicit Decision(const protocol::JudgeRequest& asked) : request(asked) {}
    const protocol::JudgeRequest& request;
    protocol::Judgement judgement;
    bool decided = false;
};

void decide(void* context, int verdict, int64_t until, loquet_text reason) noexcept {
    Decision& decision = Collector::of<Decision>(context);
    decision.take([&] {
        if (std::exchange(decision.decided, true)) {
            Collector::refuse("it decided twice");
        }
        if (verdict < LOQUET_VERDICT_ALLOW || verdict > LOQUET_VERDICT_DISABLED) {
            Collector::refuse("its verdict is none of the four");
        }
        decision.judgement.verdict = static_cast<protocol::Verdict>(verdict);
        decision.judgement.until = base::Milliseconds(until);
        decision.judgement.reason = copy(reason, limits::plugin_reason_bytes, "the reason");
    });
}

void set_counter(void* context, int scope, const loquet_counter* counter) noexcept {
    Decision& decision = Collector::of<Decision>(context);
    decision.take([&] {
        if (scope < 0 || scope >= LOQUET_SCOPE_COUNT
            || !decision.request.counters[static_cast<protocol::Scope>(scope)]) {
            Collector::refuse("it set a counter that the attempt does not have");
        }
        decision.judgement.counters[static_cast<protocol::Scope>(scope)] = copy(counter);
    });
}

void alert(void* context, loquet_text text) noexcept {
    Decision& decision = Collector::of<Decision>(context);
    decision.take([&] { decision.judgement.alert = copy(text, limits::plugin_note_bytes, "the alert"); });
}

void hold(void* context, int64_t until) noexcept {
    Decision& decision = Collector::of<Decision>(context);
    decision.take([&] { decision.judgement.hold = base::Milliseconds(until); });
}

protocol::Judgement judge_once(const loquet_lockout& plugin, void* self, const protocol::JudgeRequest& request) {
    Decision decision(request);
    std::array<loquet_counter, LOQUET_SCOPE_COUNT> counters{};
    loquet_lockout_request lent{};
    lent.size = sizeof lent;
    lent.event = static_cast<int>(request.event);
    lent.now = request.now.count();
    lent.boot_id = lend(request.boot_id);
    for (std::size_t scope = 0; scope < counters.size(); ++scope) {
        if (const auto& counter = request.counters.all().at(scope)) {
            counters.at(scope) = lend(*counter);
            lent.counters[scope] = &counters.at(scope);
        }
    }
    const loquet_lockout_output output{sizeof output, &decision, &decide, &set_counter, &alert, &hold};
    decision.run([&] { return plugin.judge(self, &lent, &output); });
    if (!decision.decided) {
        Collector::refuse("the plugin broke its contract: it decided nothing");
    }
    return std::move(decision.judgement);
}

/// A policy that was made before the event was may say that it does not know it; nothing happened that it must count.
protocol::Judgement judge_refused(const loquet_lockout& plugin, void* self, const protocol::JudgeRequest& request) {
    try {
        return judge_once(plugin, self, request);
    } catch (const base::Error& error) {
        if (error.kind() != base::Error::Kind::unavailable) {
            throw;
        }
        protocol::JudgeRequest before = request;
        before.event = protocol::LockoutEvent::before;
        protocol::Judgement judgement = judge_once(plugin, self, before);
        judgement.counters = {};
        return judgement;
    }
}

} // namespace

protocol::Judgement judge(const loquet_lockout& plugin, void* self, const protocol::JudgeRequest& request) {
    return request.event == protocol::LockoutEvent::refused ? judge_refused(plugin, self, request)
                                                            : judge_once(plugin, self, request);
}

} // namespace loquet::plugin_host
