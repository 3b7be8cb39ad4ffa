// SPDX-License-Identifier: LGPL-2.1-or-later
// Calls over a real bus, from the caller's call_async() to a coroutine behind bus::method<> and back.
#include "lib/bus/connection.h"
#include "lib/bus/error_names.h"
#include "lib/bus/method.h"
#include "tests/support/error_kind.h"
#include "tests/support/loop_runner.h"
#include "tests/support/private_bus.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <optional>
#include <stdexcept>
#include <string>

namespace loquet::bus {

namespace {

using base::Error;

constexpr const char* name = "org.loquet.Test";
constexpr std::array kinds{Error::Kind::not_found, Error::Kind::denied,      Error::Kind::busy,    Error::Kind::invalid,
                           Error::Kind::limited,   Error::Kind::unavailable, Error::Kind::conflict};

enum class Who : std::uint8_t { anybody, nobody };

struct Visitor {
    std::string sender;
};

/// A parameter that looks at nothing of what was sent.
struct Unread {
    static Unread read(Reader& /*reader*/) { return {}; }
};

class Object {
public:
    [[nodiscard]] base::TaskGroup& tasks() noexcept { return tasks_; }

    base::Task<Visitor> admit(const Call& call, Who who, const auto&... /*arguments*/) { return let_in(call, who); }

    // NOLINTBEGIN(readability-convert-member-functions-to-static): as a method is
    base::Task<void> echo(Call& call, const Visitor& /*visitor*/, Text<4096> text) {
        call.reply([&](Writer& writer) { writer.text(text.value); });
        co_return;
    }
    base::Task<void> fail(Call& /*call*/, const Visitor& /*visitor*/, std::uint32_t kind) {
        throw Error(kinds.at(kind), "it is so\x1b[2J");
        co_return;
    }
    base::Task<void> crash(Call& /*call*/, const Visitor& /*visitor*/) {
        throw std::runtime_error("a detail of ours");
        co_return;
    }
    base::Task<void> forget(Call& /*call*/, const Visitor& /*visitor*/) { co_return; }
    base::Task<void> lie(Call& call, const Visitor& /*visitor*/) {
        call.reply([](Writer& writer) { writer.u32(1); });
        co_return;
    }
    base::Task<void> ask(Call& /*call*/, const Visitor& /*visitor*/) {
        throw InteractionRequired("somebody has to permit this");
        co_return;
    }
    // NOLINTEND(readability-convert-member-functions-to-static)
    base::Task<void> enter(Call& call, const Visitor& visitor) {
        ++entered;
        call.reply([&](Writer& writer) { writer.text(visitor.sender); });
        co_return;
    }
    base::Task<void> hold(Call& call, const Visitor& /*visitor*/, Unread /*nothing*/) {
        ++entered;
        call.reply([&](Writer& writer) { writer.text(call.is("Hold") ? call.path() : "another call"); });
        co_return;
    }
    static const sd_bus_vtable vtable[];

    std::optional<base::Promise<void>> gate; ///< admission waits for it where there is one
    int waiting = 0;
    int entered = 0;

private:
    base::Task<Visitor> let_in(const Call& call, Who who) {
        if (gate) {
            ++waiting;
            auto opened = gate->future();
            co_await opened;
        }
        if (who == Who::nobody) {
            throw Error(Error::Kind::denied, "nobody may do this");
        }
        co_return Visitor{call.sender()};
    }

