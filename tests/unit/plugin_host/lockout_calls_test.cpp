// SPDX-License-Identifier: LGPL-2.1-or-later
// What a policy behind the C contract is handed, and what the host makes of an event that it does not know.
#include "lib/base/error.h"
#include "plugin_host/calls.h"

#include <gtest/gtest.h>

#include <optional>
#include <vector>

namespace loquet::plugin_host {
namespace {

using protocol::Axis;
using protocol::LockoutEvent;
using protocol::Scope;

/// A policy that gives the counter of the account back as it got it, and remembers what it was asked.
struct RecordingPolicy {
    std::vector<int> events;
    std::vector<int> axes;
    std::optional<int> unknown_event;

    static int judge(void* self, const loquet_lockout_request* request, const loquet_lockout_output* output) {
        auto& policy = *static_cast<RecordingPolicy*>(self);
        policy.events.push_back(request->event);
        policy.axes.push_back(request->axis);
        if (policy.unknown_event == request->event) {
            return -1;
        }
        if (request->counters[LOQUET_SCOPE_ACCOUNT] != nullptr) {
            output->set_counter(output->context, LOQUET_SCOPE_ACCOUNT, request->counters[LOQUET_SCOPE_ACCOUNT]);
        }
        output->decide(output->context, LOQUET_VERDICT_ALLOW, 0, {"allowed", 7});
        return 0;
    }
};

class AHostedPolicy : public testing::Test {
protected:
    protocol::Judgement judge(const protocol::JudgeRequest& request) {
        const loquet_lockout table{sizeof table, nullptr, nullptr, &RecordingPolicy::judge, nullptr};
        return plugin_host::judge(table, &policy_, request);
    }

    RecordingPolicy policy_;
};

TEST_F(AHostedPolicy, IsToldTheAxisAndTheEvent) {
    for (const Axis axis : {Axis::login, Axis::recovery}) {
        protocol::JudgeRequest request;
        request.event = LockoutEvent::lifted;
        request.axis = axis;
        (void)judge(request);
    }
    EXPECT_EQ(policy_.events, (std::vector<int>{LOQUET_LOCKOUT_LIFTED, LOQUET_LOCKOUT_LIFTED}));
    EXPECT_EQ(policy_.axes, (std::vector<int>{LOQUET_AXIS_LOGIN, LOQUET_AXIS_RECOVERY}));
}

TEST_F(AHostedPolicy, GetsAndGivesEveryFieldOfACounter) {
    protocol::Counter counter{.consecutive = 1,
                              .since_lock = 2,
                              .last_failure = 3,
                              .last_success = 4,
                              .locked_until = 5,
                              .disabled = true,
                              .pardoned = 6,
                              .hour = 7,
                              .failed_in_hour = {8, 9},
                              .pardoned_in_a_row = 10};
    counter.failed_in_hour.back() = 11;
    protocol::JudgeRequest request;
    request.counters[Scope::account] = counter;
    EXPECT_EQ(judge(request).counters[Scope::account], counter);
}

TEST_F(AHostedPolicy, ThatDoesNotKnowLiftedLeavesItToTheDaemon) {
    policy_.unknown_event = LOQUET_LOCKOUT_LIFTED;
    protocol::JudgeRequest request;
    request.event = LockoutEvent::lifted;
    EXPECT_THROW((void)judge(request), base::Error);
    EXPECT_EQ(policy_.events, std::vector<int>{LOQUET_LOCKOUT_LIFTED}) << "it is asked nothing in its place";
}

TEST_F(AHostedPolicy, ThatDoesNotKnowRefusedIsAskedBeforeInItsPlace) {
    policy_.unknown_event = LOQUET_LOCKOUT_REFUSED;
    protocol::JudgeRequest request;
    request.event = LockoutEvent::refused;
    request.axis = Axis::recovery;
    EXPECT_EQ(judge(request).verdict, protocol::Verdict::allow);
    EXPECT_EQ(policy_.events, (std::vector<int>{LOQUET_LOCKOUT_REFUSED, LOQUET_LOCKOUT_BEFORE}));
    EXPECT_EQ(policy_.axes, (std::vector<int>{LOQUET_AXIS_RECOVERY, LOQUET_AXIS_RECOVERY}));
}

} // namespace
} // namespace loquet::plugin_host
