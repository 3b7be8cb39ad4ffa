// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/command/command_channel.h"
#include "tests/support/channel_driver.h"
#include "tests/support/temp_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <optional>

namespace loquet::plugins_command {
namespace {

using sdk::DeliveryOutcome;
using testing::HasSubstr;
using testing::Not;

/// Programs have to be root's: /bin/sh, with a script as its argument.
class ACommand : public testing::Test {
protected:
    using Driver = tests::ChannelDriver<CommandChannel>;

    DeliveryOutcome deliver(const std::string& script, const tests::TestDelivery& letter = {}) {
        begin(script);
        return driver_->deliver(letter);
    }
    Driver& begin(const std::string& script, int seconds = 30) {
        options_.set("program", "/bin/sh").set_list("arguments", {"-c", script}).set("seconds", seconds);
        return driver_.emplace(options_);
    }
    [[nodiscard]] std::string content(const std::string& name) const {
        std::ifstream file(folder_ / name, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }

    tests::TempFolder folder_;
    tests::ChannelOptions options_;

private:
    std::optional<Driver> driver_;
};

TEST_F(ACommand, ReadsTheMessageOnItsStandardInput) {
    const DeliveryOutcome told =
        deliver("cat > " + folder_ / "message" + "; echo handed over", {.destination = "+33612345678", .subject = ""});
    EXPECT_EQ(told.kind, DeliveryOutcome::Kind::sent) << told.said;
    EXPECT_EQ(told.said, "handed over");
    EXPECT_EQ(content("message"), "Reference: 9f86d081884c7d659a2feaa0c55ad015\n"
                                  "To: +33612345678\n"
                                  "Locale: fr_FR.UTF-8\n"
                                  "Attempt: 1\n"
                                  "Date: 2026-11-26T08:00:00Z\n"
                                  "Expires: 2100-01-01T00:00:00Z\n"
                                  "\n"
                                  "Votre code est 482915.");
}

TEST_F(ACommand, T18_HasNothingOfTheMessageInItsArgumentsAndItsEnvironment) {
    EXPECT_EQ(deliver("cat /proc/$$/cmdline /proc/$$/environ > " + folder_ / "seen").kind, DeliveryOutcome::Kind::sent);
    const std::string seen = content("seen");
    EXPECT_THAT(seen, HasSubstr("PATH="));
    EXPECT_THAT(seen, Not(HasSubstr("482915")));
    EXPECT_THAT(seen, Not(HasSubstr("anne")));
}

TEST_F(ACommand, SaysByItsExitWhatBecameOfTheMessage) {
    EXPECT_EQ(deliver("exit 0").kind, DeliveryOutcome::Kind::sent);
    EXPECT_EQ(deliver("exit 75").kind, DeliveryOutcome::Kind::retry);
    EXPECT_EQ(deliver("exit 75").said, "exit 75: it wrote nothing");
    EXPECT_EQ(deliver("exit 3").said, "exit 3: it wrote nothing");
    EXPECT_EQ(deliver("exit 78").kind, DeliveryOutcome::Kind::retry) << "it says that its settings are wrong";
    const DeliveryOutcome broken = deliver("no-such-tool --send");
    EXPECT_EQ(broken.kind, DeliveryOutcome::Kind::retry) << "or every code would be refused for good";
    EXPECT_THAT(broken.said, testing::StartsWith("exit 127: "));
    EXPECT_EQ(deliver("printf 'no\\r\\n\\n such  number\\n'; exit 3").said, "exit 3: no such number");
    EXPECT_EQ(deliver("kill -9 $$").kind, DeliveryOutcome::Kind::lost) << "it may have sent it before";
    const DeliveryOutcome told = deliver("echo no such number >&2; exit 3");
    EXPECT_EQ(told.kind, DeliveryOutcome::Kind::refused);
    EXPECT_EQ(told.said, "exit 3: no such number");
}

TEST_F(ACommand, IsNotQuotedWhereItRepeatsTheMessageAndIsCutWhereItSaysMuch) {
    EXPECT_THAT(deliver("cat").said, Not(HasSubstr("482915")));
    EXPECT_LE(deliver("head -c 1000000 /dev/zero | tr '\\0' x").said.size(), Run::longest_output);
}

TEST_F(ACommand, RunsSeveralTimesAtOnce) {
    // Each waits until all have begun.
    Driver& channel = begin("cat > /dev/null; touch " + folder_ / "$$" + "; while [ $(ls " + folder_.path()
                            + " | wc -l) -lt 16 ]; do sleep 0.01; done");
    std::vector<std::uint64_t> ids;
    for (int n = 0; n < 16; ++n) {
        ids.push_back(channel.submit({}));
    }
    for (const std::uint64_t id : ids) {
        EXPECT_EQ(channel.outcome(id).kind, DeliveryOutcome::Kind::sent);
    }
}

TEST_F(ACommand, IsKilledWithAllThatItStartedWhenItDoesNotEnd) {
    Driver& channel = begin("echo $$ > " + folder_ / "pid" + "; sleep 1000 & sleep 1000", 1);
    const DeliveryOutcome told = channel.deliver({});
    EXPECT_EQ(told.kind, DeliveryOutcome::Kind::lost);
    EXPECT_THAT(told.said, HasSubstr("did not end in time"));
    const pid_t group = std::stoi(content("pid"));
    EXPECT_TRUE(tests::eventually([&] { return ::kill(-group, 0) != 0; })) << "nobody is left of its group";
}

TEST_F(ACommand, IsNotRunForWhatCouldPlantALine) {
    const std::string script = "touch " + folder_ / "ran";
    for (const char* bad : {"", "a@b\nTo: c@d", "+336\n", "nobody"}) {
        EXPECT_EQ(deliver(script, {.destination = bad}).kind, DeliveryOutcome::Kind::refused) << bad;
    }
    EXPECT_EQ(deliver(script, {.subject = "x\nTo: c@d"}).kind, DeliveryOutcome::Kind::refused);
    EXPECT_EQ(deliver(script, {.expires = 1}).kind, DeliveryOutcome::Kind::refused);
    EXPECT_EQ(content("ran"), "");
    EXPECT_NE(::access((folder_ / "ran").c_str(), F_OK), 0);
}

TEST_F(ACommand, IsAProgramThatOnlyRootCanChange) {
    const std::string mine = folder_ / "program";
    std::ofstream(mine) << "#!/bin/sh\n";
    ASSERT_EQ(::chmod(mine.c_str(), 0777), 0);
    options_.set_list("arguments", {}).set("seconds", 30);
    for (const std::string& bad :
         {mine, std::string("sh"), std::string("/absent"), std::string("/etc/passwd"), std::string("/bin")}) {
        options_.set("program", bad);
        EXPECT_THROW(Driver{options_}, sdk::Refusal) << bad;
    }
    options_.set("program", "");
    EXPECT_EQ(Driver(options_).deliver({}).kind, DeliveryOutcome::Kind::retry) << "none is configured";
}

} // namespace
} // namespace loquet::plugins_command
