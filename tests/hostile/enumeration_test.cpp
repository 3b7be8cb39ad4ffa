// SPDX-License-Identifier: LGPL-2.1-or-later
// What a caller learns about accounts from replies: nothing. Byte for byte the same for every name.
#include "tests/hostile/dialogs.h"
#include "tests/hostile/helpdesk.h"
#include "tests/hostile/machines.h"
#include "tests/hostile/recovery_machine.h"
#include "tests/support/canary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <vector>

namespace loquet::tests {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

constexpr int allowed = 5;

/// One name of each kind, and what is seen of a wrong password for it.
std::map<std::string, std::string> seen_for_all_kinds(const std::string& configuration) {
    Machine machine(with_lockout(no_delay, configuration));
    bus::Connection connection = machine.connect();
    machine.create_account("known", canary::password);
    machine.create_account("expired", canary::password, true);
    machine.create_account("secretless", "");
    lock(connection, machine.create_account("shut", canary::password).path);
    disable(connection, machine.create_account("gone", canary::password).path);
    machine.create_account("guessed", canary::password);
    for (int n = 0; n < allowed; ++n) {
        EXPECT_FALSE(granted(log_in(connection, {"guessed", canary::wrong_password})));
    }
    std::map<std::string, std::string> seen;
    for (const char* name : {"known", "expired", "secretless", "shut", "gone", "guessed", "nobody-has-it"}) {
        seen[name] = transcript(connection, {name, canary::wrong_password});
    }
    for (const char* name : {"shut", "gone", "guessed", "secretless"}) {
        seen[std::string(name) + ", right password"] = transcript(connection, {name, canary::password});
    }
    return seen;
}

std::set<std::string> different(const std::map<std::string, std::string>& seen) {
    std::set<std::string> transcripts;
    for (const auto& [who, text] : seen) {
        transcripts.insert(text);
    }
    return transcripts;
}

TEST(AWrongPassword, T14_LooksTheSameForEveryName) {
    const auto seen = seen_for_all_kinds("");
    EXPECT_THAT(different(seen), SizeIs(1));
    const std::string& golden = seen.at("known");
    EXPECT_THAT(golden, HasSubstr("STRING \"Password: \""));
    EXPECT_THAT(golden, HasSubstr("STRING \"denied\""));
    EXPECT_THAT(golden, HasSubstr("STRING \"The user name and password do not match.\""));
    EXPECT_THAT(golden, Not(HasSubstr("retry_after")));
}

TEST(AWrongPassword, T14_DoesNotLookTheSameWhereLocksAreDisclosed) {
    EXPECT_THAT(different(seen_for_all_kinds("disclose = [\"locked\"]\n")), SizeIs(testing::Gt(1U)));
}

/// What each kind of person sees who types that, one answer a turn; each in a place of its own.
std::map<std::string, std::string> seen_of_recovery(const std::vector<std::string>& typed,
                                                    const std::string& configuration = "") {
    ARecoveryMachine machine(1, configuration);
    machine.guess_passwords();
    std::map<std::string, std::string> seen;
    for (const char* const kind : kinds_of_people) {
        // What is tried of one identity at one place is counted there.
        const Guess guess{.name = std::string(kind) + "0", .password = "", .host = std::string("desk-") + kind};
        seen[kind] = transcript(machine.connection(), guess, typed);
    }
    return seen;
}

TEST(AForgottenPassword, T14_LooksTheSameForEveryName) {
    const std::vector<std::vector<std::string>> dialogs{
        {"", "", "1", "0000 0000"},                                  // a code is asked for, and guessed
        {"", "", "1", "", "", "1234", "00000000"},                   // asked for once more, and mistyped
        {"", "", "3", "0000 0000"},                                  // "I have a code"
        {"", "", "4", "?", "1", "?", "<", "3", "0000-0000"},         // help, and back
        {"", "", "2", "somebody@example.org", "", "3", "0000 0000"}, // a name is asked for, and then a code is guessed
        {"", "", "9", "9", "9", "9", "9"},                           // slips
        {"", "", "1", "1", "1", "1", "1", "1"},                      // what cannot be a code
        {"12345678"},                                                // a code in place of the password
    };
    for (const auto& typed : dialogs) {
        const auto seen = seen_of_recovery(typed);
        EXPECT_THAT(different(seen), SizeIs(1)) << typed.back() << '\n' << seen.at("known") << seen.at("nobody");
        EXPECT_THAT(seen.at("known"), HasSubstr("STRING \"denied\"")) << typed.back() << ": it came to an end";
        EXPECT_THAT(seen.at("known"), Not(HasSubstr("retry_after")));
    }
}

TEST(AForgottenPassword, T14_DoesNotLookTheSameWhereLocksAreDisclosed) {
    const auto seen = seen_of_recovery({std::string(canary::password)}, "disclose = [\"locked\"]\n");
    EXPECT_THAT(different(seen), SizeIs(testing::Gt(1U))) << "so the comparison above can fail";
}

TEST(ANameThatNobodyHas, T16_IsLockedAfterAsManyFailuresAsOneThatSomebodyHas) {
    // Told, so that it can be seen from here.
    Machine machine(with_lockout(no_delay, "disclose = [\"locked\"]\n"));
    machine.create_account("known", canary::password);
    bus::Connection connection = machine.connect();
    for (int n = 0; n < allowed + 2; ++n) {
        const std::string known = transcript(connection, {"known", canary::wrong_password});
        const std::string unknown = transcript(connection, {"nobody-has-it", canary::wrong_password});
        EXPECT_EQ(known.find("\"locked\"") != std::string::npos, n >= allowed) << known;
        EXPECT_EQ(unknown.find("\"locked\"") != std::string::npos, n >= allowed) << unknown;
    }
}

TEST(AStrangeName, T30_IsRefusedAsEveryOtherAndIsNeverWrittenDown) {
    Machine machine(with_lockout(no_delay));
    machine.create_account("known", canary::password);
    bus::Connection connection = machine.connect();
    const std::string usual = transcript(connection, {"known", canary::wrong_password});
    const std::vector<std::string> names = {
        "hostile/slash", "../../hostile/dots",   "hostile\x01\x1b[2J\n\r", "hostile*",           "hostile)(uid=*)",
        "hostile';--",   std::string(4096, 'h'), "hostile\u202eevil",      "hostile\u2066\u2069"};
    for (const std::string& name : names) {
        EXPECT_EQ(transcript(connection, {name, canary::wrong_password}), usual) << testing::PrintToString(name);
    }
    EXPECT_THROW((void)begin(connection, {std::string(4097, 'h'), {}}), base::Error);
    for (const AuditRow& row : read_audit(connection)) {
        EXPECT_THAT(row.detail + row.place, Not(HasSubstr("hostile")));
    }
    (void)machine.stop();
    EXPECT_THAT(machine.log(), Not(HasSubstr("hostile")));
    EXPECT_THAT(machine.log(), Not(HasSubstr(std::string(64, 'h'))));
}

TEST(AnUpperCaseName, T30_IsTheSameAccountForTheCountersToo) {
    Machine machine(with_lockout(no_delay));
    machine.create_account("known", canary::password);
    bus::Connection connection = machine.connect();
    for (const char* name : {"known", "KNOWN", "Known", "kNOWN", "knowN"}) {
        EXPECT_FALSE(granted(log_in(connection, {name, canary::wrong_password})));
    }
    EXPECT_FALSE(granted(log_in(connection, {"known", canary::password})));
}

} // namespace
} // namespace loquet::tests
