// SPDX-License-Identifier: LGPL-2.1-or-later
// Who may call what: every method of docs/bus.md, as root, as the account's own user, as somebody else, and with polkit
// letting pass, refusing, failing, silent or absent. On a whole machine, with callers that the bus itself tells apart.
#include "lib/protocol/answers.h"
#include "lib/protocol/names.h"
#include "lib/protocol/turn_wire.h"
#include "tests/support/canary.h"
#include "tests/support/error_kind.h"
#include "tests/support/loop_runner.h"
#include "tests/support/machine.h"
#include "tests/unit/daemon/api/fake_polkit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

namespace loquet::tests {

namespace {

using base::Error;
using testing::Each;
using testing::Field;
using testing::SizeIs;

using Refusal = std::optional<Error::Kind>;
const Refusal allowed = std::nullopt;
const Refusal denied = Error::Kind::denied;
const Refusal not_found = Error::Kind::not_found;

constexpr const char* properties = "org.freedesktop.DBus.Properties";
constexpr const char* object_manager = "org.freedesktop.DBus.ObjectManager";
constexpr base::Milliseconds call_timeout = std::chrono::seconds(60);

/// From now on, for this thread alone: setresuid(2) of the C library would change them all.
void become(std::uint32_t uid) {
    bus::check(::syscall(SYS_setresuid, -1, uid, -1) == 0 ? 0 : -errno, "cannot change the user");
}

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
        {"CreateAccount", manage_accounts, false, manager, false, make},
        {"ReadAudit", read_audit, false, manager, false, [](bus::Writer& writer) { writer.u64(0).u32(10); }},
        {"VerifyAudit", read_audit, false, manager, false},
        {"ListMessages", read_accounts, false, manager, false,
         [](bus::Writer& writer) { writer.u64(0).u32(10).array("{sv}", [] {}); }},
        {"GetManagedObjects", read_accounts, false, object_manager, false},
        {"Get", read_accounts, true, properties, true,
         [](bus::Writer& writer) { writer.text(protocol::account_interface).text("LastLogin"); }},
        {"GetAll", read_accounts, true, properties, true,
         [](bus::Writer& writer) { writer.text(protocol::account_interface); }},
        {"Lock", manage_accounts, false, account, true, write_reason},
        {"Unlock", unlock, false, account, true},
        {"Disable", manage_accounts, false, account, true, write_reason},
        {"Enable", manage_accounts, false, account, true},
        {"Authorise", manage_accounts, false, account, true, write_service},
        {"Deauthorise", manage_accounts, false, account, true, write_service},
        {"StartReset", start_reset, false, account, true, write_nothing},
        {"RemoveFactor", manage_accounts, false, account, true,
         [](bus::Writer& writer) { writer.text("totp").text("a test asked for it"); }},
    };
}

class ACaller : public testing::Test {
protected:
    ACaller() {
        // The socket is for everybody; the folder around it is the test's own.
        const std::string path = machine_.bus().address().substr(std::string_view("unix:path=").size());
        std::filesystem::permissions(std::filesystem::path(path).parent_path(),
                                     std::filesystem::perms::group_exec | std::filesystem::perms::others_exec,
                                     std::filesystem::perm_options::add);
    }

    [[nodiscard]] bus::Connection connect_as(std::uint32_t uid) const {
        become(uid);
        std::optional<bus::Connection> connection;
        try {
            connection = machine_.connect();
        } catch (...) {
            become(0);
            throw;
        }
        become(0);
        return std::move(*connection);
    }
    [[nodiscard]] Refusal refusal(bus::Connection& connection, const Method& method) const {
        return refusal(connection, method.call(connection, alice_.path));
    }
    [[nodiscard]] static Refusal refusal(bus::Connection& connection, const bus::Message& message) {
        return kind_of_error([&] { (void)connection.call(message, call_timeout); });
    }
    /// All at once, because each may take as long as polkit is waited for.
    void expect_all_denied(std::uint32_t uid) const {
        bus::Loop loop;
        bus::Connection connection = connect_as(uid);
        connection.attach(loop);
        const std::vector<Method> all = methods();
        std::size_t refused = 0;
        base::TaskGroup tasks([&](const std::exception_ptr& failure) {
            refused += kind_of_error([&] { std::rethrow_exception(failure); }) == denied ? 1U : 0U;
        });
        for (const Method& method : all) {
            tasks.spawn(ask(connection, method.call(connection, alice_.path)));
        }
        ASSERT_TRUE(eventually(loop, [&] { return tasks.active() == 0; }));
        EXPECT_EQ(refused, all.size());
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

    Machine machine_;
    MachineAccount alice_ = machine_.create_account("alice", canary::password);
    MachineAccount bob_ = machine_.create_account("bob", canary::next_password);
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
        EXPECT_EQ(refusal(self, method), method.self_may ? allowed : denied) << method.name;
        EXPECT_EQ(refusal(other, method), denied) << method.name;
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
    EXPECT_THAT(actions, SizeIs(5));
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

TEST_F(ACaller, IsDeniedWherePolkitFailsOrTalksNonsense) {
    FakePolkit polkit(machine_.bus().address());
    for (const auto manner : {FakePolkit::Manner::fails, FakePolkit::Manner::talks_nonsense}) {
        polkit.behave(manner);
        expect_all_denied(bob_.uid);
        EXPECT_THAT(polkit.take_questions(), SizeIs(methods().size()));
    }
}

TEST_F(ACaller, IsDeniedWherePolkitDoesNotAnswerAndOthersAreServedMeanwhile) {
    FakePolkit polkit(machine_.bus().address());
    polkit.behave(FakePolkit::Manner::is_silent);
    expect_all_denied(bob_.uid);
    bus::Connection root = connect_as(0);
    EXPECT_EQ(refusal(root, methods().front()), allowed);
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
    bus::Connection other = connect_as(bob_.uid);
    bus::Connection root = connect_as(0);
    const std::string nobody = std::string(protocol::account_prefix) + "/39999";
    for (const Method& method : methods()) {
        if (method.of_account) {
            EXPECT_EQ(refusal(other, method.call(other, nobody)), denied) << method.name;
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

TEST_F(ACaller, OfAnyKindReadsTheDaemonsOwnProperties) {
    bus::Connection other = connect_as(bob_.uid);
    for (const char* name : {"Version", "SchemaVersion", "Profile", "Plugins", "Health"}) {
        const Method get{"Get", read_accounts,
                         false, properties,
                         false, [&](bus::Writer& writer) {
                             writer.text(protocol::manager_interface).text(name); }};
        EXPECT_EQ(refusal(other, get), allowed) << name;
    }
}

} // namespace

} // namespace loquet::tests
