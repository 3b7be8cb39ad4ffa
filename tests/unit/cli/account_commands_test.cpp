// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/protocol/sealed_texts.h"
#include "tests/support/canary.h"
#include "tests/unit/cli/fake_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace loquet::cli {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;
using tests::canary::password;

class AnAccountCommand : public testing::Test {
protected:
    AnAccountCommand() { service_.has_alice(); }

    /// CreateAccount keeps what it is given; the new account is alice.
    void takes_new_accounts() {
        service_.on("CreateAccount", [this](bus::Call& call) {
            bus::Reader reader = call.arguments();
            reader.dictionary(
                16, [&](const std::string& key, std::string_view signature) { return keep(reader, key, signature); });
            call.reply([](bus::Writer& writer) { writer.object_path(alice_path); });
        });
        has_properties();
    }
    bool keep(bus::Reader& reader, const std::string& key, std::string_view signature) {
        if (signature == "s") {
            texts_[key] = reader.text(limits::answer_bytes);
        } else if (signature == "as") {
            authorisations_ = reader.texts(16, 64);
        } else if (signature == "h") {
            const base::Fd fd = reader.fd();
            answers_ = protocol::open_answers(fd.get());
        } else {
            return false;
        }
        return true;
    }
    void has_properties(std::uint64_t recovery_locked_until = 0) {
        service_.on("GetAll", [recovery_locked_until](bus::Call& call) {
            call.reply([&](bus::Writer& writer) {
                writer.array("{sv}", [&] {
                    writer.entry("Name", std::string("alice"));
                    writer.entry("UID", "u", [&] { writer.u32(30000); });
                    writer.entry("DisplayName", std::string("Zoé \x1b[31m"));
                    writer.entry("LastLogin", "t", [&] { writer.u64(1'795'420'692'000'000); });
                    writer.entry("LockedUntil", "t", [&] { writer.u64(0); });
                    writer.entry("RecoveryLockedUntil", "t", [&] { writer.u64(recovery_locked_until); });
                    writer.entry("Authorisations", "as", [&] { writer.texts({"sshd", "login"}); });
                    writer.entry("FromTheFuture", "(ss)",
                                 [&] { writer.structure("ss", [&] { writer.text("a").text("b"); }); });
                });
            });
        });
    }

    FakeService service_;
    std::map<std::string, std::string> texts_;
    std::vector<std::string> authorisations_;
    protocol::Answers answers_;
};

TEST_F(AnAccountCommand, AddSendsWhatWasGivenAndThePasswordInASealedMemfd) {
    takes_new_accounts();
    const tests::Outcome outcome =
        service_.run({"account", "add", "alice", "--display-name", "Zoé", "--mail", "a@example.org", "--authorise",
                      "sshd", "--authorise", "login", "--password-fd", "0"},
                     std::string(password) + "\n");
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    EXPECT_EQ(outcome.output, "The account alice (UID 30000) was created.\n");
    EXPECT_THAT(texts_, UnorderedElementsAre(Pair("name", "alice"), Pair("display_name", "Zoé"),
                                             Pair("mail", "a@example.org")));
    EXPECT_THAT(authorisations_, ElementsAre("sshd", "login"));
    ASSERT_EQ(answers_.size(), 1U);
    EXPECT_EQ(answers_.front().reveal(), password);
}

TEST_F(AnAccountCommand, AddWithoutAPasswordSendsNone) {
    takes_new_accounts();
    const tests::Outcome outcome = service_.run({"--json", "account", "add", "alice", "--no-password"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    EXPECT_EQ(outcome.output, "{\"account\":\"alice\",\"uid\":30000}\n");
    EXPECT_THAT(answers_, IsEmpty());
}

TEST_F(AnAccountCommand, AddSaysThatTheAccountWasCreatedThoughTheServiceIsGoneRightAfterwards) {
    takes_new_accounts();
    service_.on("GetAll", [](bus::Call& call) {
        call.fail(base::Error(base::Error::Kind::unavailable, "the service is stopping"));
    });
    const tests::Outcome outcome = service_.run({"account", "add", "alice", "--no-password"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    EXPECT_THAT(outcome.output, HasSubstr("The account alice (UID 30000) was created."));
}

TEST_F(AnAccountCommand, AddSaysNoNameThatItMayNotRead) {
    takes_new_accounts();
    service_.on("GetAll", [](bus::Call& call) {
        call.fail(base::Error(base::Error::Kind::denied, "you may not read accounts"));
    });
    const tests::Outcome outcome = service_.run({"account", "add", "Alice", "--no-password"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    EXPECT_THAT(outcome.output, HasSubstr("The account with the UID 30000 was created. Its name cannot be read: you "
                                          "may not read accounts"));
    EXPECT_THAT(outcome.output, testing::Not(HasSubstr("Alice")));
    EXPECT_EQ(service_.run({"--json", "account", "add", "Alice", "--no-password"}).output,
              "{\"account\":null,\"uid\":30000}\n");
}

TEST_F(AnAccountCommand, AddSaysTheServicesComplaint) {
    service_.on("CreateAccount", [](bus::Call& call) {
        call.fail(base::Error(base::Error::Kind::conflict, "there is an account alice already"));
    });
    const tests::Outcome outcome = service_.run({"account", "add", "alice", "--no-password"});
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_EQ(outcome.errors, "loquetctl: there is an account alice already\n");
}

TEST_F(AnAccountCommand, ImportSaysThatItMayBeRepeatedWhereTheServiceWasRestartedMeanwhile) {
    service_.on("Import", [](bus::Call& call) {
        call.reply([](bus::Writer& writer) { writer.object_path("/org/loquet/Auth1/job/1"); });
    });
    service_.on("GetAll", [](bus::Call& call) {
        call.fail(base::Error(base::Error::Kind::not_found, "there is no such object"));
    });
    const tests::Outcome outcome = service_.run({"account", "import", "-"}, "{\"name\":\"alice\"}\n");
    EXPECT_EQ(outcome.exit_code, 5);
    EXPECT_THAT(outcome.errors, HasSubstr("import it again"));
}

TEST_F(AnAccountCommand, FindShowsWhomItFoundAndSaysThatThereAreMore) {
    std::string searched;
    bool more = false;
    service_.on("SearchAccounts", [&](bus::Call& call) {
        searched = call.arguments().text(limits::searched_text_bytes);
        call.reply([&](bus::Writer& writer) {
            writer.array("a{sv}", [&] {
                writer.dictionary([&] {
                    writer.entry("name", "alice").entry("display_name", "Alice \x1b[31m").entry("state", "active");
                    writer.entry("mail", "a***@e***.org").entry("uid", std::uint32_t{30000});
                });
            });
            writer.boolean(more);
        });
    });
    const tests::Outcome outcome = service_.run({"account", "find", "Alice Martin"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    EXPECT_EQ(searched, "Alice Martin");
    EXPECT_EQ(outcome.output, "NAME   DISPLAY NAME    ORGANISATION  STATE   MAIL           PHONE  UID\n"
                              "alice  Alice \\x1b[31m                active  a***@e***.org         30000\n");
    more = true;
    EXPECT_THAT(service_.run({"account", "find", "al"}).output, HasSubstr("There are more: say more of the name.\n"));
    EXPECT_EQ(json::parse(service_.run({"--json", "account", "find", "al"}).output).size(), 1U);
}

TEST_F(AnAccountCommand, FindOfNobodySaysSo) {
    service_.on("SearchAccounts", [](bus::Call& call) {
        call.reply([](bus::Writer& writer) { writer.array("a{sv}", [] {}).boolean(false); });
    });
    EXPECT_THAT(service_.run({"account", "find", "nobody"}).output, HasSubstr("Nobody was found"));
    EXPECT_EQ(service_.run({"account", "find"}).exit_code, 2) << "without a text";
}

TEST_F(AnAccountCommand, LockGivesTheReason) {
    std::string reason;
    std::string path;
    service_.on("Lock", [&](bus::Call& call) {
        reason = call.arguments().text(limits::reason_bytes);
        path = call.path();
        call.reply();
    });
    const tests::Outcome outcome = service_.run({"account", "lock", "alice", "--reason", "left the company"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    EXPECT_EQ(reason, "left the company");
    EXPECT_EQ(path, alice_path);
}

TEST_F(AnAccountCommand, LetsPolkitAskAPerson) {
    bool may_interact = false;
    service_.on("Unlock", [&](bus::Call& call) {
        may_interact = call.may_interact();
        call.reply();
    });
    service_.on("StartReset", [&](bus::Call& call) {
        may_interact = may_interact && call.may_interact();
        call.reply();
    });
    EXPECT_EQ(service_.run({"account", "unlock", "alice"}).exit_code, 0);
    EXPECT_EQ(service_.run({"account", "reset", "alice"}).exit_code, 0);
    EXPECT_TRUE(may_interact);
}

TEST_F(AnAccountCommand, SaysWhichAccountThereIsNot) {
    const tests::Outcome outcome = service_.run({"account", "unlock", "bob"});
    EXPECT_EQ(outcome.exit_code, 4);
    EXPECT_EQ(outcome.errors, "loquetctl: there is no account bob\n");
}

TEST_F(AnAccountCommand, SaysThatItIsDenied) {
    service_.on("Unlock", [](bus::Call& call) {
        call.fail(base::Error(base::Error::Kind::denied, "only the helpdesk may do this"));
    });
    EXPECT_EQ(service_.run({"account", "unlock", "alice"}).exit_code, 3);
}

/// A service with `accounts` accounts, which gives at most `page` at a time.
class AnAccountList : public testing::Test {
protected:
    void has_accounts(std::uint32_t accounts, std::uint32_t page) {
        service_.on("ListAccounts", [this, accounts, page](bus::Call& call) {
            bus::Reader reader = call.arguments();
            const std::string after(reader.text(64));
            const std::uint32_t limit = std::min(page, reader.u32());
            reader.dictionary(8, [&](const std::string& key, std::string_view) {
                filter_[key] = reader.text(64);
                return true;
            });
            const std::uint32_t begin = after.empty() ? 0 : static_cast<std::uint32_t>(std::stoul(after));
            const std::uint32_t end = std::min(accounts, begin + limit);
            call.reply([&](bus::Writer& writer) {
                writer.array("a{sv}", [&] {
                    for (std::uint32_t i = begin; i < end; ++i) {
                        const std::string path = "/org/loquet/Auth1/account/" + std::to_string(30000 + i);
                        writer.dictionary([&] {
                            writer.entry("path", "o", [&] { writer.object_path(path); });
                            writer.entry("name", "user" + std::to_string(i)).entry("uid", 30000 + i);
                            writer.entry("state", "active");
                        });
                    }
                });
                writer.text(end < accounts ? std::to_string(end) : "");
            });
        });
    }
    FakeService service_;
    std::map<std::string, std::string> filter_;
};

TEST_F(AnAccountList, IsOfAllPages) {
    has_accounts(2500, 1000);
    const tests::Outcome outcome = service_.run({"--json", "account", "list"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    const json list = json::parse(outcome.output);
    ASSERT_EQ(list.size(), 2500U);
    EXPECT_EQ(list[2499], json({{"name", "user2499"}, {"uid", 32499}, {"state", "active"}}));
    EXPECT_EQ(service_.called().size(), 3U);
}

TEST_F(AnAccountList, EndsAtItsLimit) {
    has_accounts(2500, 1000);
    EXPECT_EQ(json::parse(service_.run({"--json", "account", "list", "--limit", "1001"}).output).size(), 1001U);
    EXPECT_EQ(service_.called().size(), 2U);
}

TEST_F(AnAccountList, IsATableForAPerson) {
    has_accounts(2, 1);
    const tests::Outcome outcome = service_.run({"account", "list", "--state", "active"});
    EXPECT_EQ(outcome.output, "NAME   UID    STATE\nuser0  30000  active\nuser1  30001  active\n");
    EXPECT_THAT(filter_, ElementsAre(Pair("state", "active")));
}

TEST_F(AnAccountList, OfNobodySaysSo) {
    has_accounts(0, 10);
    EXPECT_THAT(service_.run({"account", "list"}).output, HasSubstr("loquetctl account add"));
    EXPECT_EQ(service_.run({"--json", "account", "list"}).output, "[]\n");
}

TEST_F(AnAccountList, ThatNeverEndsIsGivenUp) {
    service_.on("ListAccounts", [](bus::Call& call) {
        call.reply([](bus::Writer& writer) { writer.array("a{sv}", [] {}).text("again"); });
    });
    EXPECT_EQ(service_.run({"account", "list"}).exit_code, 1);
}

TEST_F(AnAccountCommand, FactorRemoveSendsTheFactorAndTheReason) {
    std::vector<std::string> sent;
    service_.on("RemoveFactor", [&](bus::Call& call) {
        auto reader = call.arguments();
        sent.emplace_back(reader.text(64));
        sent.emplace_back(reader.text(512));
        call.reply();
    });
    const tests::Outcome outcome =
        service_.run({"account", "factor", "remove", "alice", "totp", "--reason", "telephone lost"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    EXPECT_EQ(outcome.output, "The account alice no longer has the factor totp.\n");
    EXPECT_THAT(sent, ElementsAre("totp", "telephone lost"));
}

TEST_F(AnAccountCommand, FactorRemoveWantsAReason) {
    EXPECT_EQ(service_.run({"account", "factor", "remove", "alice", "totp"}).exit_code, 2);
    EXPECT_EQ(service_.run({"account", "factor", "remove", "alice", "totp", "--reason", ""}).exit_code, 2);
    EXPECT_THAT(service_.called(), IsEmpty());
}

TEST_F(AnAccountCommand, FactorListShowsWhatIsSetUp) {
    service_.on("GetAll", [](bus::Call& call) {
        call.reply([](bus::Writer& writer) {
            writer.array("{sv}", [&] { writer.entry("Factors", "as", [&] { writer.texts({"password", "totp"}); }); });
        });
    });
    const tests::Outcome outcome = service_.run({"--json", "account", "factor", "list", "alice"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    EXPECT_EQ(outcome.output, "[\n{\"factor\":\"password\"},\n{\"factor\":\"totp\"}\n]\n");
}

} // namespace
} // namespace loquet::cli
