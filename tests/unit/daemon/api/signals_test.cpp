// SPDX-License-Identifier: LGPL-2.1-or-later
// Who hears what, on a bus with the policy that ships.
#include "lib/base/file.h"
#include "lib/base/limits.h"
#include "lib/protocol/sealed_texts.h"
#include "tests/support/eventually.h"
#include "tests/unit/daemon/api/callers_test.h"
#include "tests/unit/daemon/api/fake_polkit.h"

#include <gmock/gmock.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace loquet::tests {

namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;
using testing::UnorderedElementsAreArray;

/// Everything that the daemon says to one connection, as "path member(signature) text..."; each text that it holds.
class Ear {
public:
    explicit Ear(bus::Connection connection) : connection_(std::move(connection)) {
        bus::check(sd_bus_add_match(connection_.raw(), nullptr, "type='signal',sender='org.loquet.Auth1'", heard, this),
                   "cannot listen");
        bus::check(sd_bus_add_filter(connection_.raw(), nullptr, heard, this),
                   "cannot listen"); // what comes to it alone
    }
    Ear(const Ear&) = delete;
    Ear& operator=(const Ear&) = delete;
    ~Ear() = default;

    bus::Connection& connection() { return connection_; }
    /// After an answer of the daemon, which comes after every signal that it sent before.
    std::vector<std::string> take() {
        const bus::Message ping =
            connection_.method_call("org.loquet.Auth1", "/org/loquet/Auth1", "org.freedesktop.DBus.Peer", "Ping");
        (void)connection_.call(ping, call_timeout);
        while (bus::check(sd_bus_process(connection_.raw(), nullptr), "cannot read") > 0) {
        }
        return std::exchange(signals_, {});
    }
    /// The same signals as "member first-argument".
    std::vector<std::string> take_objects() {
        (void)take();
        return std::exchange(objects_, {});
    }

private:
    static int heard(sd_bus_message* message, void* self, sd_bus_error* /*error*/) noexcept {
        std::uint8_t type = 0;
        (void)sd_bus_message_get_type(message, &type);
        auto& ear = *static_cast<Ear*>(self);
        const char* const interface = sd_bus_message_get_interface(message);
        std::uint64_t cookie = 0;
        if (type != SD_BUS_MESSAGE_SIGNAL || std::string_view(interface) == "org.freedesktop.DBus"
            || sd_bus_message_get_cookie(message, &cookie) < 0 || !ear.seen_.insert(cookie).second) {
            return 0;
        }
        std::string line = std::string(sd_bus_message_get_path(message)) + " " + sd_bus_message_get_member(message)
                           + "(" + sd_bus_message_get_signature(message, 1) + ")";
        ear.signals_.push_back(std::move(line));
        const char* first = nullptr;
        char type_of_first = 0;
        if (sd_bus_message_peek_type(message, &type_of_first, nullptr) > 0
            && sd_bus_message_read_basic(message, type_of_first, static_cast<void*>(&first)) > 0) {
            ear.objects_.push_back(sd_bus_message_get_member(message) + std::string(" ") + first);
        }
        return 0;
    }

    bus::Connection connection_;
    std::vector<std::string> signals_;
    std::vector<std::string> objects_;
    std::set<std::uint64_t> seen_; ///< one that comes by the match and by the filter
};

class ASignal : public CallersTest {
protected:
    void act(const char* member, const std::string& reason) {
        bus::Message message =
            root_.method_call(protocol::bus_name, alice_.path.c_str(), protocol::account_interface, member);
        if (!reason.empty()) {
            bus::Writer(message.get()).text(reason);
        }
        (void)root_.call(message, call_timeout);
    }
    [[nodiscard]] Refusal list_objects(bus::Connection& connection) {
        return refusal(connection, connection.method_call(protocol::bus_name, protocol::root_path,
                                                          "org.freedesktop.DBus.ObjectManager", "GetManagedObjects"));
    }

