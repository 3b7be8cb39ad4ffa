// SPDX-License-Identifier: LGPL-2.1-or-later
// A connection that is attached to a loop: what its callbacks throw, calls that are cancelled, and a bus that dies.
#include "lib/bus/connection.h"
#include "lib/bus/method.h"
#include "lib/bus/polkit.h"
#include "tests/support/error_kind.h"
#include "tests/support/loop_runner.h"
#include "tests/support/private_bus.h"

#include <gtest/gtest.h>

#include <optional>
#include <stdexcept>
#include <string>

namespace loquet::bus {
namespace {

using base::Error;
using tests::eventually;

constexpr base::Milliseconds long_enough = std::chrono::seconds(20);

/// Answers when the test says so: as a service of its own, or in the place of polkit.
class SlowService {
public:
    struct Anybody {};
    [[nodiscard]] base::TaskGroup& tasks() noexcept { return tasks_; }
    static base::Task<Anybody> admit(const Call& /*call*/, bool /*access*/) { co_return Anybody(); }

    base::Task<void> ask(Call& call, const Anybody& /*caller*/) {
        ++asked;
        auto letting_go = let_go.future();
        co_await letting_go;
        call.reply();
    }
    static const sd_bus_vtable vtable[];
    static const sd_bus_vtable polkit[];

