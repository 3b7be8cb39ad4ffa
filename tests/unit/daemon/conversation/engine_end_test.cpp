// SPDX-License-Identifier: LGPL-2.1-or-later
// Dialogs whose caller leaves, and engines that stop or die, while an evaluation waits: for its place, a delay, the
// policy, a hash, a step's plugin, the disk, or a person at polkit's prompt.
#include "lib/base/limits.h"
#include "lib/bus/method.h"
#include "lib/bus/polkit.h"
#include "tests/support/private_bus.h"
#include "tests/unit/daemon/conversation/conversation_fixture.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <limits>
#include <thread>

namespace loquet::conversation {

namespace {

/// Keeps the writer busy until it is opened.
class DiskGate {
public:
    explicit DiskGate(store::Store& store)
        : held_(store.write([open = open_, reached = reached_](store::WriteTxn&) {
              *reached = true;
              open->wait(false);
          })) {
        EXPECT_TRUE(tests::eventually([&] { return reached_->load(); }));
    }
    DiskGate(const DiskGate&) = delete;
    DiskGate& operator=(const DiskGate&) = delete;
    ~DiskGate() { open(); }
    void open() {
        *open_ = true;
        open_->notify_all();
    }

private:
    std::shared_ptr<std::atomic<bool>> open_ = std::make_shared<std::atomic<bool>>(false);
    std::shared_ptr<std::atomic<bool>> reached_ = std::make_shared<std::atomic<bool>>(false);
    base::Future<void> held_;
};

/// polkit with a person who never answers.
class SilentAuthority {
public:
    explicit SilentAuthority(bus::Loop& loop) {
        service_.attach(loop);
        client_.attach(loop);
        service_.add_object("/org/freedesktop/PolicyKit1/Authority", "org.freedesktop.PolicyKit1.Authority", vtable,
                            this);
        service_.own_name("org.freedesktop.PolicyKit1");
    }
    [[nodiscard]] base::TaskGroup& tasks() noexcept { return tasks_; }
    struct Anybody {};
    static base::Task<Anybody> admit(const bus::Call& /*call*/, bool /*access*/) { co_return Anybody(); }
    base::Task<void> check(bus::Call& /*call*/, const Anybody& /*caller*/) {
        asked = true;
        auto never = never_.future();
        co_await never;
    }
    bus::Polkit& polkit() { return polkit_; }
    bool asked = false;

private:
    static const sd_bus_vtable vtable[];