    base::TaskGroup tasks_{[](const std::exception_ptr&) { ADD_FAILURE() << "an exception left a method"; }};
};

const sd_bus_vtable Object::vtable[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_METHOD("Echo", "s", "s", (method<&Object::echo, Who::anybody>), SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("Fail", "u", "", (method<&Object::fail, Who::anybody>), SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("Crash", "", "", (method<&Object::crash, Who::anybody>), SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("Forget", "", "", (method<&Object::forget, Who::anybody>), SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("Lie", "", "s", (method<&Object::lie, Who::anybody>), SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("Ask", "", "", (method<&Object::ask, Who::anybody>), SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("Enter", "", "s", (method<&Object::enter, Who::anybody>), SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("EnterNobody", "", "s", (method<&Object::enter, Who::nobody>), SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("Hold", "h", "s", (method<&Object::hold, Who::anybody>), SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_VTABLE_END,
};

class AMethod : public testing::Test {
protected:
    AMethod() {
        service_.attach(loop_);
        client_.attach(loop_);
        service_.add_object("/", name, Object::vtable, &object_);
        service_.own_name(name);
    }
    template <class Write>
    [[nodiscard]] Message call(const char* member, Write write) {
        Message question = client_.method_call(name, "/", name, member);
        Writer writer(question.get());
        write(writer);
        return tests::wait_for(loop_, client_.call_async(std::move(question), std::chrono::seconds(20)));
    }

    /// `answer` has it once the loop has run that far. The message itself is the caller's to drop.
    void send(const Message& question, Message& answer) {
        const auto take = [](sd_bus_message* reply, void* place, sd_bus_error*) {
            *static_cast<Message*>(place) = Message(sd_bus_message_ref(reply));
            return 0;
        };
        check(sd_bus_call_async(client_.raw(), nullptr, question.get(), take, &answer, 0), "cannot send");
    }

    tests::PrivateBus bus_;
    Loop loop_;
    Connection service_ = Connection::at(bus_.address());
    Connection client_ = Connection::at(bus_.address());
    Object object_;
};

TEST_F(AMethod, RepliesToWhomItWasCalledBy) {
    const Message answer = call("Echo", [](Writer& writer) { writer.text("hello"); });
    EXPECT_EQ(Reader(answer.get()).text(16), "hello");
    EXPECT_EQ(object_.tasks().active(), 0U);
}

TEST_F(AMethod, FailsWithTheKindAndTheSentenceOfItsErrorMadePrintable) {
    for (std::uint32_t i = 0; i < kinds.size(); ++i) {
        try {
            (void)call("Fail", [&](Writer& writer) { writer.u32(i); });
            ADD_FAILURE() << i;
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), kinds.at(i));
            EXPECT_STREQ(error.what(), "it is so\\x1b[2J");
        }
    }
}

TEST_F(AMethod, TellsNothingOfItsOwnDefectsAndAlwaysAnswers) {
    for (const char* member : {"Crash", "Forget", "Lie"}) {
        try {
            (void)call(member, [](Writer&) {});
            ADD_FAILURE() << member;
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), Error::Kind::unavailable) << member;
            EXPECT_STREQ(error.what(), "loquetd met an error of its own; its log says more") << member;
        }
    }
}

TEST_F(AMethod, RunsForWhomItsEntryNamesAndForNobodyElse) {
    const Message answer = call("Enter", [](Writer&) {});
    EXPECT_EQ(Reader(answer.get()).text(64).substr(0, 1), ":") << "the caller's own name";
    EXPECT_EQ(tests::kind_of_error([&] { (void)call("EnterNobody", [](Writer&) {}); }), Error::Kind::denied);
    EXPECT_EQ(object_.entered, 1);
}

TEST_F(AMethod, IsRefusedByTheStandardsNameWhereAPersonCouldPermitIt) {
    const Message question = client_.method_call(name, "/", name, "Ask");
    Message answer;
    send(question, answer);
    ASSERT_TRUE(tests::eventually(loop_, [&] { return static_cast<bool>(answer); }));
    EXPECT_STREQ(sd_bus_message_get_error(answer.get())->name, SD_BUS_ERROR_INTERACTIVE_AUTHORIZATION_REQUIRED);
}

TEST_F(AMethod, HoldsNothingOfItsCallWhileItWaits) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK), 0);
    const base::Fd reading(ends[0]);
    base::Fd writing(ends[1]);
    object_.gate.emplace();
    Message answer;
    {
        const Message question = client_.method_call(name, "/", name, "Hold");
        Writer(question.get()).fd(writing.get());
        writing = base::Fd();
        send(question, answer);
    }
    ASSERT_TRUE(tests::eventually(loop_, [&] { return object_.waiting == 1; }));
    char byte = 0;
    EXPECT_TRUE(tests::eventually(loop_, [&] { return ::read(reading.get(), &byte, 1) == 0; }))
        << "nobody else has the writing end any more";
    EXPECT_EQ(object_.entered, 0) << "it still waits";

    object_.gate->set();
    ASSERT_TRUE(tests::eventually(loop_, [&] { return static_cast<bool>(answer); }));
    EXPECT_EQ(Reader(answer.get()).text(64), "/");
    EXPECT_EQ(object_.entered, 1);
}

TEST(AnErrorsName, MeansTheSameBothWays) {
    for (const Error::Kind kind : kinds) {
        EXPECT_EQ(error_kind(error_name(kind)), kind);
    }
    EXPECT_EQ(error_kind(error_name(Error::Kind::internal)), Error::Kind::unavailable);
    EXPECT_EQ(error_kind(SD_BUS_ERROR_NO_REPLY), Error::Kind::unavailable);
    EXPECT_EQ(error_kind(SD_BUS_ERROR_ACCESS_DENIED), Error::Kind::denied);
    EXPECT_EQ(error_kind(SD_BUS_ERROR_INTERACTIVE_AUTHORIZATION_REQUIRED), Error::Kind::denied);
    EXPECT_EQ(error_kind("org.example.Unheard"), Error::Kind::internal);
}

} // namespace

} // namespace loquet::bus
