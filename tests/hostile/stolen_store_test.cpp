// SPDX-License-Identifier: LGPL-2.1-or-later
// The disk of a whole site in somebody else's hands: a store that was used (accounts with addresses, logins, failures,
// outsiders, changed passwords, a lock by the helpdesk), copied without its key.
#include "lib/base/file.h"
#include "tests/hostile/dialogs.h"
#include "tests/hostile/helpdesk.h"
#include "tests/support/canary.h"
#include "tests/support/machine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <csignal>
#include <filesystem>

namespace loquet::tests {

namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAreArray;

constexpr std::string_view name = "annabella-vozhelm";
constexpr std::string_view outsider = "mallorquin-tagupir";
constexpr std::string_view host = "counter-wexulo";
/// What must not be read; "$y$" begins every yescrypt hash.
const std::vector<std::string> marks{std::string(name),
                                     "Annabella Vozhelm",
                                     "anna.vozhelm@example.org",
                                     "+33198765432",
                                     "/home/" + std::string(name),
                                     std::string(outsider),
                                     std::string(host),
                                     "lost her badge",
                                     "$y$"};

/// Which of the marks stand in some file below `folder`.
std::vector<std::string> marks_in(const fs::path& folder) {
    std::vector<std::string> found;
    for (const std::string& mark : marks) {
        for (const auto& file : fs::recursive_directory_iterator(folder)) {
            if (file.is_regular_file()
                && base::read_file(file.path().string(), 1U << 28U).find(mark) != std::string::npos) {
                found.push_back(mark);
                break;
            }
        }
    }
    return found;
}

std::string create(bus::Connection& connection) {
    const bus::Message request =
        connection.method_call("org.loquet.Auth1", "/org/loquet/Auth1", "org.loquet.Auth1.Manager", "CreateAccount");
    constexpr std::array<const char*, 5> keys{"name", "display_name", "mail", "phone", "home"};
    bus::Writer(request.get()).array("{sv}", [&] {
        for (std::size_t i = 0; i < keys.size(); ++i) {
            bus::Writer(request.get()).entry(keys[i], marks[i]);
        }
    });
    const bus::Message answer = connection.call(request, base::Milliseconds(0));
    return bus::Reader(answer.get()).object_path();
}

class AStolenStore : public testing::Test {
protected:
    void use_the_site() {
        bus::Connection connection = machine.connect();
        machine.create_account("carla", canary::password);
        const std::string path = create(connection);
        ASSERT_TRUE(
            granted(log_in(connection, {.name = "carla", .password = canary::password, .host = std::string(host)})));
        for (const std::string_view somebody : {name, outsider}) {
            (void)log_in(
                connection,
                {.name = std::string(somebody), .password = canary::wrong_password, .host = std::string(host)});
        }
        const bus::Message request =
            connection.method_call("org.loquet.Auth1", path.c_str(), "org.loquet.Auth1.Account", "Lock");
        bus::Writer(request.get()).text("lost her badge");
        (void)connection.call(request, base::Milliseconds(0));
        ASSERT_THAT(read_audit(connection), testing::Not(IsEmpty()));
        ASSERT_EQ(machine.stop().exit_code, 0);
    }

    Machine machine;
};

TEST_F(AStolenStore, HoldsNoNameAddressNumberHashOrPassword) {
    use_the_site();
    EXPECT_THAT(marks_in(machine.store_folder()), IsEmpty());
    EXPECT_THAT(find_canaries_in_folder(machine.store_folder()), IsEmpty());
}

TEST_F(AStolenStore, OpensWithNoOtherKeyAndIsNotChangedByTheAttempt) {
    use_the_site();
    const std::string before = base::read_file(machine.store_folder() + "/data.mdb", 1U << 28U);
    const std::string right_key = base::read_file(machine.folder() + "/master-key", 64);
    std::string wrong_key = right_key;
    wrong_key.front() = static_cast<char>(wrong_key.front() ^ 1);
    base::replace_file(machine.folder() + "/master-key", wrong_key, 0600);
    machine.start();
    {
        bus::Connection refused = machine.connect();
        EXPECT_THROW((void)log_in(refused, {.name = "carla", .password = canary::password}), base::Error);
        EXPECT_THAT(machine.log(), HasSubstr("the master key does not open this store"));
        machine.daemon().signal(SIGHUP); // it tries again
        EXPECT_THROW((void)log_in(refused, {.name = "carla", .password = canary::password}), base::Error);
        (void)machine.stop();
    }
    EXPECT_TRUE(base::read_file(machine.store_folder() + "/data.mdb", 1U << 28U) == before);

    base::replace_file(machine.folder() + "/master-key", right_key, 0600);
    machine.start();
    machine.wait_for_plugins();
    bus::Connection connection = machine.connect();
    EXPECT_TRUE(granted(log_in(connection, {.name = "carla", .password = canary::password})));
    EXPECT_EQ(broken_audit(connection), "");
}

TEST(ANaiveStore, ThatIsNotSealedIsSeenThrough) {
    const TempFolder folder;
    std::string records;
    for (const std::string& mark : marks) {
        records += mark + '\0';
    }
    base::replace_file(folder / "data.mdb", records, 0600);
    EXPECT_THAT(marks_in(folder.path()), UnorderedElementsAreArray(marks));
}

} // namespace

} // namespace loquet::tests
