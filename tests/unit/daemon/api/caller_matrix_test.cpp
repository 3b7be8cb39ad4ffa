// SPDX-License-Identifier: LGPL-2.1-or-later
// Who may call what: every method of docs/bus.md, as root, as the account's own user, as somebody else, and with polkit
// letting pass, refusing, failing, silent or absent. On a whole machine, with callers that the bus itself tells apart.
#include "lib/base/limits.h"
#include "lib/protocol/names.h"
#include "lib/protocol/sealed_texts.h"
#include "lib/protocol/turn_wire.h"
#include "tests/support/loop_runner.h"
#include "tests/unit/daemon/api/callers_test.h"
#include "tests/unit/daemon/api/fake_polkit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>

namespace loquet::tests {

namespace {

using base::Error;
using testing::Each;
using testing::Field;
using testing::HasSubstr;
using testing::SizeIs;

const Refusal allowed = std::nullopt;
const Refusal denied = Error::Kind::denied;
const Refusal not_found = Error::Kind::not_found;
const Refusal unavailable = Error::Kind::unavailable;

constexpr const char* properties = "org.freedesktop.DBus.Properties";
constexpr const char* object_manager = "org.freedesktop.DBus.ObjectManager";

/// One call about the account `path`, made anew for each caller.
struct Method {
    const char* name;
    const char* action;    ///< of polkit
    bool self_may = false; ///< the account's own user passes without polkit
    const char* interface;
    bool of_account; ///< of the account's object, not of the root's
    std::function<void(bus::Writer&)> arguments = [](bus::Writer&) {};