    /// Paths that GetManagedObjects lists.
    [[nodiscard]] static std::vector<std::string> objects_of(bus::Connection& connection) {
        return paths_in(
            connection.call(connection.method_call(protocol::bus_name, protocol::root_path,
                                                   "org.freedesktop.DBus.ObjectManager", "GetManagedObjects"),
                            call_timeout));
    }
    [[nodiscard]] static std::vector<std::string> paths_in(const bus::Message& answer) {
        std::vector<std::string> paths;
        bus::check(sd_bus_message_enter_container(answer.get(), 'a', "{oa{sa{sv}}}"), "cannot read");
        while (bus::check(sd_bus_message_enter_container(answer.get(), 'e', "oa{sa{sv}}"), "cannot read") > 0) {
            paths.push_back(bus::Reader(answer.get()).object_path());
            bus::check(sd_bus_message_skip(answer.get(), "a{sa{sv}}"), "cannot read");
            bus::check(sd_bus_message_exit_container(answer.get()), "cannot read");
        }
        return paths;
    }
    /// The job's path.
    [[nodiscard]] static std::string import(bus::Connection& connection, std::string_view lines, bool dry_run = false) {
        const base::Fd file(::memfd_create("lines", MFD_CLOEXEC));
        base::write_all(file.get(), lines);
        ::lseek(file.get(), 0, SEEK_SET);
        const bus::Message call = manager_call(connection, "Import");
        bus::Writer(call.get()).fd(file.get()).dictionary([&] {
            bus::Writer(call.get()).entry("dry_run", "b", [&] { bus::Writer(call.get()).boolean(dry_run); });
        });
        const bus::Message answer = connection.call(call, call_timeout);
        return bus::Reader(answer.get()).object_path();
    }
    [[nodiscard]] static bool ended(bus::Connection& connection, const std::string& job) {
        return eventually([&] {
            bus::Message get =
                connection.method_call(protocol::bus_name, job.c_str(), "org.freedesktop.DBus.Properties", "Get");
            bus::Writer(get.get()).text(protocol::job_interface).text("State");
            const bus::Message answer = connection.call(get, call_timeout);
            const char* state = nullptr;
            bus::check(sd_bus_message_read(answer.get(), "v", "s", &state), "cannot read");
            return std::string_view(state) != "running";
        });
    }
    /// The conversation's path.
    [[nodiscard]] static std::string begin(bus::Connection& connection) {
        const bus::Message call = manager_call(connection, "Begin");
        bus::Writer(call.get()).text("login").text("alice").dictionary([] {});
        const bus::Message answer = connection.call(call, call_timeout);
        return bus::Reader(answer.get()).object_path();
    }
    static void cancel(bus::Connection& connection, const std::string& conversation) {
        (void)connection.call(connection.method_call(protocol::bus_name, conversation.c_str(),
                                                     protocol::conversation_interface, "Cancel"),
                              call_timeout);
    }

    FakePolkit polkit_{machine_.bus().address()};
    bus::Connection root_ = connect_as(0);
};

TEST_F(ASignal, T14_SaysWhichAccountChangedToRootAndNothingToOthers) {
    Ear root(connect_as(0));
    Ear outsider(connect_as(bob_.uid));
    act("Lock", "suspended: case 4711");
    act("Unlock", "");
    const std::string path = protocol::root_path;
    EXPECT_THAT(root.take(), ElementsAre(path + " AccountLocked(o)", path + " AccountUnlocked(o)"));
    EXPECT_THAT(outsider.take(), IsEmpty());
}

TEST_F(ASignal, ComesToThoseWhoWereAllowedToListTheAccountsUntilTheyLeave) {
    Ear helper(connect_as(bob_.uid));
    EXPECT_EQ(list_objects(helper.connection()), Refusal(base::Error::Kind::denied));
    act("Lock", "before");
    EXPECT_THAT(helper.take(), IsEmpty()) << "who was refused is told nothing";

    polkit_.allow({"org.loquet.auth1.read-accounts"});
    EXPECT_EQ(list_objects(helper.connection()), std::nullopt);
    act("Unlock", "");
    EXPECT_THAT(helper.take(), ElementsAre(alice_.path + " PropertiesChanged(sa{sv}as)"));
    const MachineAccount carol = machine_.create_account("carol", "");
    EXPECT_THAT(helper.take(), ElementsAre("/org/loquet/Auth1 InterfacesAdded(oa{sa{sv}})"));
    Ear outsider(connect_as(alice_.uid));
    act("Lock", "after");
    EXPECT_THAT(outsider.take(), IsEmpty());
    EXPECT_THAT(helper.take(), Not(IsEmpty()));
}

