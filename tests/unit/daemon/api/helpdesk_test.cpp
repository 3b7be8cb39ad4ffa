// SPDX-License-Identifier: LGPL-2.1-or-later
// Operators on the bus, from a call of a forgetful person to what opens their account: on a whole machine, with
// messages that arrive as files.
#include "lib/base/file.h"
#include "lib/protocol/names.h"
#include "lib/protocol/sealed_texts.h"
#include "tests/support/eventually.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/daemon/api/callers_test.h"
#include "tests/unit/daemon/api/fake_polkit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <regex>
#include <set>

namespace loquet::tests {

namespace {

using base::Error;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* may_reset = "org.loquet.auth1.start-reset";
constexpr const char* may_read = "org.loquet.auth1.read-accounts";
constexpr const char* may_remove = "org.loquet.auth1.remove-factor";
constexpr const char* may_approve = "org.loquet.auth1.approve-privileged";
constexpr std::uint32_t paul = 1; // each Debian has these users, and the bus knows them
constexpr std::uint32_t rita = 2;

constexpr const char* with_mail = "[outbox]\nmail = [\"file\"]\n[plugins.file]\nkind = \"channel\"\n";

/// Where messages arrive; it is there before the machine and stays behind it.
struct Mailbox {
    TempFolder sent;
    /// The codes of the messages that have these words, sorted.
    [[nodiscard]] std::set<std::string> codes(const std::string& words) const {
        std::set<std::string> codes;
        for (const auto& file : std::filesystem::directory_iterator(sent.path())) {
            if (file.path().extension() != ".message") {
                continue;
            }
            const std::string text = base::read_file(file.path(), 1U << 16U);
            const std::regex code("[0-9]{4} [0-9]{4}");
            std::smatch found;
            if (text.find(words) != std::string::npos && std::regex_search(text, found, code)) {
                codes.insert(found.str());
            }
        }
        return codes;
    }
};

class AHelpdesk : protected Mailbox, public CallersTest {
protected:
    AHelpdesk()
        : CallersTest(
              {.configuration = with_mail,
               .plugins = {{"lockout", ""}, {"password_rules", ""}, {"file", "folder = \"" + sent.path() + "\"\n"}},
               .modules = {},
               .environment = {}}),
          polkit_(machine_.bus().address()) {
        polkit_.allow({may_reset, may_read, may_remove});
        bus::Connection root = connect_as(0);
        const bus::Message create = manager_call(root, "CreateAccount");
        bus::Writer writer(create.get());
        writer.array("{sv}", [&] {
            writer.entry("name", std::string("camille")).entry("mail", std::string("camille@example.org"));
            writer.entry("confirmed", true);
        });
        const bus::Message made = root.call(create, call_timeout);
        camille_ = bus::Reader(made.get()).object_path();
    }

    [[nodiscard]] bus::Message call(bus::Connection& connection, const char* member) const {
        return connection.method_call(protocol::bus_name, camille_.c_str(), protocol::account_interface, member);
    }
    /// Why it was refused; empty where it was not.
    static std::string refusal_text(bus::Connection& connection, const bus::Message& message) {
        try {
            (void)connection.call(message, call_timeout);
            return {};
        } catch (const Error& error) {
            return std::string(error.what());
        }
    }
    std::string verify(bus::Connection& connection) const {
        const bus::Message message = call(connection, "VerifyCaller");
        bus::Writer(message.get()).text("mail");
        return refusal_text(connection, message);
    }
    std::string confirm(bus::Connection& connection, const std::string& code) const {
        protocol::Answers answers;
        answers.emplace_back(code);
        const base::Fd sealed = protocol::seal_answers(answers);
        const bus::Message message = call(connection, "ConfirmCaller");
        bus::Writer(message.get()).fd(sealed.get());
        return refusal_text(connection, message);
    }
    std::string approve(bus::Connection& connection, std::uint64_t number) const {
        const bus::Message message = call(connection, "ApproveAct");
        bus::Writer(message.get()).u64(number);
        return refusal_text(connection, message);
    }
    std::string remove(bus::Connection& connection) const {
        const bus::Message message = call(connection, "RemoveFactor");
        bus::Writer(message.get()).text("totp").text("telephone lost");
        return refusal_text(connection, message);
    }
    std::string issue(bus::Connection& connection) const {
        return refusal_text(connection, call(connection, "IssueCode"));
    }
    [[nodiscard]] std::string issued(bus::Connection& connection) const {
        const bus::Message reply = connection.call(call(connection, "IssueCode"), call_timeout);
        const base::Fd memory = bus::Reader(reply.get()).fd();
        return std::string(protocol::open_answers(memory.get()).at(0).reveal());
    }
    /// "what state by actor_name", oldest first.
    [[nodiscard]] std::vector<std::string> acts(bus::Connection& connection) const {
        const bus::Message reply = connection.call(call(connection, "ListActs"), call_timeout);
        bus::Reader reader(reply.get());
        std::vector<std::string> acts;
        for (const bus::Row& row : bus::read_rows(reader, 64)) {
            acts.push_back(std::to_string(row.number("number")) + " " + row.text("what") + " " + row.text("state")
                           + " by " + std::to_string(row.number("actor")));
        }
        return acts;
    }
    /// The first code that comes by such a message.
    [[nodiscard]] std::string code_by_mail(const std::string& words) const {
        EXPECT_TRUE(eventually([&] { return !codes(words).empty(); }));
        const auto all = codes(words);
        return all.empty() ? "" : *all.begin();
    }