    [[nodiscard]] bus::Message call(bus::Connection& connection, const std::string& account) const {
        bus::Message message = connection.method_call(
            protocol::bus_name, of_account ? account.c_str() : protocol::root_path, interface, name);
        bus::Writer writer(message.get());
        arguments(writer);
        return message;
    }
};

constexpr const char* read_accounts = "org.loquet.auth1.read-accounts";
constexpr const char* manage_accounts = "org.loquet.auth1.manage-accounts";
constexpr const char* unlock = "org.loquet.auth1.unlock";
constexpr const char* start_reset = "org.loquet.auth1.start-reset";
constexpr const char* remove_factor = "org.loquet.auth1.remove-factor";
constexpr const char* configure = "org.loquet.auth1.configure";
constexpr const char* read_audit = "org.loquet.auth1.read-audit";

void write_nothing(bus::Writer& writer) {
    writer.array("{sv}", [] {});
}
void write_reason(bus::Writer& writer) {
    writer.text("a test asked for it");
}
void write_service(bus::Writer& writer) {
    writer.text("*");
}

/// Every method but those of dialogs, in an order in which each can be done again and again.
std::vector<Method> methods() {
    const auto make = [number = std::make_shared<int>(0)](bus::Writer& writer) {
        writer.array("{sv}", [&] { writer.entry("name", "made" + std::to_string(++*number)); });
    };
    constexpr const char* manager = protocol::manager_interface;
    constexpr const char* account = protocol::account_interface;
    return {
        {"FindAccount", read_accounts, true, manager, false, [](bus::Writer& writer) { writer.text("alice"); }},
        {"ListAccounts", read_accounts, false, manager, false,
         [](bus::Writer& writer) { writer.text("").u32(10).array("{sv}", [] {}); }},
        {"SearchAccounts", read_accounts, false, manager, false, [](bus::Writer& writer) { writer.text("alice"); }},
        {"CreateAccount", manage_accounts, false, manager, false, make},
        {"ReadAudit", read_audit, false, manager, false, [](bus::Writer& writer) { writer.u64(0).u32(10); }},
        {"VerifyAudit", read_audit, false, manager, false},
        {"ListMessages", read_accounts, false, manager, false,
         [](bus::Writer& writer) { writer.u64(0).u32(10).array("{sv}", [] {}); }},
        {"ReloadConfiguration", configure, false, manager, false},
        {"GetManagedObjects", read_accounts, false, object_manager, false},
        {"Get", read_accounts, true, properties, true,
         [](bus::Writer& writer) { writer.text(protocol::account_interface).text("LastLogin"); }},
        {"GetAll", read_accounts, true, properties, true,
         [](bus::Writer& writer) { writer.text(protocol::account_interface); }},
        {"Get", read_accounts, false, properties, false,
         [](bus::Writer& writer) { writer.text(protocol::manager_interface).text("Plugins"); }},
        {"Get", read_accounts, false, properties, false,
         [](bus::Writer& writer) { writer.text(protocol::manager_interface).text("Health"); }},
        {"Describe", read_accounts, true, account, true},
        {"Lock", manage_accounts, false, account, true, write_reason},
        {"Unlock", unlock, false, account, true},
        {"Disable", manage_accounts, false, account, true, write_reason},
        {"Enable", manage_accounts, false, account, true},
        {"Authorise", manage_accounts, false, account, true, write_service},
        {"Deauthorise", manage_accounts, false, account, true, write_service},
        {"ListActs", read_accounts, false, account, true},
        {"RemoveFactor", remove_factor, false, account, true,
         [](bus::Writer& writer) { writer.text("totp").text("a test asked for it"); }},
        {"StartReset", start_reset, false, account, true, write_nothing},
        {"IssueCode", start_reset, false, account, true},
    };
}

class ACaller : public CallersTest {
protected:
    /// What takes a verified caller, too, is done by whom polkit allows it.
    ACaller() {
        machine_.configure("[helpdesk]\naccept_unverified_callers = true\n");
        machine_.restart();
    }
    using CallersTest::refusal;
    [[nodiscard]] Refusal refusal(bus::Connection& connection, const Method& method) const {
        return refusal(connection, method.call(connection, alice_.path));
    }
    /// All at once, because each may take as long as polkit is waited for. Nobody passes, and nobody is told "denied"
    /// by a polkit that decided nothing; those beyond the limit are told to come back.
    void expect_none_decided(std::uint32_t uid) const {
        bus::Loop loop;
        bus::Connection connection = connect_as(uid);
        connection.attach(loop);
        std::map<Error::Kind, std::size_t> refused;
        base::TaskGroup tasks([&](const std::exception_ptr& failure) {
            const Refusal kind = kind_of_error([&] { std::rethrow_exception(failure); });
            ++refused[kind.value_or(Error::Kind::internal)];
        });
        const std::vector<Method> all = methods();
        for (const Method& method : all) {
            tasks.spawn(ask(connection, method.call(connection, alice_.path)));
        }
        ASSERT_TRUE(eventually(loop, [&] { return tasks.active() == 0; }));
        EXPECT_EQ(refused[Error::Kind::unavailable], limits::polkit_questions_per_uid);
        EXPECT_EQ(refused[Error::Kind::busy], all.size() - limits::polkit_questions_per_uid);
    }
    static base::Task<void> ask(bus::Connection& connection, bus::Message message) {
        auto asking = connection.call_async(std::move(message), call_timeout);
        const bus::Message answer = co_await asking;
    }
    [[nodiscard]] static bus::Message begin(bus::Connection& connection, const std::string& name) {
        bus::Message message =
            connection.method_call(protocol::bus_name, protocol::root_path, protocol::manager_interface, "Begin");
        bus::Writer writer(message.get());
        writer.text("unlock-screen").text(name);
        write_nothing(writer);
        return message;
    }
};

TEST_F(ACaller, WhoIsRootMayDoEverythingAndPolkitIsNotAsked) {
    FakePolkit polkit(machine_.bus().address());
    bus::Connection root = connect_as(0);
    for (const Method& method : methods()) {
        EXPECT_EQ(refusal(root, method), allowed) << method.name;
    }
    EXPECT_THAT(polkit.take_questions(), SizeIs(0));
}

TEST_F(ACaller, WithoutPolkitMayReadTheOwnAccountAndNothingElse) {
    bus::Connection self = connect_as(alice_.uid);
    bus::Connection other = connect_as(bob_.uid);
    for (const Method& method : methods()) {
        EXPECT_EQ(refusal(self, method), method.self_may ? allowed : unavailable) << method.name;
        EXPECT_EQ(refusal(other, method), unavailable) << method.name;
    }
}

TEST_F(ACaller, WhomPolkitAllowsMayDoExactlyThat) {
    FakePolkit polkit(machine_.bus().address());
    bus::Connection helper = connect_as(bob_.uid);
    const char* name = nullptr;
    bus::check(sd_bus_get_unique_name(helper.raw(), &name), "no name");
    std::set<std::string> actions;
    for (const Method& method : methods()) {
        actions.insert(method.action);
    }
    EXPECT_THAT(actions, SizeIs(7));
    for (const Method& method : methods()) {
        polkit.allow({method.action});
        EXPECT_EQ(refusal(helper, method), allowed) << method.name;
        auto all_others = actions;
        all_others.erase(method.action);
        polkit.allow(all_others);
        EXPECT_EQ(refusal(helper, method), denied) << method.name;
        const auto questions = polkit.take_questions();
        EXPECT_THAT(questions, SizeIs(2)) << method.name;
        EXPECT_THAT(questions, Each(Field(&FakePolkit::Question::action, method.action)));
        EXPECT_THAT(questions, Each(Field(&FakePolkit::Question::subject_kind, "system-bus-name")));
        EXPECT_THAT(questions, Each(Field(&FakePolkit::Question::subject, name)));
        EXPECT_THAT(questions, Each(Field(&FakePolkit::Question::flags, 0)));
    }
}

TEST_F(ACaller, IsNotServedWherePolkitFailsOrTalksNonsense) {
    FakePolkit polkit(machine_.bus().address());
    for (const auto manner : {FakePolkit::Manner::fails, FakePolkit::Manner::talks_nonsense}) {
        polkit.behave(manner);
        bus::Connection other = connect_as(bob_.uid);
        for (const Method& method : methods()) {
            EXPECT_EQ(refusal(other, method), unavailable) << method.name;
        }
        EXPECT_THAT(polkit.take_questions(), SizeIs(methods().size()));
    }
}

TEST_F(ACaller, IsNotServedWherePolkitDoesNotAnswerAndRootIsMeanwhile) {
    FakePolkit polkit(machine_.bus().address());
    polkit.behave(FakePolkit::Manner::is_silent);
    expect_none_decided(bob_.uid);
    bus::Connection root = connect_as(0);
    EXPECT_EQ(refusal(root, methods().front()), allowed);
}

TEST_F(ACaller, IsToldByTheStandardsNameThatAPersonCouldAllowIt) {
    FakePolkit polkit(machine_.bus().address());
    polkit.behave(FakePolkit::Manner::wants_a_person);
    bus::Connection helper = connect_as(bob_.uid);
    for (const Method& method : methods()) {
        EXPECT_EQ(error_name(helper, method.call(helper, alice_.path)), SD_BUS_ERROR_INTERACTIVE_AUTHORIZATION_REQUIRED)
            << method.name;
    }
    EXPECT_EQ(error_name(helper, list_accounts(helper, true)), "org.loquet.Auth1.Error.Denied")
        << "a question was allowed, and nobody was there to answer it";
    polkit.behave(FakePolkit::Manner::answers);
    EXPECT_EQ(error_name(helper, list_accounts(helper)), "org.loquet.Auth1.Error.Denied") << "asking would not help";
}

TEST_F(ACaller, LetsPolkitAskAPersonOnlyWhereItSaysSo) {
    FakePolkit polkit(machine_.bus().address());
    polkit.allow({manage_accounts});
    bus::Connection helper = connect_as(bob_.uid);
    const Method lock{"Lock", manage_accounts, false, protocol::account_interface, true, write_reason};
    const bus::Message message = lock.call(helper, alice_.path);
    bus::check(sd_bus_message_set_allow_interactive_authorization(message.get(), 1), "cannot allow a question");
    EXPECT_EQ(refusal(helper, message), allowed);
    const auto questions = polkit.take_questions();
    ASSERT_THAT(questions, SizeIs(1));
    EXPECT_EQ(questions.front().flags, 1U);
}

TEST_F(ACaller, WhoIsNotRootGivesNobodyAPassword) {
    FakePolkit polkit(machine_.bus().address());
    polkit.allow({manage_accounts});
    protocol::Answers answers;
    answers.emplace_back(canary::third_password);
    const base::Fd sealed = protocol::seal_answers(answers);
    const Method create{
        "CreateAccount", manage_accounts, false, protocol::manager_interface, false, [&](bus::Writer& writer) {
            writer.array("{sv}", [&] {
                writer.entry("name", "carol");
                writer.entry("password", "h", [&] { writer.fd(sealed.get()); });
            });
        }};
    bus::Connection helper = connect_as(bob_.uid);
    EXPECT_EQ(refusal(helper, create), denied);
    bus::Connection root = connect_as(0);
    EXPECT_EQ(refusal(root, create), allowed) << "and carol was not there yet";
}

TEST_F(ACaller, IsNotToldWhetherSomethingExists) {
    FakePolkit polkit(machine_.bus().address());
    bus::Connection other = connect_as(bob_.uid);
    bus::Connection root = connect_as(0);
    const std::string nobody = std::string(protocol::account_prefix) + "/39999";
    for (const Method& method : methods()) {
        if (method.of_account) {
            EXPECT_EQ(refusal(other, method.call(other, nobody)), refusal(other, method)) << method.name;
            EXPECT_EQ(refusal(other, method), denied) << method.name;
            EXPECT_EQ(refusal(root, method.call(root, nobody)), not_found) << method.name;
        }
    }
    const Method find{"FindAccount", read_accounts,
                      false,         protocol::manager_interface,
                      false,         [](bus::Writer& writer) { writer.text("nobody-has-this"); }};
    EXPECT_EQ(refusal(other, find), denied);
    EXPECT_EQ(refusal(root, find), not_found);
}

TEST_F(ACaller, BeginsADialogForTheOwnAccountAndRootForAny) {
    bus::Connection self = connect_as(alice_.uid);
    bus::Connection root = connect_as(0);
    EXPECT_EQ(refusal(self, begin(self, "alice")), allowed);
    EXPECT_EQ(refusal(self, begin(self, "bob")), not_found);
    EXPECT_EQ(refusal(self, begin(self, "nobody-has-this")), not_found) << "the same as for one that exists";
    EXPECT_EQ(refusal(root, begin(root, "bob")), allowed);
    EXPECT_EQ(refusal(root, begin(root, "nobody-has-this")), allowed);
}

TEST_F(ACaller, CannotReachTheDialogOfAnotherConnection) {
    bus::Connection self = connect_as(alice_.uid);
    const bus::Message begun = self.call(begin(self, "alice"), call_timeout);
    const std::string path = bus::Reader(begun.get()).object_path();
    const base::Fd answers = protocol::seal_answers({});
    const auto call = [&](bus::Connection& connection, const char* member) {
        const bus::Message message =
            connection.method_call(protocol::bus_name, path.c_str(), protocol::conversation_interface, member);
        if (std::string_view(member) == "Answer") {
            bus::Writer(message.get()).fd(answers.get());
        }
        return refusal(connection, message);
    };
    for (const std::uint32_t uid : {alice_.uid, bob_.uid, 0U}) {
        bus::Connection another = connect_as(uid);
        EXPECT_EQ(call(another, "Answer"), not_found) << uid;
        EXPECT_EQ(call(another, "Cancel"), not_found) << uid;
    }
    EXPECT_EQ(call(self, "Cancel"), allowed) << "it is still there for whom it belongs to";
    EXPECT_EQ(call(self, "Cancel"), not_found);
}

TEST_F(ACaller, IsNotToldWhichDialogsAndJobsThereAre) {
    bus::Connection self = connect_as(alice_.uid);
    const bus::Message begun = self.call(begin(self, "alice"), call_timeout);
    const std::string open = bus::Reader(begun.get()).object_path();
    const std::string never = std::string(protocol::conversation_prefix) + "/4711";
    const base::Fd answers = protocol::seal_answers({});
    const auto told = [&](bus::Connection& connection, const std::string& path) {
        const auto message = [&](const char* interface, const char* member) {
            return connection.method_call(protocol::bus_name, path.c_str(), interface, member);
        };
        const bus::Message answer = message(protocol::conversation_interface, "Answer");
        bus::Writer(answer.get()).fd(answers.get());
        const bus::Message shape =
            connection.call(message("org.freedesktop.DBus.Introspectable", "Introspect"), call_timeout);
        return error_name(connection, answer)
               + error_name(connection, message(protocol::conversation_interface, "Cancel"))
               + std::string(bus::Reader(shape.get()).text(1 << 20));
    };
    bus::Connection other = connect_as(bob_.uid);
    EXPECT_THAT(told(other, open), HasSubstr("org.loquet.Auth1.Error.NotFound"));
    EXPECT_EQ(told(other, open), told(other, never));
    (void)self.call(self.method_call(protocol::bus_name, open.c_str(), protocol::conversation_interface, "Cancel"),
                    call_timeout);
    EXPECT_EQ(told(other, open), told(other, never)) << "one that ended";
    EXPECT_EQ(told(self, open), told(other, never)) << "... for its own caller too";
    const auto job = [&](const char* number, const char* interface, const char* member) {
        const std::string path = std::string(protocol::job_prefix) + number;
        bus::Message message = other.method_call(protocol::bus_name, path.c_str(), interface, member);
        if (std::string_view(member) == "GetAll") {
            bus::Writer(message.get()).text(protocol::job_interface);
        }
        return error_name(other, message);
    };
    EXPECT_EQ(job("/1", protocol::job_interface, "Cancel"), "org.loquet.Auth1.Error.NotFound");
    EXPECT_EQ(job("/1", properties, "GetAll"), "org.loquet.Auth1.Error.NotFound");
}

TEST_F(ACaller, OfAnyKindReadsWhatTheDaemonIsAndNotHowItIs) {
    FakePolkit polkit(machine_.bus().address());
    bus::Connection other = connect_as(bob_.uid);
    const auto get = [&](const char* name) {
        bus::Message message = other.method_call(protocol::bus_name, protocol::root_path, properties, "Get");
        bus::Writer(message.get()).text(protocol::manager_interface).text(name);
        return refusal(other, message);
    };
    const auto all = [&](bus::Connection& connection) {
        const bus::Message message =
            connection.method_call(protocol::bus_name, protocol::root_path, properties, "GetAll");
        bus::Writer(message.get()).text(protocol::manager_interface);
        const bus::Message answer = connection.call(message, call_timeout);
        std::set<std::string> names;
        bus::Reader(answer.get()).dictionary(16, [&](const std::string& key, std::string_view) {
            names.insert(key);
            return false;
        });
        return names;
    };
    for (const char* name : {"Version", "SchemaVersion", "Profile"}) {
        EXPECT_EQ(get(name), allowed) << name;
    }
    for (const char* name : {"Plugins", "Health"}) {
        EXPECT_EQ(get(name), denied) << name;
    }
    EXPECT_EQ(get("Nothing"), not_found);
    EXPECT_THAT(all(other), testing::UnorderedElementsAre("Version", "SchemaVersion", "Profile"));
    polkit.allow({read_accounts});
    EXPECT_EQ(get("Health"), allowed);
    EXPECT_THAT(all(other), SizeIs(5));
    bus::Connection root = connect_as(0);
    EXPECT_THAT(all(root), SizeIs(5));
}

} // namespace

} // namespace loquet::tests