TEST_F(ASignal, TellsOfEachAccountThatAnImportMadeToThoseWhoListedThem) {
    Ear helper(connect_as(bob_.uid));
    Ear root(connect_as(0));
    Ear outsider(connect_as(alice_.uid));
    polkit_.allow({"org.loquet.auth1.read-accounts"});
    EXPECT_EQ(list_objects(helper.connection()), std::nullopt);
    const std::string two = "{\"name\":\"carol\"}\n{\"name\":\"dora\"}\n";
    ASSERT_TRUE(ended(root_, import(root_, two, true)));
    EXPECT_THAT(helper.take_objects(), IsEmpty()) << "a rehearsal makes nothing";
    ASSERT_TRUE(ended(root_, import(root_, two)));
    ASSERT_TRUE(ended(root_, import(root_, two))) << "it makes nothing the second time";

    std::vector<std::string> added;
    std::vector<std::string> told;
    for (const char* name : {"carol", "dora"}) {
        bus::Message find = manager_call(root_, "FindAccount");
        bus::Writer(find.get()).text(name);
        const bus::Message found = root_.call(find, call_timeout);
        const std::string path = bus::Reader(found.get()).object_path();
        added.push_back("InterfacesAdded " + path);
        told.push_back("AccountAdded " + path);
    }
    EXPECT_THAT(helper.take_objects(), UnorderedElementsAreArray(added));
    EXPECT_THAT(root.take_objects(), UnorderedElementsAreArray(told));
    EXPECT_THAT(outsider.take(), IsEmpty());
}

TEST_F(ASignal, OfAJobThatComesOrGoesReachesItsOwnerAlone) {
    Ear owner(connect_as(0));
    Ear other(connect_as(0));
    EXPECT_EQ(list_objects(other.connection()), std::nullopt) << "it watches, and the job is not its own";
    const std::string first = import(owner.connection(), "");
    EXPECT_THAT(owner.take_objects(), Contains("InterfacesAdded " + first));
    ASSERT_TRUE(ended(owner.connection(), first));
    EXPECT_THAT(objects_of(owner.connection()), UnorderedElementsAre(alice_.path, bob_.path, first));
    EXPECT_THAT(objects_of(other.connection()), UnorderedElementsAre(alice_.path, bob_.path));
    for (std::size_t more = 0; more < limits::import_jobs; ++more) {
        ASSERT_TRUE(ended(owner.connection(), import(owner.connection(), "")));
    }
    EXPECT_THAT(owner.take_objects(), Contains("InterfacesRemoved " + first)) << "it gave way to newer ones";
    EXPECT_THAT(objects_of(owner.connection()), Not(Contains(first)));
    EXPECT_THAT(other.take(), IsEmpty());
}

TEST_F(ASignal, OfAConversationReachesItsCallerAloneAndOnlyWhereThatListedTheObjects) {
    Ear quiet(connect_as(0));
    cancel(quiet.connection(), begin(quiet.connection()));
    EXPECT_THAT(quiet.take(), IsEmpty()) << "a login needs no signals";

    Ear other(connect_as(0));
    EXPECT_EQ(list_objects(other.connection()), std::nullopt);
    Ear caller(connect_as(0));
    EXPECT_EQ(list_objects(caller.connection()), std::nullopt);
    const std::string conversation = begin(caller.connection());
    EXPECT_THAT(caller.take_objects(), ElementsAre("InterfacesAdded " + conversation));
    EXPECT_THAT(objects_of(caller.connection()), UnorderedElementsAre(alice_.path, bob_.path, conversation));
    EXPECT_THAT(objects_of(other.connection()), UnorderedElementsAre(alice_.path, bob_.path));
    cancel(caller.connection(), conversation);
    EXPECT_THAT(caller.take_objects(), ElementsAre("InterfacesRemoved " + conversation));
    EXPECT_THAT(other.take(), IsEmpty());
}

