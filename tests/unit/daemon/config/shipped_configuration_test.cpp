// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/config/config.h"
#include "daemon/config/config_file.h"
#include "lib/base/file.h"
#include "lib/base/limits.h"
#include "lib/protocol/names.h"
#include "paths.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>

namespace loquet::config {
namespace {

using testing::IsEmpty;

constexpr const char* etc = LOQUET_SOURCE_DIR "/etc/";

std::string shipped() {
    return base::read_file(std::string(etc) + "loquet.toml", limits::configuration_file_bytes);
}

// "#key = value" and "#[table]" become what they show; "# words" stay a comment.
std::string with_everything_set(const std::string& text) {
    std::istringstream lines(text);
    std::string out;
    for (std::string line; std::getline(lines, line);) {
        const bool shows_a_key = line.size() > 1 && line[0] == '#' && line[1] != ' ';
        out += (shows_a_key ? line.substr(1) : line) + '\n';
    }
    return out;
}

Config whole_config_of(const std::string& text) {
    Config config;
    // So that a key whose shown value is not the default cannot hide behind the default.
    config.disclose = {protocol::Reason::locked};
    config.flows.clear();
    Complaints complaints;
    apply(text, "loquet.toml", config, complaints);
    check(config, complaints);
    EXPECT_THAT(complaints.lines(), IsEmpty());
    return config;
}

TEST(TheShippedConfiguration, SetsNothing) {
    Config config;
    Complaints complaints;
    apply(shipped(), "loquet.toml", config, complaints);
    EXPECT_THAT(complaints.lines(), IsEmpty());
    EXPECT_EQ(config, Config{});
    Config other;
    other.password.history = 7;
    other.hashing.prefix = "$6$";
    Config kept = other;
    apply(shipped(), "loquet.toml", kept, complaints);
    EXPECT_EQ(kept, other);
}

// What a table accepts is what it says when it meets an unknown key.
std::vector<std::string> keys_of(const std::string& table) {
    Config config;
    Complaints complaints;
    apply((table.empty() ? "" : '[' + table + "]\n") + "no_such_key = 1\n", "x", config, complaints);
    for (const std::string& line : complaints.lines()) {
        const std::size_t at = line.find("accepted here: ");
        if (at != std::string::npos) {
            std::istringstream words(line.substr(at + 15));
            std::vector<std::string> keys;
            for (std::string key; std::getline(words >> std::ws, key, ',');) {
                keys.push_back(key);
            }
            return keys;
        }
    }
    ADD_FAILURE() << "no unknown key in " << table;
    return {};
}

TEST(TheShippedConfiguration, ShowsEveryKeyThatIsAccepted) {
    const std::string text = with_everything_set(shipped());
    for (const char* table :
         {"store", "directory", "runtime", "accounts", "hashing", "password", "lockout", "conversation", "self_service",
          "helpdesk", "support", "outbox", "outbox.mail_budget", "outbox.sms_budget", "log", "plugins.lockout"}) {
        const std::size_t begin = text.find(std::string("\n[") + table + "]\n");
        ASSERT_NE(begin, std::string::npos) << table;
        const std::string section = text.substr(begin, text.find("\n[", begin + 1) - begin);
        for (const std::string& key : keys_of(table)) {
            const bool is_table = text.find(std::string("\n[") + table + '.' + key + "]\n") != std::string::npos;
            EXPECT_TRUE(is_table || section.find('\n' + key + " = ") != std::string::npos) << table << '.' << key;
        }
    }
    for (const std::string& key : keys_of("")) {
        const bool shown =
            text.find('\n' + key + " = ") != std::string::npos || text.find("\n[" + key) != std::string::npos;
        EXPECT_TRUE(shown) << key;
    }
}

class AShippedProfile : public testing::TestWithParam<const char*> {
protected:
    [[nodiscard]] static Config load(const std::string& name) {
        const std::string path = testing::TempDir() + "profile-" + name + ".toml";
        base::replace_file(path, "profile = \"" + name + "\"\n", 0600);
        const Config config = config::load(path, {std::string(etc) + "profiles"});
        std::filesystem::remove(path);
        return config;
    }
};

TEST_P(AShippedProfile, HoldsNoMistake) {
    const Config config = load(GetParam());
    EXPECT_EQ(config.profile, GetParam());
    EXPECT_NE(config.flow(protocol::purpose::login, "login"), nullptr);
}

/// What holds where nothing is set: the built-in values, and the way back in and to another
/// address, which a profile has and no other default.
Config defaults() {
    Config config;
    const FlowItem factors{.steps = {step_named("totp"), step_named("recovery_codes")}, .at_least = 0, .position = {}};
    Flow recovery = flow_of_steps("recover-password", {"ticket"});
    recovery.items.push_back(factors);
    recovery.items.push_back(required_step("new_password"));
    config.flows.push_back(std::move(recovery));
    Flow names = flow_of_steps("recover-name", {"identify", "send_names"});
    names.items.front().by = {IdentifiedBy::mail};
    config.flows.push_back(std::move(names));
    Flow address = flow_of_steps("change-address", {"password"});
    address.items.push_back(factors);
    address.items.push_back(required_step("new_address"));
    config.flows.push_back(std::move(address));
    config.self_service.names = {{"aide", "fr"}, {"help", "en"}};
    return config;
}

TEST(TheShippedConfiguration, ShowsTheDefaults) {
    EXPECT_EQ(whole_config_of(with_everything_set(shipped())), defaults());
}

INSTANTIATE_TEST_SUITE_P(Each, AShippedProfile,
                         testing::Values("default", "apart", "portail", "net-entreprises", "apicil", "bonuseco"));

using TheDefaultProfile = AShippedProfile;
TEST_F(TheDefaultProfile, IsWhatHoldsWithoutOne) {
    EXPECT_EQ(Config{}.profile, "default");
    EXPECT_EQ(load("default"), defaults());
}

using ThePortalProfile = AShippedProfile;
TEST_F(ThePortalProfile, PORTAL6_RecoversNameAndPasswordInOne) {
    EXPECT_EQ(*load("portail").flow("recover-password", "login"),
              flow_of_steps("recover-password", {"identify", "ticket", "new_password"}));
}

using TheBonusEcoProfile = AShippedProfile;
TEST_F(TheBonusEcoProfile, BONUS_4_16_19_20_AsksTheChallengeFirstSaysTheLockAndExpiresAfter90Days) {
    const Config config = load("bonuseco");
    EXPECT_EQ(*config.flow("login", "login"),
              flow_of_steps("login", {"arithmetic", "password", "expiry", "authorisation"}));
    EXPECT_EQ(config.plugins.at("arithmetic").proves, Proof::challenge);
    EXPECT_TRUE(config.discloses(protocol::Reason::locked));
    EXPECT_FALSE(config.discloses(protocol::Reason::disabled));
    EXPECT_EQ(config.password.expires_after, std::chrono::days(90));
    EXPECT_THAT(config.accounts.authorisations, IsEmpty());
}

using TheApicilProfile = AShippedProfile;
TEST_F(TheApicilProfile, APICIL_3_AsksForACodeByMessageAtEveryLogin) {
    const Config config = load("apicil");
    EXPECT_EQ(*config.flow("login", "login"),
              flow_of_steps("login", {"password", "one_time_code", "expiry", "authorisation"}));
    EXPECT_EQ(config.plugins.at("one_time_code").proves, Proof::of(Method::mailbox) | Proof::of(Method::telephone));
    EXPECT_FALSE(config.plugins.at("one_time_code").enrolled_only) << "of everybody";
    EXPECT_FALSE(config.outbox.sms.empty());
    EXPECT_FALSE(config.outbox.mail.empty());
}

} // namespace
} // namespace loquet::config
