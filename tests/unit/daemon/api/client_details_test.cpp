// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/api/caller.h"
#include "lib/base/limits.h"
#include "lib/protocol/sealed_texts.h"
#include "tests/support/canary.h"
#include "tests/support/error_kind.h"
#include "tests/support/loose_messages.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <array>
#include <functional>

namespace loquet::api {

namespace {

using base::Error;

const Caller root{":1.1", 0};
const Caller ana{":1.2", 30000};
constexpr std::array detail_names{"service", "tty", "rhost", "seat", "locale", "phase"};

class TheDetailsOfAClient : public testing::Test {
protected:
    using Write = std::function<void(bus::Writer&)>;

    [[nodiscard]] ClientDetails read(const Write& entries, const Caller& caller = root) const {
        const bus::Message message =
            messages_.with([&](bus::Writer& writer) { writer.array("{sv}", [&] { entries(writer); }); });
        bus::Reader reader(message.get());
        ClientDetails details = ClientDetails::read(reader);
        details.set_caller(caller);
        return details;
    }
    [[nodiscard]] std::optional<Error::Kind> refusal(const Write& entries) const {
        return tests::kind_of_error([&] { (void)read(entries); });
    }

    tests::LooseMessages messages_;
};

void write_places(bus::Writer& writer) {
    writer.entry("service", "sshd").entry("tty", "pts/3").entry("rhost", "host.example");
    writer.entry("seat", "seat0").entry("locale", "fr_FR.UTF-8");
}

TEST_F(TheDetailsOfAClient, AreAllKnownFromRoot) {
    const conversation::Client client = read([](bus::Writer& writer) {
                                            write_places(writer);
                                            writer.entry("uid", "u", [&] { writer.u32(30000); });
                                            writer.entry("real_uid", "u", [&] { writer.u32(1000); });
                                            writer.entry("phase", "account");
                                            writer.entry("self_service", "b", [&] { writer.boolean(false); });
                                        }).client;
    EXPECT_EQ(client.uid, 0U);
    EXPECT_EQ(client.sender, ":1.1");
    EXPECT_EQ(client.service, "sshd");
    EXPECT_EQ(client.tty, "pts/3");
    EXPECT_EQ(client.rhost, "host.example");
    EXPECT_EQ(client.seat, "seat0");
    EXPECT_EQ(client.locale, "fr_FR.UTF-8");
    EXPECT_EQ(client.account_uid, 30000U);
    EXPECT_EQ(client.real_uid, 1000U);
    EXPECT_TRUE(client.account_phase);
    EXPECT_TRUE(client.without_self_service);
}

TEST_F(TheDetailsOfAClient, T28_HoldNoPlaceThatSomebodyElseThanRootTold) {
    const conversation::Client client = read(write_places, ana).client;
    EXPECT_EQ(client.uid, ana.uid);
    EXPECT_EQ(client.sender, ana.sender);
    EXPECT_EQ(client.tty + client.rhost + client.seat, "");
    EXPECT_EQ(client.service, "sshd");
    EXPECT_EQ(client.locale, "fr_FR.UTF-8");
    EXPECT_NE(read(write_places).client.rhost, "") << "the same words, from root";
}

TEST_F(TheDetailsOfAClient, CannotSayWhoTheCallerIs) {
    const conversation::Client client = read(
                                            [](bus::Writer& writer) {
                                                writer.entry("uid", "u", [&] { writer.u32(0); });
                                                writer.entry("real_uid", "u", [&] { writer.u32(0); });
                                                writer.entry("sender", ":1.1");
                                            },
                                            ana)
                                            .client;
    EXPECT_EQ(client.uid, ana.uid);
    EXPECT_FALSE(client.is_root());
    EXPECT_FALSE(client.acts_for_root());
}

TEST_F(TheDetailsOfAClient, MayBeEmptyAndMayHoldWhatANewerModuleSays) {
    const ClientDetails none = read([](bus::Writer&) {});
    EXPECT_TRUE(none.known.empty());
    EXPECT_EQ(none.client.account_uid, std::nullopt);
    EXPECT_EQ(none.client.real_uid, std::nullopt);
    EXPECT_FALSE(none.client.account_phase);
    EXPECT_FALSE(none.client.without_self_service);
    EXPECT_EQ(read([](bus::Writer& writer) {
                  writer.entry("weather", "a{sv}",
                               [&] { writer.array("{sv}", [&] { writer.entry("tty", "pts/9"); }); });
                  writer.entry("tty", "pts/3");
              }).client.tty,
              "pts/3");
}

TEST_F(TheDetailsOfAClient, AreRefusedWhenOneHasAnotherType) {
    for (const char* key : detail_names) {
        EXPECT_EQ(refusal([&](bus::Writer& writer) { writer.entry(key, "u", [&] { writer.u32(1); }); }),
                  Error::Kind::invalid)
            << key;
    }
    for (const char* key : {"uid", "real_uid", "token", "self_service"}) {
        EXPECT_EQ(refusal([&](bus::Writer& writer) { writer.entry(key, "0"); }), Error::Kind::invalid) << key;
    }
}

TEST_F(TheDetailsOfAClient, AreAtMost512BytesEach) {
    for (const char* key : detail_names) {
        const auto with = [&](std::size_t size) {
            return refusal([&](bus::Writer& writer) { writer.entry(key, std::string(size, 'x')); });
        };
        EXPECT_EQ(with(limits::client_field_bytes), std::nullopt) << key;
        EXPECT_EQ(with(limits::client_field_bytes + 1), Error::Kind::invalid) << key;
    }
}

TEST_F(TheDetailsOfAClient, AreAtMost32) {
    const auto with = [&](int count) {
        return refusal([&](bus::Writer& writer) {
            for (int i = 0; i < count; ++i) {
                writer.entry(("key" + std::to_string(i)).c_str(), "x");
            }
        });
    };
    EXPECT_EQ(with(32), std::nullopt);
    EXPECT_EQ(with(33), Error::Kind::invalid);
}

TEST_F(TheDetailsOfAClient, BringThePasswordInASealedMemoryFile) {
    protocol::Answers answers;
    answers.emplace_back(tests::canary::password);
    const base::Fd sealed = protocol::seal_answers(answers);
    const ClientDetails details =
        read([&](bus::Writer& writer) { writer.entry("token", "h", [&] { writer.fd(sealed.get()); }); });
    ASSERT_EQ(details.known.size(), 1U);
    EXPECT_EQ(details.known.front().reveal(), tests::canary::password);

    const base::Fd other(::open("/dev/null", O_RDWR | O_CLOEXEC));
    EXPECT_EQ(refusal([&](bus::Writer& writer) { writer.entry("token", "h", [&] { writer.fd(other.get()); }); }),
              Error::Kind::invalid);
}

} // namespace

} // namespace loquet::api
