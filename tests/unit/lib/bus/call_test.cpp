// SPDX-License-Identifier: LGPL-2.1-or-later
// A call that is answered over a connection without a bus between: what is sent is what arrives.
#include "lib/bus/call.h"
#include "lib/bus/error_names.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace loquet::bus {
namespace {

using base::Error;
using BusHandle = base::Handle<sd_bus, sd_bus_close_unref>;

class ACall : public testing::Test {
protected:
    ACall() {
        int ends[2] = {-1, -1};
        check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) == 0 ? 0 : -errno,
              "socketpair");
        sd_id128_t id{};
        check(sd_id128_randomize(&id), "id");
        server_ = started(ends[0], [&](sd_bus* bus) { check(sd_bus_set_server(bus, 1, id), "server"); });
        client_ = started(ends[1], [](sd_bus*) {});
        check(sd_bus_add_filter(server_.get(), nullptr, take_call, this), "filter");
        check(sd_bus_add_filter(client_.get(), nullptr, take_answer, this), "filter");
    }
    template <class Setup>
    static BusHandle started(int end, Setup setup) {
        sd_bus* bus = nullptr;
        check(sd_bus_new(&bus), "new");
        BusHandle owned(bus);
        check(sd_bus_set_fd(bus, end, end), "fd");
        check(sd_bus_set_anonymous(bus, 1), "anonymous");
        check(sd_bus_set_trusted(bus, 1), "trusted");
        setup(bus);
        check(sd_bus_start(bus), "start");
        return owned;
    }
    static int take_call(sd_bus_message* message, void* self, sd_bus_error* /*error*/) {
        if (sd_bus_message_is_method_call(message, "org.loquet.Test", nullptr) <= 0) {
            return 0;
        }
        auto& test = *static_cast<ACall*>(self);
        ++test.taken_;
        test.handle_(Call(message));
        return 1;
    }
    static int take_answer(sd_bus_message* message, void* self, sd_bus_error* /*error*/) {
        const sd_bus_error* error = sd_bus_message_get_error(message);
        static_cast<ACall*>(self)->answers_.emplace_back(error == nullptr ? "answer" : error->name);
        return 0;
    }
    /// Sends a call and lets everything arrive that follows from it.
    void call(bool expects_reply) {
        sd_bus_message* raw = nullptr;
        check(sd_bus_message_new_method_call(client_.get(), &raw, nullptr, "/", "org.loquet.Test", "Do"), "message");
        const Message message(raw);
        std::uint64_t cookie = 0; // who does not ask for it expects no reply: sd-bus sets the flag
        check(sd_bus_send(client_.get(), raw, expects_reply ? &cookie : nullptr), "send");
        const int before = taken_;
        for (int quiet = 0; quiet < 3 || taken_ == before;) {
            const int done = check(sd_bus_process(server_.get(), nullptr), "process")
                             + check(sd_bus_process(client_.get(), nullptr), "process");
            quiet = done > 0 ? 0 : quiet + 1;
        }
    }

    BusHandle server_;
    BusHandle client_;
    std::function<void(Call)> handle_;
    int taken_ = 0;
    std::vector<std::string> answers_;
};

using Answers = std::vector<std::string>;

TEST_F(ACall, IsAnsweredOnce) {
    handle_ = [](Call call) { // NOLINT(performance-unnecessary-value-param)
        call.reply();
        EXPECT_TRUE(call.answered());
        call.fail(Error(Error::Kind::busy, "too late"));
    };
    call(true);
    EXPECT_EQ(answers_, Answers{"answer"});
}

TEST_F(ACall, ThatIsDroppedIsAnsweredAsUnavailable) {
    handle_ = [](const Call& call) { EXPECT_FALSE(call.answered()); };
    call(true);
    EXPECT_EQ(answers_, Answers{error_name(Error::Kind::unavailable)});
}

TEST_F(ACall, WhoseReplyCannotBeSentCanStillFail) {
    handle_ = [](Call call) { // NOLINT(performance-unnecessary-value-param)
        struct Unfinished {};
        const auto unsendable = [](Writer& writer) {
            try {
                writer.structure("s", [] { throw Unfinished(); });
            } catch (const Unfinished&) { // NOLINT(bugprone-empty-catch): the structure stays open
            }
        };
        EXPECT_THROW(call.reply(unsendable), Error);
        EXPECT_FALSE(call.answered());
        call.fail(Error(Error::Kind::busy, "later"));
    };
    call(true);
    EXPECT_EQ(answers_, Answers{error_name(Error::Kind::busy)});
}

TEST_F(ACall, ThatExpectsNoReplyGetsNone) {
    handle_ = [](Call call) { // NOLINT(performance-unnecessary-value-param)
        call.reply();
        EXPECT_TRUE(call.answered());
    };
    call(false);
    handle_ = [](Call call) { // NOLINT(performance-unnecessary-value-param)
        call.fail(Error(Error::Kind::busy, "no"));
        EXPECT_TRUE(call.answered());
    };
    call(false);
    handle_ = [](const Call&) {};
    call(false);
    EXPECT_EQ(taken_, 3);
    EXPECT_TRUE(answers_.empty());
}

TEST_F(ACall, IsNoFailureWhereTheCallerIsGone) {
    std::optional<Call> kept;
    handle_ = [&](Call call) { kept.emplace(std::move(call)); };
    call(true);
    sd_bus_close(server_.get());
    EXPECT_NO_THROW(kept->reply());
    EXPECT_TRUE(kept->answered());
}

} // namespace
} // namespace loquet::bus