    std::string camille_; ///< her bus path
    FakePolkit polkit_;
};

TEST_F(AHelpdesk, BONUS12_ReadsOutACodeToACallerWhoHasTheMailbox) {
    bus::Connection operator_paul = connect_as(paul);
    EXPECT_THAT(issue(operator_paul), HasSubstr("loquetctl account verify camille --by mail"));
    ASSERT_EQ(verify(operator_paul), "");
    const std::string code = code_by_mail("YOU called");
    EXPECT_THAT(confirm(operator_paul, code == "0000 0000" ? "1111 1111" : "0000 0000"),
                HasSubstr("2 more can be tried"));
    ASSERT_EQ(confirm(operator_paul, code), "");
    EXPECT_THAT(issued(operator_paul), testing::ContainsRegex("^[0-9]{8}$"));
    EXPECT_TRUE(eventually([&] { return std::filesystem::exists(sent.path()); }));
    EXPECT_THAT(acts(operator_paul), testing::ElementsAre("1 code-read-out done by 1", "2 caller-verified done by 1"))
        << "no request is left for a colleague";
    bus::Connection operator_rita = connect_as(rita);
    EXPECT_NE(issue(operator_rita), "") << "the caller was verified for paul";
}

TEST_F(AHelpdesk, TakesTwoPeopleForACallerWhoCannotBeVerified) {
    bus::Connection operator_paul = connect_as(paul);
    bus::Connection operator_rita = connect_as(rita);
    ASSERT_NE(issue(operator_paul), "");
    EXPECT_THAT(approve(operator_paul, 1), HasSubstr("yourself"));
    EXPECT_EQ(approve(operator_rita, 1), "");
    machine_.kill();
    machine_.start();
    EXPECT_EQ(issue(operator_paul), "") << "an approval outlives the daemon";
    EXPECT_NE(issue(operator_paul), "") << "and is good once";
}

TEST_F(AHelpdesk, TakesTwoPeopleToRemoveAFactorAndReset) {
    bus::Connection operator_paul = connect_as(paul);
    ASSERT_EQ(verify(operator_paul), "");
    ASSERT_EQ(confirm(operator_paul, code_by_mail("YOU called")), "");
    ASSERT_EQ(issue(operator_paul), "");
    EXPECT_THAT(remove(operator_paul), HasSubstr("two people, because the account was reset"));
    bus::Connection root = connect_as(0);
    EXPECT_EQ(remove(root), "") << "root is the machine's owner";
}

TEST_F(AHelpdesk, WantsAnAdministratorToApproveWhatTouchesAPrivilegedAccount) {
    machine_.configure(std::string(with_mail)
                       + "[accounts]\ngroups = [\"audio\"]\n[helpdesk]\nprivileged_groups = [\"audio\"]\n");
    machine_.restart();
    bus::Connection operator_paul = connect_as(paul);
    bus::Connection operator_rita = connect_as(rita);
    const bus::Message reset = call(operator_paul, "StartReset");
    bus::Writer(reset.get()).array("{sv}", [] {});
    EXPECT_THAT(refusal_text(operator_paul, reset), HasSubstr("rights over the machine"));
    EXPECT_THAT(approve(operator_rita, 1), HasSubstr(may_approve));
    polkit_.allow({may_reset, may_approve});
    EXPECT_EQ(approve(operator_rita, 1), "");
    const bus::Message again = call(operator_paul, "StartReset");
    bus::Writer(again.get()).array("{sv}", [] {});
    EXPECT_EQ(refusal_text(operator_paul, again), "");
}

TEST_F(AHelpdesk, IsWhomPolkitAllows) {
    polkit_.allow({may_approve, may_read, may_remove});
    bus::Connection stranger = connect_as(paul);
    for (const std::string& text :
         {issue(stranger), verify(stranger), confirm(stranger, "0000 0000"), approve(stranger, 1)}) {
        EXPECT_THAT(text, HasSubstr(may_reset));
    }
    const bus::Message by_post = call(stranger, "VerifyCaller");
    bus::Writer(by_post.get()).text("post");
    EXPECT_THAT(refusal_text(stranger, by_post), HasSubstr("\"mail\" and \"sms\""));
    EXPECT_TRUE(codes("YOU called").empty());
}

} // namespace
} // namespace loquet::tests
