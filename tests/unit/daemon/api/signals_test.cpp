// SPDX-License-Identifier: LGPL-2.1-or-later
// Who hears what, on a bus with the policy that ships.
#include "tests/support/eventually.h"
#include "tests/unit/daemon/api/callers_test.h"
#include "tests/unit/daemon/api/fake_polkit.h"

#include <gmock/gmock.h>
#include <sys/mman.h>

#include <algorithm>
#include <memory>
#include <set>
#include <vector>

namespace loquet::tests {

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

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
        return 0;
    }

    bus::Connection connection_;
    std::vector<std::string> signals_;
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
