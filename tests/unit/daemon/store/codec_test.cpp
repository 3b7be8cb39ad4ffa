// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/accounts_table.h"
#include "daemon/store/audit_codec.h"
#include "daemon/store/counters_table.h"
#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/base/text.h"
#include "tests/unit/daemon/store/records_future.pb.h"
#include "tests/unit/daemon/store/store_fixture.h"

#include <gtest/gtest.h>

namespace loquet::store {
namespace {

template <class Record>
base::SecureBytes bytes_of(const Record& record) {
    const std::string text = record.SerializeAsString();
    return {text.begin(), text.end()};
}

template <class Record>
Record as_future(const base::SecureBytes& bytes) {
    Record record;
    EXPECT_TRUE(record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
    return record;
}

model::Digest seat_digest(std::uint8_t number) {
    model::Digest digest;
    digest.bytes.back() = number;
    return digest;
}

TEST(ACodec, KeepsWhatANewerDaemonAddedToAnAccount) {
    future::PublicRecord stored;
    stored.set_name("anna");
    stored.set_added_text("kept");
    stored.add_added_numbers(7);
    auto account = decode_public(model::Uid{1}, bytes_of(stored));
    EXPECT_EQ(account.name, "anna");
    account.name = "anne";
    const auto rewritten = as_future<future::PublicRecord>(encode(account, bytes_of(stored)));
    EXPECT_EQ(rewritten.name(), "anne");
    EXPECT_EQ(rewritten.added_text(), "kept");
    ASSERT_EQ(rewritten.added_numbers_size(), 1);
    EXPECT_EQ(rewritten.added_numbers(0), 7U);
}

// The check of the test above: a codec that writes what it knows, and no more, loses the rest.
TEST(ANaiveCodec, WouldLoseWhatANewerDaemonAdded) {
    future::PublicRecord stored;
    stored.set_added_text("lost");
    const auto account = decode_public(model::Uid{1}, bytes_of(stored));
    EXPECT_EQ(as_future<future::PublicRecord>(encode(account, {})).added_text(), "");
}

TEST(ACodec, KeepsWhatANewerDaemonAddedToPrivatePartsAndCredentials) {
    future::PrivateRecord private_part;
    private_part.set_mail("anna@example.org");
    private_part.set_added_text("kept");
    auto account = decode_private(bytes_of(private_part));
    account.mail = "anne@example.org";
    const auto rewritten = as_future<future::PrivateRecord>(encode(account, bytes_of(private_part)));
    EXPECT_EQ(rewritten.mail(), "anne@example.org");
    EXPECT_EQ(rewritten.added_text(), "kept");

    future::CredentialRecord stored;
    stored.set_password_hash("$y$old");
    stored.set_added_text("kept");
    auto credential = decode_credential(bytes_of(stored));
    credential.password_hash = "$y$new";
    const auto changed = as_future<future::CredentialRecord>(encode(credential, bytes_of(stored)));
    EXPECT_EQ(changed.password_hash(), "$y$new");
    EXPECT_EQ(changed.added_text(), "kept");
}

TEST(ACodec, TakesAStateThatOnlyANewerDaemonKnowsForDisabledAndKeepsIt) {
    future::PrivateRecord stored;
    stored.set_state(9);
    auto account = decode_private(bytes_of(stored));
    EXPECT_EQ(account.state, model::AccountState::disabled);
    account.mail = "anna@example.org";
    EXPECT_EQ(as_future<future::PrivateRecord>(encode(account, bytes_of(stored))).state(), 9U);
    account.state = model::AccountState::active;
    EXPECT_EQ(as_future<future::PrivateRecord>(encode(account, bytes_of(stored))).state(), 0U);
}

TEST(ACodec, KeepsWhatANewerDaemonAddedToCountersAndTheirPlaces) {
    future::AttemptsRecord stored;
    stored.set_added_text("kept");
    stored.mutable_account()->set_consecutive(2);
    stored.mutable_account()->set_added_number(99);
    for (std::uint8_t i = 1; i <= 2; ++i) {
        auto& place = *stored.add_places();
        place.set_place(std::string(base::as_text(seat_digest(i).bytes)));
        place.mutable_counter()->set_consecutive(i);
        place.mutable_counter()->set_added_number(100U + i);
        place.set_added_text("seat" + std::to_string(i));
    }
    auto counters = decode_attempts(bytes_of(stored));
    counters.account.consecutive = 3;
    counters.places.erase(counters.places.begin());
    counters.set_place(seat_digest(3), failures(5));
    const auto rewritten = as_future<future::AttemptsRecord>(encode(counters, bytes_of(stored)));
    EXPECT_EQ(rewritten.added_text(), "kept");
    EXPECT_EQ(rewritten.account().consecutive(), 3U);
    EXPECT_EQ(rewritten.account().added_number(), 99U);
    ASSERT_EQ(rewritten.places_size(), 2);
    EXPECT_EQ(rewritten.places(0).added_text(), "seat2");
    EXPECT_EQ(rewritten.places(0).counter().added_number(), 102U);
    EXPECT_EQ(rewritten.places(1).added_text(), "");
    EXPECT_EQ(rewritten.places(1).counter().consecutive(), 5U);
}

TEST(ACodec, RefusesBytesThatAreNoRecord) {
    const base::SecureBytes damaged{0x0a, 0xff, 0xff, 0xff, 0x7f};
    EXPECT_EQ(kind_thrown_by([&] { (void)decode_public(model::Uid{1}, damaged); }), Kind::corrupt);
    EXPECT_EQ(kind_thrown_by([&] { (void)decode_private(damaged); }), Kind::corrupt);
    EXPECT_EQ(kind_thrown_by([&] { (void)decode_credential(damaged); }), Kind::corrupt);
    EXPECT_EQ(kind_thrown_by([&] { (void)decode_counter(damaged); }), Kind::corrupt);
    EXPECT_EQ(kind_thrown_by([&] { (void)decode_attempts(damaged); }), Kind::corrupt);
    EXPECT_EQ(kind_thrown_by([&] { (void)decode_audit(damaged); }), Kind::corrupt);
    EXPECT_EQ(kind_thrown_by([&] { (void)encode(failures(1), damaged); }), Kind::corrupt);
}

TEST(ACodec, KeepsAsManyPlacesAsTheLimitSays) {
    model::AttemptCounters counters;
    for (std::uint8_t i = 0; i < limits::places_per_account; ++i) {
        counters.places.push_back({seat_digest(i), failures(i)});
    }
    EXPECT_EQ(decode_attempts(encode(counters, {})), counters);
    counters.places.push_back({seat_digest(200), failures(200)});
    EXPECT_EQ(decode_attempts(encode(counters, {})).places.size(), limits::places_per_account);
}

TEST(ACodec, T13_KeepsKnownPlacesAndWhyAnAccountIsLocked) {
    model::AttemptCounters counters;
    counters.lock = {99, false, "too-many-failures-a-day"};
    counters.places.push_back({seat_digest(1), failures(1), {0, true, "token-bucket"}});
    for (std::uint8_t i = 0; i < limits::known_places; ++i) {
        counters.known.push_back({seat_digest(i), failures(i), i, 20'000 + i});
    }
    EXPECT_EQ(decode_attempts(encode(counters, {})), counters);
}

TEST(ACodec, T13_TakesPlacesWithASuccessForKnownInARecordFromBeforeTheyHadAList) {
    future::AttemptsRecord old;
    for (std::uint8_t i = 1; i <= 3; ++i) {
        auto& place = *old.add_places();
        place.set_place(std::string(base::as_text(seat_digest(i).bytes)));
        place.mutable_counter()->set_consecutive(i);
        place.mutable_counter()->set_last_success(i == 2 ? 0 : 1'000'000 + i);
    }
    const auto counters = decode_attempts(bytes_of(old));
    EXPECT_EQ(counters.places.size(), 3U);
    EXPECT_EQ(counters.known.size(), 2U);
    ASSERT_NE(counters.known_place(seat_digest(3)), nullptr);
    EXPECT_EQ(counters.known_place(seat_digest(3))->counter.last_success, 1'000'003);
    EXPECT_EQ(counters.known_place(seat_digest(2)), nullptr);
    EXPECT_EQ(decode_attempts(encode(counters, bytes_of(old))), counters);
}

TEST(ACodec, T13_TakesNoPlaceForKnownInARecordThatListsThemAndListsNone) {
    model::AttemptCounters counters;
    counters.places.push_back({seat_digest(1), failures(1)});
    counters.places.front().counter.last_success = 1'000'000;
    EXPECT_EQ(decode_attempts(encode(counters, {})), counters);
}

TEST(ACodec, MakesBytesOfOutsidersInAnAuditEventReadable) {
    model::AuditEvent event;
    event.service = "ssh\xff";
    event.detail = "päss";
    const auto read = decode_audit(encode(event));
    EXPECT_EQ(read.service, "ssh\\xff");
    EXPECT_EQ(read.detail, "päss");
    EXPECT_FALSE(read.granted);
    EXPECT_EQ(read.account, std::nullopt);
}

} // namespace
} // namespace loquet::store
