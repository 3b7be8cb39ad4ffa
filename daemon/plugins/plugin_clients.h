// SPDX-License-Identifier: LGPL-2.1-or-later
// Plugins as the rest of the daemon asks them, one class a kind. Registry has one of them for each instance; tests may
// bring their own. Loop thread.
#pragma once

#include "lib/base/task.h"
#include "lib/protocol/plugin_messages.h"

namespace loquet::plugins {

/// The lockout policy.
class LockoutClient {
public:
    LockoutClient() = default;
    LockoutClient(const LockoutClient&) = delete;
    LockoutClient& operator=(const LockoutClient&) = delete;
    virtual ~LockoutClient() = default;

    /// Answers within the instance's deadline, or throws Error::unavailable (dead, late, lying or quarantined plugin)
    /// or Error::busy (too many calls are waiting): the caller then falls back to its own strict policy.
    [[nodiscard]] virtual base::Task<protocol::Judgement> judge(protocol::JudgeRequest request) = 0;
};

/// The password rules.
class RulesClient {
public:
    RulesClient() = default;
    RulesClient(const RulesClient&) = delete;
    RulesClient& operator=(const RulesClient&) = delete;
    virtual ~RulesClient() = default;

    /// Answers within the instance's deadline, or throws Error::unavailable, Error::busy, or Error::invalid for a
    /// candidate that is not UTF-8.
    [[nodiscard]] virtual base::Task<protocol::RulesResponse> check(protocol::RulesRequest request) = 0;
};

/// A step.
class StepClient {
public:
    StepClient() = default;
    StepClient(const StepClient&) = delete;
    StepClient& operator=(const StepClient&) = delete;
    virtual ~StepClient() = default;

    /// Answers within the instance's deadline, or throws Error::unavailable or Error::busy: the attempt then counts as
    /// not granted and not failed.
    [[nodiscard]] virtual base::Task<protocol::StepResponse> run(protocol::StepRequest request) = 0;
};

/// A channel.
class ChannelClient {
public:
    ChannelClient() = default;
    ChannelClient(const ChannelClient&) = delete;
    ChannelClient& operator=(const ChannelClient&) = delete;
    virtual ~ChannelClient() = default;

    /// What became of the message, within the instance's deadline. Throws Error::invalid or Error::limited for one that
    /// may not be sent, and Error::unavailable or Error::busy where nothing is known: it may have been delivered, and
    /// trying again under the same reference is what a channel expects. At most limits::deliveries_in_flight are with
    /// the plugin at a time; what is beyond that waits here, and its deadline runs.
    [[nodiscard]] virtual base::Task<protocol::DeliverResponse> deliver(protocol::DeliverRequest request) = 0;

    /// What the channel has learned of messages that were sent, within the instance's deadline; one question at a time.
    /// What is told may be anything: a reference that nobody has, or that of another channel's message. The channel
    /// forgets none of it before a later request says that it is kept. Throws Error::unavailable or Error::busy where
    /// there is no answer.
    [[nodiscard]] virtual base::Task<protocol::ReceiptsResponse> receipts(protocol::ReceiptsRequest request) = 0;
};

} // namespace loquet::plugins