// A login in one call ends in its Begin: the caller never learns a number, and hears of none.
TEST_F(ASignal, SaysOfEachConversationThatWasListedThatItIsGoneAlsoWhereItEndsInItsBegin) {
    Ear caller(connect_as(0));
    std::vector<std::string> listed;
    std::size_t ended = 0;
    for (int logins = 0; logins < 20; ++logins) {
        const base::Fd sealed = protocol::seal_answers([] {
            protocol::Answers answers;
            answers.emplace_back(canary::password);
            return answers;
        }());
        const bus::Message call = manager_call(caller.connection(), "Begin");
        bus::Writer writer(call.get());
        writer.text("login").text("alice").dictionary(
            [&] { writer.entry("token", "h", [&] { writer.fd(sealed.get()); }); });
        const auto count = [](sd_bus_message*, void* self, sd_bus_error*) {
            ++*static_cast<std::size_t*>(self);
            return 0;
        };
        bus::check(sd_bus_call_async(caller.connection().raw(), nullptr, call.get(), count, &ended, 0), "cannot call");
        const auto paths = objects_of(caller.connection()); // handled while the password is hashed
        listed.insert(listed.end(), paths.begin(), paths.end());
    }
    std::vector<std::string> told;
    EXPECT_TRUE(eventually([&] {
        const auto more = caller.take_objects();
        told.insert(told.end(), more.begin(), more.end());
        return ended == 20;
    }));
    const std::string goes_on = begin(caller.connection());
    EXPECT_THAT(objects_of(caller.connection()), Contains(goes_on));
    listed.push_back(goes_on);
    cancel(caller.connection(), goes_on);
    const auto more = caller.take_objects();
    told.insert(told.end(), more.begin(), more.end());
    for (const std::string& path : listed) {
        if (path.starts_with(protocol::conversation_prefix)) {
            EXPECT_THAT(told, Contains("InterfacesRemoved " + path));
        }
    }
    EXPECT_THAT(told, ElementsAre("InterfacesAdded " + goes_on, "InterfacesRemoved " + goes_on));
}

TEST_F(ASignal, NamesAPluginThatAReloadAddsOrRemoves) {
    Ear root(connect_as(0));
    const auto hears = [&root](const std::string& signal) {
        std::vector<std::string> heard;
        return eventually([&] {
            const auto more = root.take_objects();
            heard.insert(heard.end(), more.begin(), more.end());
            return std::ranges::count(heard, signal) > 0;
        });
    };
    machine_.configure("[plugins.riddle]\nkind = \"step\"\n");
    machine_.daemon().signal(SIGHUP);
    EXPECT_TRUE(hears("PluginChanged riddle"));
    machine_.configure("");
    machine_.daemon().signal(SIGHUP);
    EXPECT_TRUE(hears("PluginChanged riddle"));
}

TEST_F(ASignal, OfAPluginNamesIt) {
    Ear root(connect_as(0));
    Ear outsider(connect_as(bob_.uid));
    machine_.plugins().stop("password_rules");
    std::vector<std::string> heard;
    const std::string path = protocol::root_path;
    EXPECT_TRUE(eventually([&] {
        const auto more = root.take();
        heard.insert(heard.end(), more.begin(), more.end());
        return std::ranges::count(heard, path + " PluginChanged(s)") > 0
               && std::ranges::count(heard, path + " PropertiesChanged(sa{sv}as)") > 0;
    }));
    EXPECT_THAT(outsider.take(), IsEmpty());
}

TEST_F(ASignal, OfAJobComesToItsOwnerAlone) {
    Ear owner(connect_as(0));
    Ear other(connect_as(0));
    const base::Fd lines(::memfd_create("lines", MFD_CLOEXEC));
    const bus::Message import = manager_call(owner.connection(), "Import");
    bus::Writer(import.get()).fd(lines.get()).dictionary([] {});
    const bus::Message answer = owner.connection().call(import, call_timeout);
    const std::string job = bus::Reader(answer.get()).object_path();
    EXPECT_TRUE(eventually([&] {
        const auto heard = owner.take();
        return std::ranges::count(heard, job + " PropertiesChanged(sa{sv}as)") > 0;
    }));
    EXPECT_THAT(other.take(), IsEmpty());
}

TEST_F(ASignal, OfAnObjectManagerIsInItsIntrospection) {
    const bus::Message answer = root_.call(
        root_.method_call(protocol::bus_name, protocol::root_path, "org.freedesktop.DBus.Introspectable", "Introspect"),
        call_timeout);
    const std::string shape(bus::Reader(answer.get()).text(1 << 20));
    EXPECT_THAT(shape, HasSubstr("GetManagedObjects"));
    EXPECT_THAT(shape, HasSubstr("InterfacesAdded"));
    EXPECT_THAT(shape, Not(HasSubstr("PropertyExplicit")));
}

} // namespace

} // namespace loquet::tests
