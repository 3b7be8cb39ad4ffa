// SPDX-License-Identifier: LGPL-2.1-or-later
// Attack class T24: plugins that crash, hang, lie, leak or reach out. Whatever they do, the caller is answered within
// the deadline, the status says what happened, and another instance works.
#include "daemon/plugins/circuit_breaker.h"
#include "lib/protocol/plugin_wire.h"
#include "tests/unit/daemon/plugins/bad_plugin.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <csignal>
#include <cstring>

namespace loquet::plugins {

namespace {

using tests::error_of;

TEST_F(ABadPlugin, T24_ThatAbortsFailsItsCallerAtOnceAndServesAgainAfterARestart) {
    expect_killed("aborts", SIGABRT);
    process_->configure("how = \"behaves\"\n");
    ASSERT_TRUE(process_->start());
    tests::await(loop_, [](bus::Loop& loop) -> base::Task<int> {
        auto pause = loop.sleep(2 * CircuitBreaker::first_delay);
        co_await pause;
        co_return 0;
    }(loop_));
    EXPECT_FALSE(call_again());
    EXPECT_EQ(status().state, PluginState::ready);
    EXPECT_EQ(status().detail, "");
}

TEST_F(ABadPlugin, T24_ThatHangsIsLeftByItsCallerAndEndedByItsTimer) {
    for (const std::string how : {"hangs", "sleeps", "floods"}) {
        const auto error = call(how);
        ASSERT_TRUE(error) << how;
        run_while(PluginState::ready); // the client waits a little longer with its judgement than with its answer
        EXPECT_EQ(status().state, PluginState::failing) << how;
        EXPECT_EQ(status().detail, "it did not answer within 500 ms") << how;
        const int ended = process_->wait_for_end(5);
        EXPECT_TRUE(WIFSIGNALED(ended) && WTERMSIG(ended) == SIGALRM) << how << " ended with status " << ended;
    }
}

// Shows that the test above can fail: a client that trusts the plugin to answer waits for as long as the plugin likes.
TEST_F(ABadPlugin, T24_ThatHangsHoldsANaiveClientWithoutADeadline) {
    process_ = std::make_unique<PluginProcess>("misbehaving_step", "how = \"hangs\"\n");
    ASSERT_TRUE(process_->start());
    const base::Fd naive(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strcpy(address.sun_path, process_->socket_path().c_str()); // NOLINT: a folder of mkdtemp is short
    ASSERT_EQ(::connect(naive.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    protocol::FrameHeader header;
    header.serial = 1;
    header.deadline = Milliseconds(60'000);
    const auto packet = protocol::encode(header, protocol::StepRequest{});
    ASSERT_GT(::send(naive.get(), packet.data(), packet.size(), 0), 0);
    pollfd answer{naive.get(), POLLIN, 0};
    EXPECT_EQ(::poll(&answer, 1, static_cast<int>((deadline + Milliseconds(1000)).count())), 0)
        << "an answer would be a surprise";
}

TEST_F(ABadPlugin, T24_ThatLeavesOrThrowsFailsItsCallerAlone) {
    ASSERT_TRUE(call("leaves"));
    EXPECT_EQ(status().detail, "it ended in the middle of a call");
    expect_refused("throws", "the plugin threw an exception");
}

TEST_F(ABadPlugin, T24_ThatReturnsGarbageIsRefusedNotCutShort) {
    expect_refused("latin-1", "a text has characters that it may not have");
    expect_refused("escapes", "a text has characters that it may not have");
    expect_refused("style-9", "the style of a prompt is none of the five");
    expect_refused("lends-nothing", "has a size but no data");
    expect_refused("keeps-16385", "the account state has 16385, more than 16384");
    expect_refused("asks-33", "it asks for more than 32 things at once");
    expect_refused("wants-17", "a turn wants more answers than can be given");
    expect_refused("sends-3", "it sends more than 2 messages at once");
    expect_refused("sends-by-pigeon", "it sends by no medium that there is");
    expect_refused("sends-for-ever", "a number is out of its range");
    expect_refused("sends-nothing", "what it sends is missing");
    expect_refused("waits-10001", "a number is out of its range");
}

TEST_F(ABadPlugin, T24_MayGoToItsLimitsButNotBeyond) {
    EXPECT_FALSE(call("keeps-16384"));
    EXPECT_FALSE(call("asks-32"));
    EXPECT_FALSE(call("sends-2"));
}

TEST_F(ABadPlugin, T24_MustTakeExactlyOneTurn) {
    expect_refused("grants-twice", "it took more than one turn");
    expect_refused("asks-and-grants", "it took more than one turn");
    expect_refused("skips-and-grants", "it took more than one turn");
    expect_refused("grants-never", "it took no turn");
    expect_refused("fails-after-grant", "says that it could not (7)");
}

TEST_F(ABadPlugin, T24_ThatLeaksGoesOnAnswering) {
    ASSERT_FALSE(call("leaks"));
    for (int i = 0; i < 100; ++i) {
        ASSERT_FALSE(error_of(loop_, registry_->step("misbehaving_step")->run({})));
    }
}

TEST_F(ABadPlugin, T24_IsQuarantinedAfterFiveFailuresAndThenFailsAtOnce) {
    std::vector<PluginState> seen;
    ASSERT_TRUE(call("aborts"));
    registry_->on_change([&](const PluginStatus& changed) { seen.push_back(changed.state); });
    const Milliseconds give_up = clock_.boottime() + Milliseconds(15'000);
    while (status().state != PluginState::quarantined && clock_.boottime() < give_up) {
        if (process_->wait_for_end(0) != -1 || process_->pid() < 0) {
            ASSERT_TRUE(process_->start());
        }
        ASSERT_TRUE(error_of(loop_, registry_->step("misbehaving_step")->run({})));
        loop_.run_once(Milliseconds(10));
    }
    EXPECT_EQ(status().state, PluginState::quarantined);
    ASSERT_FALSE(seen.empty());
    EXPECT_EQ(seen.back(), PluginState::quarantined);
    process_->configure("how = \"behaves\"\n");
    ASSERT_TRUE(process_->start());
    const Milliseconds before = clock_.boottime();
    const auto error = call_again();
    ASSERT_TRUE(error) << "no attempt while it is quarantined";
    EXPECT_LT(clock_.boottime() - before, Milliseconds(100));
}

} // namespace

} // namespace loquet::plugins
