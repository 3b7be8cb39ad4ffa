// SPDX-License-Identifier: LGPL-2.1-or-later
// Calls over a real bus, from the caller's call_async() to a coroutine behind bus::method<> and back.
#include "lib/bus/connection.h"
#include "lib/bus/error_names.h"
#include "lib/bus/method.h"
#include "tests/support/error_kind.h"
#include "tests/support/loop_runner.h"
#include "tests/support/private_bus.h"

#include <gtest/gtest.h>

#include <array>
#include <stdexcept>

namespace loquet::bus {

namespace {

using base::Error;

constexpr const char* name = "org.loquet.Test";
constexpr std::array kinds{Error::Kind::not_found, Error::Kind::denied,      Error::Kind::busy,    Error::Kind::invalid,
                           Error::Kind::limited,   Error::Kind::unavailable, Error::Kind::conflict};

class Object {
public:
    [[nodiscard]] base::TaskGroup& tasks() noexcept { return tasks_; }

    base::Task<void> echo(Call& call) { // NOLINT(readability-convert-member-functions-to-static): as a method is
        const std::string text(call.arguments().text(4096));
        call.reply([&](Writer& writer) { writer.text(text); });
        co_return;
    }
    base::Task<void> fail(Call& call) { // NOLINT(readability-convert-member-functions-to-static)
        const std::uint32_t kind = call.arguments().u32();
        throw Error(kinds.at(kind), "it is so\x1b[2J");
        co_return;
    }
    base::Task<void> crash(Call& /*call*/) { // NOLINT(readability-convert-member-functions-to-static)
        throw std::runtime_error("a detail of ours");
        co_return;
    }
    base::Task<void> forget(Call& /*call*/) { // NOLINT(readability-convert-member-functions-to-static)
        co_return;
    }
    static const sd_bus_vtable vtable[];

private:
    base::TaskGroup tasks_{[](const std::exception_ptr&) { ADD_FAILURE() << "an exception left a method"; }};
};

const sd_bus_vtable Object::vtable[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_METHOD("Echo", "s", "s", method<&Object::echo>, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("Fail", "u", "", method<&Object::fail>, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("Crash", "", "", method<&Object::crash>, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("Forget", "", "", method<&Object::forget>, SD_BUS_VTABLE_UNPRIVILEGED),
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
    for (const char* member : {"Crash", "Forget"}) {
        try {
            (void)call(member, [](Writer&) {});
            ADD_FAILURE() << member;
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), Error::Kind::unavailable) << member;
            EXPECT_STREQ(error.what(), "loquetd met an error of its own; its log says more") << member;
        }
    }
}

TEST(AnErrorsName, MeansTheSameBothWays) {
    for (const Error::Kind kind : kinds) {
        EXPECT_EQ(error_kind(error_name(kind)), kind);
    }
    EXPECT_EQ(error_kind(error_name(Error::Kind::internal)), Error::Kind::unavailable);
    EXPECT_EQ(error_kind(SD_BUS_ERROR_NO_REPLY), Error::Kind::unavailable);
    EXPECT_EQ(error_kind(SD_BUS_ERROR_ACCESS_DENIED), Error::Kind::denied);
    EXPECT_EQ(error_kind("org.example.Unheard"), Error::Kind::internal);
}

} // namespace

} // namespace loquet::bus