    tests::PrivateBus bus_{tests::PrivateBus::Capture::none};
    bus::Connection service_ = bus::Connection::at(bus_.address());
    bus::Connection client_ = bus::Connection::at(bus_.address());
    bus::Polkit polkit_{client_};
    base::Promise<void> never_;
    base::TaskGroup tasks_{[](const std::exception_ptr&) {}};
};

const sd_bus_vtable SilentAuthority::vtable[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_METHOD("CheckAuthorization", "(sa{sv})sa{ss}us", "(bba{ss})", (bus::method<&SilentAuthority::check, true>),
                  SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_VTABLE_END,
};

using Waits = std::vector<std::string>;

class EndFixture : public ConversationFixture {
protected:
    EndFixture() {
        add(bert, "bert", canary::password);
        add(carl, "carl", canary::password);
        add(dora, "dora", canary::password);
        step_ = &add_step("sum", config::Proof::challenge);
        step_->hold();
        lockout_.policy = [this](const protocol::JudgeRequest& request) {
            protocol::Judgement judgement = judge_strictly(request);
            if (delays_ && request.event == protocol::LockoutEvent::before) {
                judgement.verdict = protocol::Verdict::delay;
                judgement.until = request.now + std::chrono::seconds(5);
            }
            return judgement;
        };
    }
    ~EndFixture() override {
        callers_.clear();
        engine_.reset();
        gate_.reset();
    }

    Started<Begun>& log_in_as(const std::string& name, const std::string& sender, std::string_view password) {
        return callers_.emplace_back(start(engine().begin("login", name, root(sender, sender), answers({password}))));
    }
    /// Nobody else is before this one, and nothing is due but what it waits for.
    void wait_for_place() {
        lockout_.hold(); // the one in front
        (void)log_in_as("anna", ":1.10", canary::wrong_password);
        (void)log_in_as("anna", ":1.11", canary::wrong_password);
        front_ = std::make_unique<base::Promise<void>>(lockout_.keep_held());
    }
    void wait_for_delay() {
        delays_ = true;
        (void)log_in_as("bert", ":1.20", canary::wrong_password);
        delays_ = false;
        EXPECT_FALSE(callers_.back()->done());
    }
    void wait_for_policy() {
        lockout_.hold();
        (void)log_in_as("policy", ":1.30", canary::wrong_password);
        policy_ = std::make_unique<base::Promise<void>>(lockout_.keep_held());
    }
    /// As the loop does not run, nobody has heard of the hash yet.
    void wait_for_hash() { (void)log_in_as("hash", ":1.40", canary::wrong_password); }
    void wait_for_step() {
        (void)log_in_as("carl", ":1.50", canary::password);
        EXPECT_TRUE(tests::eventually(loop_, [&] { return step_->is_asked(); }));
    }
    void wait_for_disk() {
        gate_.emplace(*store_);
        const std::size_t before = store_->queued();
        (void)log_in_as("disk", ":1.60", canary::wrong_password);
        EXPECT_TRUE(tests::eventually(loop_, [&] { return store_->queued() > before; }));
    }
    void wait_for_helpdesk() {
        helpdesk_.push_back(start(engine().with_account_still(dora, [this]() -> base::Task<void> {
            auto letting_go = unlocking_.future();
            co_await letting_go;
        })));
    }
    void wait_for_polkit() {
        authority_ = std::make_unique<SilentAuthority>(loop_);
        polkit_.push_back(start(authority_->polkit().ask({":1.1", 1000, "org.loquet.test", true})));
        EXPECT_TRUE(tests::eventually(loop_, [&] { return authority_->asked; }));
    }
    void wait_for(const std::string& what) {
        const std::map<std::string, void (EndFixture::*)()> all{
            {"place", &EndFixture::wait_for_place},   {"delay", &EndFixture::wait_for_delay},
            {"policy", &EndFixture::wait_for_policy}, {"hash", &EndFixture::wait_for_hash},
            {"step", &EndFixture::wait_for_step},     {"disk", &EndFixture::wait_for_disk},
            {"polkit", &EndFixture::wait_for_polkit}, {"helpdesk", &EndFixture::wait_for_helpdesk}};
        (this->*all.at(what))();
    }
    /// All that was waited for answers now, and late.
    void answer_late() {
        for (auto* promise : {front_.get(), policy_.get()}) {
            if (promise != nullptr) {
                promise->set();
            }
        }
        step_->let_go();
        if (unlocking_.wanted()) {
            unlocking_.set();
        }
        if (gate_) {
            gate_->open();
        }
        store_->write_now([](store::WriteTxn&) {}); // behind all that was queued
        tests::wait_for(loop_, hasher_.hash(Secret("behind all that was hashed"), {}));
        for (int turns = 0; turns < 10; ++turns) {
            loop_.run_once(base::Milliseconds(0));
        }
    }
    [[nodiscard]] static std::optional<Kind> outcome(const auto& started) {
        if (!started->failure) {
            return std::nullopt;
        }
        return kind_thrown_by([&] { std::rethrow_exception(started->failure); });
    }

    static constexpr model::Uid carl{30003};
    static constexpr model::Uid dora{30004};
    bool delays_ = false;
    FakeStep* step_ = nullptr;
    std::unique_ptr<base::Promise<void>> front_;
    std::unique_ptr<base::Promise<void>> policy_;
    base::Promise<void> unlocking_;
    std::optional<DiskGate> gate_;
    std::unique_ptr<SilentAuthority> authority_;
    std::vector<Started<Begun>> callers_;
    std::vector<Started<void>> helpdesk_;
    std::vector<Started<bus::Polkit::Verdict>> polkit_;
};

/// What waits when it dies.
class AnEngineThatDies : public EndFixture, public testing::WithParamInterface<Waits> {
protected:
    void let_wait() {
        for (const std::string& what : GetParam()) {
            wait_for(what);
        }
    }
};

TEST_P(AnEngineThatDies, ResumesNobodyWhenItsCallersDiedBefore) {
    let_wait();
    callers_.clear();
    helpdesk_.clear();
    polkit_.clear();
    engine_.reset();
    const std::size_t asked = lockout_.requests.size();
    answer_late();
    EXPECT_EQ(lockout_.requests.size(), asked) << "nobody goes on";
}

TEST_P(AnEngineThatDies, TellsItsCallersThatItIsUnavailable) {
    let_wait();
    engine_.reset();
    for (const auto& caller : callers_) {
        EXPECT_FALSE(caller->done()) << "a destructor resumes nobody";
    }
    answer_late();
    for (const auto& caller : callers_) {
        EXPECT_EQ(outcome(caller), Kind::unavailable);
    }
    for (const auto& caller : helpdesk_) {
        EXPECT_EQ(outcome(caller), Kind::unavailable);
    }
}

TEST_P(AnEngineThatDies, LeavesNothingToTheLoopThatNeedsTheStore) {
    let_wait();
    callers_.clear();
    helpdesk_.clear();
    polkit_.clear();
    engine_.reset();
    gate_.reset();
    store_.reset();
    authority_.reset();
    const std::size_t asked = lockout_.requests.size();
    for (int turns = 0; turns < 10; ++turns) {
        loop_.run_once(base::Milliseconds(0));
    }
    EXPECT_EQ(lockout_.requests.size(), asked) << "nobody goes on";
}

INSTANTIATE_TEST_SUITE_P(WhileOneWaits, AnEngineThatDies,
                         testing::Values(Waits{"place"}, Waits{"delay"}, Waits{"policy"}, Waits{"hash"}, Waits{"step"},
                                         Waits{"disk"}, Waits{"helpdesk"}, Waits{"polkit"}),
                         [](const auto& with) { return with.param.front(); });
// The policy is asked for one at a time, so those that do not get beyond it come last.
INSTANTIATE_TEST_SUITE_P(WhileAllWait, AnEngineThatDies,
                         testing::Values(Waits{"step", "disk", "delay", "helpdesk", "polkit", "hash", "place",
                                               "policy"}),
                         [](const auto&) { return "AtOnce"; });

class AnEngineThatStops : public EndFixture {};

TEST_F(AnEngineThatStops, CancelsWhatWaitsForItsPlaceADelayOrThePolicy) {
    wait_for_place();
    wait_for_delay();
    wait_for_policy();
    const int hashes = hashes_computed();
    engine().stop();
    for (const auto& caller : callers_) {
        EXPECT_EQ(kind_thrown_by([&] { (void)end_of(caller); }), Kind::unavailable);
    }
    answer_late();
    EXPECT_EQ(hashes_computed(), hashes + 1) << "but for the test's own";
    EXPECT_TRUE(records().empty());
}

TEST_F(AnEngineThatStops, FinishesWhatIsBeingJudgedAndTellsIt) {
    wait_for_hash();
    engine().stop();
    EXPECT_EQ(refusal(end_of(callers_.back()).turn), Reason::refused);
    EXPECT_EQ(records().size(), 1U);
}

TEST_F(AnEngineThatStops, FinishesWhatIsBeingWritten) {
    wait_for_disk();
    engine().stop();
    gate_->open();
    EXPECT_EQ(refusal(end_of(callers_.back()).turn), Reason::refused);
    EXPECT_EQ(records().size(), 1U);
}

TEST_F(AnEngineThatStops, FinishesWhatTheHelpdeskHasBegun) {
    wait_for_helpdesk();
    engine().stop();
    unlocking_.set();
    EXPECT_NO_THROW(end_of(helpdesk_.back()));
}

TEST_F(AnEngineThatStops, TakesNoDialogAndNoAnswerAnyMore) {
    const DialogId open = *begin("anna").dialog;
    engine().stop();
    EXPECT_EQ(kind_of(engine().begin("login", "anna", root(), {})), Kind::unavailable);
    EXPECT_EQ(kind_of(engine().answer(open, ":1.1", answers({canary::password}))), Kind::unavailable);
}

class ACallerThatLeaves : public EndFixture {};

TEST_F(ACallerThatLeaves, GivesBackItsPlaceBeforeTheAccountUncounted) {
    wait_for_place();
    engine().forget_caller(":1.11");
    EXPECT_EQ(kind_thrown_by([&] { (void)end_of(callers_.back()); }), Kind::unavailable);
    front_->set();
    EXPECT_EQ(refusal(end_of(callers_.front()).turn), Reason::refused);
    EXPECT_EQ(counters("anna").account.consecutive, 1U) << "of the one in front";
    EXPECT_EQ(refusal(log_in("anna", canary::wrong_password)), Reason::refused);
    EXPECT_EQ(counters("anna").account.consecutive, 2U);
}

TEST_F(ACallerThatLeaves, DuringADelayIsNotJudged) {
    wait_for_delay();
    const int hashes = hashes_computed();
    engine().forget_caller(":1.20");
    EXPECT_EQ(kind_thrown_by([&] { (void)end_of(callers_.back()); }), Kind::unavailable);
    answer_late();
    EXPECT_EQ(hashes_computed(), hashes + 1) << "but for the test's own";
    EXPECT_EQ(counters("bert").account.consecutive, 0U);
    EXPECT_EQ(refusal(log_in("bert", canary::wrong_password)), Reason::refused) << "nobody is in front";
}

TEST_F(ACallerThatLeaves, WhileItIsJudgedIsCounted) {
    (void)log_in_as("anna", ":1.40", canary::wrong_password);
    engine().forget_caller(":1.40");
    EXPECT_EQ(refusal(end_of(callers_.back()).turn), Reason::refused);
    EXPECT_EQ(counters("anna").account.consecutive, 1U);
    EXPECT_EQ(records().size(), 1U);
}

TEST_F(ACallerThatLeaves, WhileItIsJudgedIsCountedThoughItsCallIsGoneToo) {
    (void)log_in_as("anna", ":1.40", canary::wrong_password);
    engine().forget_caller(":1.40");
    callers_.clear();
    EXPECT_TRUE(tests::eventually(loop_, [&] { return !records().empty(); }));
    EXPECT_EQ(counters("anna").account.consecutive, 1U);
}

class ADialogThatIsCancelled : public EndFixture {};

TEST_F(ADialogThatIsCancelled, WhileItsAnswerWaitsIsNotJudged) {
    const DialogId id = *begin("anna", root(":1.12", "elsewhere")).dialog;
    lockout_.hold();
    (void)log_in_as("anna", ":1.10", canary::wrong_password);
    front_ = std::make_unique<base::Promise<void>>(lockout_.keep_held());
    const auto answered = start(engine().answer(id, ":1.12", answers({canary::wrong_password})));
    engine().cancel(id, ":1.12");
    EXPECT_EQ(kind_thrown_by([&] { (void)end_of(answered); }), Kind::unavailable);
    front_->set();
    (void)end_of(callers_.front());
    EXPECT_EQ(counters("anna").account.consecutive, 1U);
}

/// Where the caller's frame stands on the stack.
[[gnu::noinline]] std::uintptr_t stack_place() {
    return reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
}

class ManyDialogs : public EndFixture {};

TEST_F(ManyDialogs, NeedNoMoreStackWhenThePolicyIsDeadAndEachGoesOnWithoutWaiting) {
    std::uintptr_t lowest = std::numeric_limits<std::uintptr_t>::max();
    std::uintptr_t highest = 0;
    std::size_t asked = 0;
    lockout_.hold();
    for (std::size_t i = 0; i < limits::conversations; ++i) {
        (void)log_in_as("person" + std::to_string(i), ":1." + std::to_string(100 + i), canary::wrong_password);
    }
    lockout_.when_asked = [&](const protocol::JudgeRequest& request) {
        if (request.event == protocol::LockoutEvent::before) {
            lowest = std::min(lowest, stack_place());
            highest = std::max(highest, stack_place());
            ++asked;
        }
    };
    lockout_.dead = true;
    lockout_.let_go();
    EXPECT_TRUE(tests::eventually(loop_, [&] { return asked == limits::conversations - 1; }));
    EXPECT_EQ(highest - lowest, 0U) << "bytes of stack";
    lockout_.when_asked = {};
    engine().stop();
}

} // namespace
} // namespace loquet::conversation