    int asked = 0;
    base::Promise<void> let_go;

private:
    base::TaskGroup tasks_{[](const std::exception_ptr&) { ADD_FAILURE() << "an exception left a method"; }};
};

const sd_bus_vtable SlowService::vtable[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_METHOD("Ask", "", "", (method<&SlowService::ask, true>), SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_VTABLE_END,
};
const sd_bus_vtable SlowService::polkit[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_METHOD("CheckAuthorization", "(sa{sv})sa{ss}us", "", (method<&SlowService::ask, true>),
                  SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_VTABLE_END,
};

class AConnection : public testing::Test {
protected:
    AConnection() {
        service_.attach(loop_);
        client_.attach(loop_);
        service_.add_object("/", "org.loquet.Test", SlowService::vtable, &slow_);
        service_.own_name("org.loquet.Test");
    }
    [[nodiscard]] Message question() { return client_.method_call("org.loquet.Test", "/", "org.loquet.Test", "Ask"); }
    std::string run() {
        try {
            loop_.run();
        } catch (const std::exception& error) {
            return error.what();
        }
        return "";
    }

    tests::PrivateBus bus_{tests::PrivateBus::Capture::none};
    Loop loop_;
    Connection service_ = Connection::at(bus_.address());
    Connection client_ = Connection::at(bus_.address());
    SlowService slow_;
    std::vector<std::string> notes_;
    base::TaskGroup tasks_{[this](const std::exception_ptr& thrown) {
        try {
            std::rethrow_exception(thrown);
        } catch (const Error& error) {
            notes_.emplace_back(error.kind() == Error::Kind::unavailable ? "unavailable" : error.what());
        }
    }};
};

TEST_F(AConnection, EndsTheLoopWithWhatIsThrownAtAPeerThatLeaves) {
    client_.on_peer_gone([](std::string_view) { throw std::runtime_error("cannot forget it"); });
    {
        Connection another = Connection::at(bus_.address());
        const char* unique = nullptr;
        ASSERT_GE(sd_bus_get_unique_name(another.raw(), &unique), 0); // the bus knows it
    }
    EXPECT_EQ(run(), "cannot forget it");
}

TEST_F(AConnection, EndsTheLoopWithWhatIsThrownAtTheLossOfTheBus) {
    client_.on_disconnect([] { throw std::runtime_error("cannot do without"); });
    bus_.stop();
    EXPECT_EQ(run(), "cannot do without");
}

TEST_F(AConnection, ThatIsAttachedToNoLoopTellsSoWhereItNeedsOne) {
    Connection alone = Connection::at(bus_.address());
    EXPECT_EQ(tests::kind_of_error([&] { alone.on_disconnect([] {}); }), Error::Kind::internal);
    EXPECT_EQ(tests::kind_of_error([&] { alone.on_peer_gone([](std::string_view) {}); }), Error::Kind::internal);
    Message unsent = question();
    EXPECT_EQ(
        tests::kind_of_error([&] { (void)tests::wait_for(loop_, alone.call_async(std::move(unsent), long_enough)); }),
        Error::Kind::internal);
}

TEST_F(AConnection, TellsOfABusThatIsGoneOnceAndThrowsForNoSignal) {
    int lost = 0;
    client_.on_disconnect([&] { ++lost; });
    bus_.stop();
    ASSERT_TRUE(eventually(loop_, [&] { return lost == 1; }));
    const Message signal = client_.signal("/", "org.loquet.Test", "Changed");
    EXPECT_NO_THROW(client_.send(signal));
    loop_.run_once(base::Milliseconds(0));
    EXPECT_EQ(lost, 1);
}

base::Task<void> ask(Connection& connection, Message question, std::vector<std::string>& notes) {
    auto asking = connection.call_async(std::move(question), long_enough);
    const Message answer = co_await asking;
    notes.emplace_back("answered");
}

TEST_F(AConnection, ForgetsACallWhoseCallerIsCancelled) {
    base::TaskId id = 0;
    tasks_.spawn(ask(client_, question(), notes_), &id);
    ASSERT_TRUE(eventually(loop_, [&] { return slow_.asked == 1; }));
    tasks_.cancel(id);
    slow_.let_go.set(); // its answer comes, and finds nobody
    Message next = client_.method_call("org.freedesktop.DBus", "/", "org.freedesktop.DBus", "GetId");
    (void)tests::wait_for(loop_, client_.call_async(std::move(next), long_enough));
    EXPECT_TRUE(notes_.empty());
}

TEST_F(AConnection, FailsItsCallsWhenTheBusDies) {
    tasks_.spawn(ask(client_, question(), notes_));
    ASSERT_TRUE(eventually(loop_, [&] { return slow_.asked == 1; }));
    bus_.stop();
    EXPECT_TRUE(eventually(loop_, [&] { return !notes_.empty(); }));
    EXPECT_EQ(notes_, std::vector<std::string>{"unavailable"});
}

base::Task<void> ask_polkit(Polkit& polkit, std::vector<std::string>& notes) {
    auto asking = polkit.ask({":1.1", 1000, "org.loquet.test", true});
    const Polkit::Verdict verdict = co_await asking;
    notes.emplace_back(verdict == Polkit::Verdict::allowed ? "allowed" : "refused");
}

class AQuestionToPolkit : public AConnection {
protected:
    AQuestionToPolkit() {
        service_.add_object("/org/freedesktop/PolicyKit1/Authority", "org.freedesktop.PolicyKit1.Authority",
                            SlowService::polkit, &slow_);
        service_.own_name("org.freedesktop.PolicyKit1");
    }
    std::optional<Polkit> polkit_{std::in_place, client_};
};
TEST_F(AQuestionToPolkit, FailsForWhoWaitsWhenAllAreCancelled) {
    tasks_.spawn(ask_polkit(*polkit_, notes_));
    ASSERT_TRUE(eventually(loop_, [&] { return slow_.asked == 1; }));
    polkit_->cancel_all();
    EXPECT_TRUE(notes_.empty());
    EXPECT_TRUE(eventually(loop_, [&] { return !notes_.empty(); }));
    EXPECT_EQ(notes_, std::vector<std::string>{"unavailable"});
}

TEST_F(AQuestionToPolkit, MayWaitWhenItsCallerAndPolkitsClientDie) {
    base::TaskId id = 0;
    tasks_.spawn(ask_polkit(*polkit_, notes_), &id);
    ASSERT_TRUE(eventually(loop_, [&] { return slow_.asked == 1; }));
    tasks_.cancel(id);
    polkit_.reset();
    slow_.let_go.set();
    Message next = client_.method_call("org.freedesktop.DBus", "/", "org.freedesktop.DBus", "GetId");
    (void)tests::wait_for(loop_, client_.call_async(std::move(next), long_enough));
    EXPECT_TRUE(notes_.empty());
}

} // namespace
} // namespace loquet::bus
