// SPDX-License-Identifier: LGPL-2.1-or-later
// What the owner of an account is told of a change, and how they say that it was not theirs.
#include "daemon/notices/notices.h"
#include "daemon/store/outbox_table.h"
#include "lib/base/limits.h"
#include "tests/unit/daemon/conversation/conversation_fixture.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <ctime>
#include <map>

namespace loquet::conversation {

namespace {

using store::OutboxTable;
using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class TheOwner : public ConversationFixture {
protected:
    TheOwner() {
        sends_by_ = &outbox_;
        set(anna, [](model::PrivateAccount& account) {
            account.mail = "anna@example.org";
            account.phone = "+33612345678";
        });
    }

    struct SentNotice {
        model::OutboxEntry message;
        std::string code;
        std::map<std::string, std::string> variables;
    };
    [[nodiscard]] std::vector<SentNotice> sent_notices() const {
        return store_->read([](const store::ReadTxn& txn) {
            std::vector<SentNotice> all;
            OutboxTable::each(txn, 0, [&](std::uint64_t number, const model::OutboxEntry& message) {
                const auto content = OutboxTable::content(txn, number);
                SentNotice notice{message, {}, {}};
                if (content) {
                    for (const auto& variable : content->variables) {
                        notice.variables.emplace(variable.name, variable.value.reveal());
                    }
                    const auto code = notice.variables.find("code");
                    notice.code = code == notice.variables.end() ? "" : code->second;
                }
                all.push_back(std::move(notice));
                return true;
            });
            return all;
        });
    }
    [[nodiscard]] std::vector<std::string> sent_texts() const {
        std::vector<std::string> texts;
        for (const SentNotice& one : sent_notices()) {
            texts.push_back(one.message.text);
        }
        return texts;
    }
    void change_password() {
        const Begun begun =
            done(engine().begin("change-password", "anna", user(anna.value), answers({canary::password})));
        EXPECT_TRUE(is_done(answer(*begun.dialog, {canary::next_password, canary::next_password}, ":1.9")));
    }
    /// The code of the notice of a changed password.
    std::string code() {
        change_password();
        return sent_notices().at(0).code;
    }

    static constexpr outbox::Budget plenty{9, 9, 9, 9, 9, 50};
    outbox::Outbox outbox_{{.media = {protocol::Medium::mail, protocol::Medium::sms},
                            .organisation = "Ville de Rouen",
                            .machine = "kiosk7",
                            .budgets = {plenty, plenty},
                            .alarm = {}},
                           steady_,
                           clock_};
};

TEST_F(TheOwner, HearsOfANewPasswordAtEveryAddressWithOneCode) {
    change_password();
    EXPECT_THAT(sent_texts(), ElementsAre("notice.password_changed", "notice.password_changed"));
    const auto all = sent_notices();
    EXPECT_EQ(all[0].message.medium, protocol::Medium::mail);
    EXPECT_EQ(all[1].message.medium, protocol::Medium::sms);
    EXPECT_EQ(all[0].code, all[1].code);
    EXPECT_THAT(all[0].code, SizeIs(notices::revocation_code_symbols + 1));
    EXPECT_FALSE(all[0].message.code) << "nobody is expected to type it";
    EXPECT_THAT(private_part(anna).revocation_codes, SizeIs(1));
}

TEST_F(TheOwner, ReadsInANoticeWhichAccountWasChangedWhereAndWhen) {
    ::setenv("TZ", "CET-1", 1); // NOLINT(concurrency-mt-unsafe): no other thread reads the environment
    ::tzset();
    change_password();
    ::unsetenv("TZ"); // NOLINT(concurrency-mt-unsafe)
    ::tzset();
    auto variables = sent_notices().at(0).variables;
    EXPECT_EQ(variables["organisation"], "Ville de Rouen");
    EXPECT_EQ(variables["account"], "anna");
    EXPECT_EQ(variables["place"], "kiosk7, UID " + std::to_string(anna.value));
    EXPECT_EQ(variables["year"] + "-" + variables["month"] + "-" + variables["day"] + " " + variables["hour"] + ":"
                  + variables["minute"],
              "2026-11-23 09:00");
}

TEST_F(TheOwner, ReadsInANoticeOfALockFromWhereSomebodyGuessed) {
    for (int i = 0; i < 3; ++i) {
        (void)log_in("anna", canary::wrong_password);
    }
    EXPECT_EQ(sent_notices().at(0).variables.at("place"), "kiosk7, seat0");
}

TEST_F(TheOwner, GetsNoCodeToLockWhatTheHelpdeskLocked) {
    notices::Notices notices(outbox_, *store_, clock_);
    auto work = notices.tell(anna, model::Notice::locked, {.place = {}, .where = "", .proven = true, .locale = ""});
    store_->write_now([&](store::WriteTxn& txn) { work(txn); });
    EXPECT_THAT(sent_texts(), Each(std::string("notice.locked")));
    EXPECT_FALSE(sent_notices().at(0).variables.contains("code"));
    EXPECT_EQ(sent_notices().at(0).variables.at("place"), "kiosk7");
    EXPECT_THAT(private_part(anna).revocation_codes, IsEmpty());
}

TEST(APlaceInANotice, IsTheMachineAndWhatIsKnownThere) {
    EXPECT_EQ(notices::place_in_notice("kiosk7", ""), "kiosk7");
    EXPECT_EQ(notices::place_in_notice("kiosk7", "user:0"), "kiosk7");
    EXPECT_EQ(notices::place_in_notice("kiosk7", "user:1000"), "kiosk7, UID 1000");
    EXPECT_EQ(notices::place_in_notice("kiosk7", "tty:tty1"), "kiosk7, tty1");
    EXPECT_EQ(notices::place_in_notice("kiosk7", "host:2001:db8::/64"), "kiosk7, 2001:db8::/64");
    EXPECT_EQ(notices::place_in_notice("kiosk7", "host:fe80::/64%eth0"), "kiosk7, fe80::/64");
}

constexpr std::size_t longest_place = limits::notice_machine_bytes + limits::notice_origin_bytes + 2;

TEST(APlaceInANotice, LeavesAShareToEachOfItsPartsHoweverLongTheOtherIs) {
    const std::string long_machine(64, 'm');
    const std::string long_host(limits::client_field_bytes, 'h');
    EXPECT_EQ(notices::place_in_notice(long_machine, "host:" + long_host), "mmmmmmmmmmm..., hhhhhhhhhhhhhhhhhhhhh...");
    EXPECT_EQ(notices::place_in_notice("k", "host:" + long_host), "k, " + std::string(34, 'h') + "...");
    EXPECT_EQ(notices::place_in_notice(long_machine, "tty:tty1"), std::string(31, 'm') + "..., tty1");
    EXPECT_EQ(notices::place_in_notice(long_machine, "user:4294967295"), "mmmmmmmmmmmmmmmmmmmmm..., UID 4294967295");
    EXPECT_EQ(notices::place_in_notice(long_machine, "host:2001:dead:beef:cafe::/64"),
              "mmmmmmmmmmm..., 2001:dead:beef:cafe::/64");
    for (std::size_t machine = 1; machine <= 64; ++machine) {
        for (std::size_t host = 1; host <= 64; ++host) {
            const std::string place =
                notices::place_in_notice(std::string(machine, 'm'), "host:" + std::string(host, 'h'));
            EXPECT_LE(place.size(), longest_place) << place;
            EXPECT_EQ(place.find("...") == place.npos, machine + host + 2 <= longest_place) << place;
            EXPECT_NE(place.find(", h"), place.npos) << place;
        }
    }
}

TEST(APlaceInANotice, HasNoNumberToCallInTheNameOfAHost) {
    const auto shown = [](const std::string& host) { return notices::place_in_notice("k", "host:" + host); };
    EXPECT_EQ(shown("0800-555-1234"), "k, 0800_555_1234");
    EXPECT_EQ(shown("08005551234"), "k, 0800_5551_234");
    EXPECT_EQ(shown("+33.6-12-34-56-78"), "k, _33_6_12_34_56_78");
    EXPECT_EQ(shown("0800--555--1234"), "k, 0800_-555_-1234");
    EXPECT_EQ(shown("call-0800-5551234"), "k, call-0800_5551_234");
    EXPECT_EQ(shown("pc-2024"), "k, pc-2024");
    EXPECT_EQ(shown("192.168.100.200"), "k, 192.168.100.200") << "an address has no name";
    EXPECT_EQ(notices::place_in_notice("k", "user:4294967295"), "k, UID 4294967295");
}

TEST(APlaceInANotice, HasNothingOfAnOutsiderThatADeviceMakesALinkOfOrThatMovesTheText) {
    EXPECT_EQ(notices::place_in_notice("k", "seat:\x1b[2J"), "k, __2J");
    EXPECT_EQ(notices::place_in_notice("k", "host:http://evil.example/a?b"), "k, http___evil_example_a_b");
    EXPECT_EQ(notices::place_in_notice("k", "host:www.evil.example"), "k, www_evil_example");
    EXPECT_EQ(notices::place_in_notice("k", "host:bad.cafe"), "k, bad_cafe") << "all of it hexadecimal digits";
    EXPECT_EQ(notices::place_in_notice("k", "host:a@evil.example"), "k, a_evil_example");
    EXPECT_EQ(notices::place_in_notice("k", "host:fe80::/64%evil.example"), "k, fe80::/64");
    EXPECT_EQ(notices::place_in_notice("k", "tty:evil.example"), "k, evil_example");
    EXPECT_EQ(notices::place_in_notice("k", "host:\xe2\x80\xae\nmoc.live"), "k, ____moc_live");
    EXPECT_EQ(notices::place_in_notice("k", "192.0.2.7"), "k");
}

TEST_F(TheOwner, ReadsInANoticeOfALockNoLinkThatTheOneWhoGuessedHasChosen) {
    Client client = root(":1.1", "");
    client.rhost = "Www.Evil.Example/" + std::string(400, 'x') + "\x1b[2J";
    for (int i = 0; i < 3; ++i) {
        (void)log_in("anna", canary::wrong_password, client);
    }
    const auto notices = sent_notices();
    ASSERT_THAT(notices, SizeIs(2));
    EXPECT_EQ(notices[0].variables.at("place"), "kiosk7, www_evil_example_xxxxxxxxxxxx...");
    EXPECT_EQ(notices[0].variables.at("account"), "anna");
    EXPECT_EQ(notices[0].variables.at("organisation"), "Ville de Rouen");
}

TEST_F(TheOwner, HearsNothingOfALoginOrOfOneWrongPassword) {
    (void)log_in("anna", canary::password);
    (void)log_in("anna", canary::wrong_password);
    EXPECT_THAT(sent_notices(), IsEmpty());
}

TEST_F(TheOwner, HearsOfALockByFailures) {
    for (int i = 0; i < 3; ++i) {
        (void)log_in("anna", canary::wrong_password);
    }
    EXPECT_THAT(sent_texts(), Each(std::string("notice.locked_by_failures")));
    EXPECT_THAT(sent_notices(), SizeIs(2)) << "of each lock once";
}

TEST_F(TheOwner, WithoutAnAddressGetsNothingAndNoCodeRuns) {
    set(anna, [](model::PrivateAccount& account) {
        account.mail.clear();
        account.phone.clear();
    });
    change_password();
    EXPECT_THAT(sent_notices(), IsEmpty());
    EXPECT_THAT(private_part(anna).revocation_codes, IsEmpty());
}

TEST_F(TheOwner, LocksTheAccountWithTheCodeInPlaceOfThePassword) {
    const std::string typed = code();
    std::optional<std::string> locked;
    engine().on_locked = [&](model::Uid, base::Milliseconds, const std::string& reason) { locked = reason; };
    const std::uint64_t generation = private_part(anna).generation;
    const Turn turn = log_in("anna", typed);
    EXPECT_EQ(refusal(turn), Reason::revoked);
    EXPECT_THAT(texts_of(turn), SizeIs(1));
    EXPECT_EQ(locked, "revoked");
    EXPECT_EQ(private_part(anna).state, model::AccountState::locked);
    EXPECT_GT(private_part(anna).generation, generation) << "codes that are on their way are void";
    EXPECT_EQ(refusal(log_in("anna", canary::next_password)), Reason::refused) << "the one who changed it is out";
    EXPECT_EQ(counters("anna").account.consecutive, 1U)
        << "the code was no failure; the password of a locked account is";
}

TEST_F(TheOwner, MayTypeTheCodeAsPeopleDo) {
    std::string typed = code();
    for (char& c : typed) {
        c = c == '0' ? 'O' : c == '1' ? 'l' : c == '-' ? ' ' : static_cast<char>(std::toupper(c));
    }
    EXPECT_EQ(refusal(log_in("anna", typed)), Reason::revoked) << typed;
}

TEST_F(TheOwner, CannotUseACodeOfAnotherAccountOrOneThatIsOld) {
    const std::string typed = code();
    add(bert, "bert", canary::password);
    EXPECT_EQ(refusal(log_in("bert", typed)), Reason::refused);
    clock_.advance(notices::revocation_code_life);
    EXPECT_EQ(refusal(log_in("anna", typed)), Reason::refused);
    EXPECT_EQ(private_part(anna).state, model::AccountState::active);
}

TEST_F(TheOwner, CanUseEachCodeOnce) {
    const std::string typed = code();
    EXPECT_EQ(refusal(log_in("anna", typed)), Reason::revoked);
    set(anna, [](model::PrivateAccount& account) { account.state = model::AccountState::active; });
    EXPECT_EQ(refusal(log_in("anna", typed)), Reason::refused);
}

// The check of the codes costs outsiders and owners one hash each, like any wrong password.
TEST_F(TheOwner, IsTakenForAnOutsiderBehindALockByFailures) {
    const std::string typed = code();
    for (int i = 0; i < 3; ++i) {
        (void)log_in("anna", canary::wrong_password);
    }
    EXPECT_EQ(refusal(log_in("anna", typed)), Reason::refused);
}

TEST(ARevocationCode, IsReadWithoutWhatStandsBetween) {
    EXPECT_EQ(notices::revocation_code_in("k7f3a-9xq2m").reveal(), "k7f3a9xq2m");
    EXPECT_EQ(notices::revocation_code_in(" K7F3A 9XQ2M ").reveal(), "k7f3a9xq2m");
    for (const char* other : {"", "k7f3a-9xq2", "k7f3a-9xq2mm", "k7f3a_9xq2m", "k7f3au9xq2m", "kanari-Vozhelm4"}) {
        EXPECT_TRUE(notices::revocation_code_in(other).empty()) << other;
    }
}

TEST(ARevocationCode, IsAnotherOneEachTime) {
    EXPECT_NE(notices::draw_revocation_code().reveal(), notices::draw_revocation_code().reveal());
}

TEST(ARevocationCode, OfAnAccountGivesWayToNewerOnes) {
    model::PrivateAccount account;
    const auto code = [](std::uint8_t n) { return model::Digest{{n}}; };
    for (std::uint8_t n = 0; n <= notices::revocation_codes_kept; ++n) {
        notices::keep(account, code(n), base::Milliseconds(n));
    }
    EXPECT_THAT(account.revocation_codes, SizeIs(notices::revocation_codes_kept));
    EXPECT_FALSE(notices::runs(account, code(0), base::Milliseconds(9)));
    EXPECT_TRUE(notices::runs(account, code(1), base::Milliseconds(9)));
}

} // namespace

} // namespace loquet::conversation
