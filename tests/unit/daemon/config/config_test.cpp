// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/config/config.h"
#include "daemon/config/config_file.h"
#include "lib/base/limits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loquet::config {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::vector<std::string> complaints_about(const std::string& text) {
    Config config;
    Complaints complaints;
    apply(text, "f.toml", config, complaints);
    if (complaints.lines().empty()) {
        check(config, complaints);
    }
    return complaints.lines();
}

Config config_of(const std::string& text) {
    Config config;
    Complaints complaints;
    apply(text, "f.toml", config, complaints);
    check(config, complaints);
    EXPECT_THAT(complaints.lines(), IsEmpty());
    return config;
}

TEST(AConfiguration, OfNothingIsTheDefault) {
    EXPECT_EQ(config_of(""), Config{});
}

TEST(AConfiguration, SetsWhatItNames) {
    const Config config = config_of(R"(
        profile = "bonuseco"
        disclose = ["locked", "disabled"]
        [hashing]
        method = "sha512crypt"
        cost = 5000
        memory = "64 MiB"
        [password]
        expires_after_days = 90
        [log]
        level = "debug"
        [plugins.sum]
        kind = "step"
        deadline_ms = 500
        [flow.login.service.sudo]
        steps = ["password"]
    )");
    EXPECT_EQ(config.profile, "bonuseco");
    EXPECT_TRUE(config.discloses(protocol::Reason::locked));
    EXPECT_FALSE(Config{}.discloses(protocol::Reason::locked));
    EXPECT_EQ(config.hashing.prefix, "$6$");
    EXPECT_EQ(config.hashing.memory.of(1), 64U << 20U);
    EXPECT_EQ(config.password.expires_after, std::chrono::days(90));
    EXPECT_EQ(config.log.level, log::Level::debug);
    EXPECT_EQ(config.plugins.at("sum").deadline, std::chrono::milliseconds(500));
    EXPECT_EQ(config.flow("login", "sudo")->items.size(), 1U);
    EXPECT_EQ(*config.flow("login", "sshd"), *Config{}.flow("login", ""));
    EXPECT_EQ(config.flow("no-such-purpose", "sudo"), nullptr);
}

TEST(AConfiguration, GivesAChannelAMinuteUnlessItSaysOtherwise) {
    const Config config = config_of("[plugins.smtp]\nkind = 'channel'\n"
                                    "[plugins.patient]\nkind = 'channel'\ndeadline_ms = 300000\n"
                                    "[plugins.door]\nkind = 'step'\n");
    EXPECT_EQ(config.plugins.at("smtp").kind, PluginKind::channel);
    EXPECT_EQ(config.plugins.at("smtp").deadline, std::chrono::seconds(60));
    EXPECT_EQ(config.plugins.at("patient").deadline, std::chrono::seconds(300));
    EXPECT_EQ(config.plugins.at("door").deadline, std::chrono::seconds(2));
    EXPECT_THAT(complaints_about("[plugins.smtp]\nkind = 'channel'\ndeadline_ms = 300001\n"),
                ElementsAre(HasSubstr("50 to 300000")));
    EXPECT_THAT(complaints_about("[plugins.door]\nkind = 'step'\ndeadline_ms = 10001\n"),
                ElementsAre(HasSubstr("50 to 10000")));
    EXPECT_THAT(complaints_about("[plugins.smtp]\nkind = 'channel'\nproves = 'possession'\n"),
                ElementsAre(HasSubstr("accepted where kind = \"step\"")));
}

TEST(AConfiguration, NamesThePluginOfAnInstanceThatIsCalledOtherwise) {
    const Config config = config_of("[plugins.phone]\nplugin = 'totp'\n[plugins.totp]\nkind = 'step'\n");
    EXPECT_EQ(config.plugins.at("phone").plugin, "totp");
    EXPECT_EQ(config.plugins.at("totp").plugin, "") << "as the instance";
    EXPECT_NE(config.plugins.at("phone"), config.plugins.at("totp"));
    const std::string longest(limits::plugin_name_bytes, 'a');
    EXPECT_THAT(complaints_about("[plugins.phone]\nplugin = '" + longest + "'\n"), ElementsAre());
    for (const std::string& name : {std::string(), longest + 'a', std::string("../totp"), std::string("Totp")}) {
        EXPECT_THAT(complaints_about("[plugins.phone]\nplugin = '" + name + "'\n"),
                    ElementsAre(HasSubstr("the name of a plugin")))
            << name;
    }
}

// A file of loquet.toml.d sees what stands in those before it.
TEST(AConfiguration, KeepsTheDeadlineOfAnInstanceWhoseKindIsSaidAgain) {
    Config config;
    Complaints complaints;
    apply("[plugins.smtp]\nkind = 'channel'\ndeadline_ms = 90000\n", "a.toml", config, complaints);
    apply("[plugins.smtp]\nkind = 'channel'\n", "b.toml", config, complaints);
    EXPECT_EQ(config.plugins.at("smtp").deadline, std::chrono::seconds(90));
}

TEST(AConfiguration, NamesEveryMistakeWithItsPlaceAndWhatIsAccepted) {
    EXPECT_THAT(
        complaints_about("profle = 'x'\n"
                         "[accounts]\n"
                         "uid_first = '30000'\n"
                         "home = 'home/{name}'\n"
                         "[password]\n"
                         "history = 25\n"
                         "[log]\n"
                         "level = 'loud'\n"
                         "[stoer]\n"
                         "[lockout]\n"
                         "plugin = '../x'\n"),
        testing::UnorderedElementsAre(
            AllOf(HasSubstr("f.toml:1:1: unknown key profle"), HasSubstr("accepted here: profile, disclose, store")),
            HasSubstr("f.toml:3:13: accounts.uid_first: accepted is a whole number from 1 to 2147483647"),
            HasSubstr("f.toml:4:8: accounts.home: accepted is an absolute path that holds {name}"),
            HasSubstr("f.toml:6:11: password.history: accepted is a whole number from 0 to 24"),
            HasSubstr(R"(f.toml:8:9: log.level: accepted is one of "error", "warning")"),
            HasSubstr("f.toml:9:2: unknown key stoer"), HasSubstr("f.toml:11:10: lockout.plugin: accepted is")));
}

TEST(AConfiguration, ThatIsNotTomlIsRefusedWhereItBreaks) {
    EXPECT_THAT(complaints_about("[store]\nfolder = \n"), ElementsAre(HasSubstr("f.toml:2:")));
    EXPECT_THAT(complaints_about("store = 3"), ElementsAre(HasSubstr("f.toml:1:9: store: accepted is a table")));
}

TEST(AConfiguration, ShowsNoControlCharacterOfTheFile) {
    for (const std::string& line : complaints_about("\"a\\u001b[2J\" = 1\n[plugins.\"\\u202e\"]\n")) {
        EXPECT_EQ(line.find('\x1b'), std::string::npos);
        EXPECT_EQ(line.find("\u202e"), std::string::npos);
    }
}

TEST(AConfiguration, AcceptsAUidRangeUpToOthersAndNotIntoThem) {
    const auto range = [](const std::string& first, const std::string& last, const std::string& more = "") {
        return complaints_about("[accounts]\nuid_first = " + first + "\nuid_last = " + last + '\n' + more);
    };
    EXPECT_THAT(range("1000", "59999"), IsEmpty());
    EXPECT_THAT(range("70000", "99999"), IsEmpty());
    EXPECT_THAT(range("999", "59999"), ElementsAre(AllOf(HasSubstr("f.toml:3:12"), HasSubstr("system users"))));
    EXPECT_THAT(range("1000", "60000"), ElementsAre(HasSubstr("dynamic users")));
    EXPECT_THAT(range("70000", "100000"), ElementsAre(HasSubstr("subordinate ids")));
    EXPECT_THAT(range("600100001", "600100002"), ElementsAre(HasSubstr("systemd's containers")));
    EXPECT_THAT(range("1000000", "2999999", "allow_overlapping_uids = true"), IsEmpty());
    EXPECT_THAT(range("60000", "65534", "allow_overlapping_uids = true"), ElementsAre(HasSubstr("nobody")));
    EXPECT_THAT(range("50000", "40000"), ElementsAre(HasSubstr("not less than uid_first")));
}

TEST(AConfiguration, BoundsTheCostByTheMethod) {
    const auto cost = [](const std::string& method, int value) {
        return complaints_about("[hashing]\nmethod = '" + method + "'\ncost = " + std::to_string(value) + '\n');
    };
    for (const auto& [method, least, most] : std::vector<std::tuple<std::string, int, int>>{
             {"yescrypt", 1, 11}, {"scrypt", 6, 11}, {"bcrypt", 4, 31}, {"sha512crypt", 1000, 999'999'999}}) {
        EXPECT_THAT(cost(method, 0), IsEmpty());
        EXPECT_THAT(cost(method, least), IsEmpty());
        EXPECT_THAT(cost(method, most), IsEmpty());
        EXPECT_THAT(cost(method, most + 1), ElementsAre(HasSubstr("f.toml:3:8: hashing.cost"))) << method;
    }
    EXPECT_THAT(cost("sha512crypt", 999), ElementsAre(HasSubstr("1000 to 999999999")));
    EXPECT_THAT(cost("md5crypt", 0), ElementsAre(HasSubstr("f.toml:2:10: hashing.method")));
}

TEST(AConfiguration, WantsItsPluginsToBeThereAndOfTheRightKind) {
    EXPECT_THAT(complaints_about("lockout.plugin = 'strict'"),
                ElementsAre(AllOf(HasSubstr("f.toml:1:"), HasSubstr("[plugins.strict] with kind = \"lockout\""))));
    EXPECT_THAT(complaints_about("password.rules = 'lockout'"), ElementsAre(HasSubstr("kind = \"password-rules\"")));
    EXPECT_THAT(complaints_about("password.rules = ''"), IsEmpty());
    EXPECT_THAT(complaints_about("[plugins.password]\nkind = 'step'"), ElementsAre(HasSubstr("built-in step")));
    EXPECT_THAT(complaints_about("[plugins.lockout]\nproves = 'possession'"),
                ElementsAre(HasSubstr("accepted where kind")));
}

Proof proof_in(const std::string& value) {
    return config_of("[plugins.door]\nkind = 'step'\nproves = " + value).plugins.at("door").proves;
}

TEST(AConfiguration, SaysByWhichMethodAStepProvesOrByOneOfWhich) {
    EXPECT_EQ(proof_in("'challenge'"), Proof::challenge);
    EXPECT_EQ(proof_in("'knowledge'"), Proof::of(Method::question));
    EXPECT_EQ(proof_in("'question'"), Proof::of(Method::question));
    EXPECT_EQ(proof_in("'possession'"), Proof::of(Method::device));
    EXPECT_EQ(proof_in("'device'"), Proof::of(Method::device));
    EXPECT_EQ(proof_in("'saved-code'"), Proof::of(Method::saved_code));
    EXPECT_EQ(proof_in("'mailbox'"), Proof::of(Method::mailbox));
    EXPECT_EQ(proof_in("['telephone']"), Proof::of(Method::telephone));
    EXPECT_EQ(proof_in("['mailbox', 'telephone']"), Proof::of(Method::mailbox) | Proof::of(Method::telephone));
    EXPECT_EQ(proof_in("['telephone', 'mailbox', 'telephone']"),
              Proof::of(Method::mailbox) | Proof::of(Method::telephone));
}

// A sum beside a mailbox would let anybody pass, and count as the mailbox.
TEST(AConfiguration, AcceptsInAListOfProofsMethodsAlone) {
    for (const char* list : {"['challenge', 'mailbox']", "['mailbox', 'challenge']", "['challenge']", "['password']",
                             "['person']", "['mail']", "[3]", "[['mailbox']]"}) {
        EXPECT_THAT(complaints_about(std::string("[plugins.door]\nkind = 'step'\nproves = ") + list),
                    ElementsAre(AllOf(HasSubstr("f.toml:3:"), HasSubstr("plugins.door.proves: accepted is a list of "),
                                      HasSubstr("\"mailbox\", \"telephone\""), Not(HasSubstr("challenge")))))
            << list;
    }
    EXPECT_THAT(complaints_about("[plugins.door]\nkind = 'step'\nproves = []"),
                ElementsAre(HasSubstr("f.toml:3:10: plugins.door.proves: accepted is a list of ")));
    for (const char* word : {"'password'", "'mail'", "1"}) {
        EXPECT_THAT(complaints_about(std::string("[plugins.door]\nkind = 'step'\nproves = ") + word),
                    ElementsAre(HasSubstr("f.toml:3:10: plugins.door.proves: accepted is one of \"challenge\"")))
            << word;
    }
    EXPECT_THAT(complaints_about("[plugins.smtp]\nkind = 'channel'\nproves = ['mailbox', 'telephone']\n"),
                ElementsAre(HasSubstr("plugins.smtp.proves: accepted where kind = \"step\"")));
}

TEST(AConfiguration, NamesTheServicesWhosePeopleMayHelpThemselves) {
    EXPECT_THAT(config_of("").self_service.services, ElementsAre("login", "lightdm", "greetd"));
    EXPECT_THAT(config_of("self_service.services = ['login', 'gdm-password']").self_service.services,
                ElementsAre("login", "gdm-password"));
    EXPECT_THAT(config_of("self_service.services = []").self_service.services, IsEmpty());
    EXPECT_THAT(config_of("self_service.services = ['" + std::string(limits::client_field_bytes, 's') + "']")
                    .self_service.services,
                testing::SizeIs(1));
    for (const std::string& list : {std::string("['']"), "['" + std::string(limits::client_field_bytes + 1, 's') + "']",
                                    std::string("[3]"), std::string("[\"a\\u001bb\"]"), std::string("'login'")}) {
        EXPECT_THAT(complaints_about("self_service.services = " + list),
                    ElementsAre(HasSubstr("self_service.services: accepted is ")))
            << list;
    }
    EXPECT_THAT(complaints_about("self_service.name = 'help'"),
                ElementsAre(HasSubstr("unknown key self_service.name; accepted here: services, names")));
}

TEST(AConfiguration, NamesWhatOpensTheMenuAndInWhichLanguage) {
    using Names = std::map<std::string, std::string>;
    EXPECT_EQ(config_of("").self_service.names, Names{});
    EXPECT_EQ(config_of("self_service.names = { aide = 'fr', help = 'en', hulp = 'nl_BE' }").self_service.names,
              (Names{{"aide", "fr"}, {"help", "en"}, {"hulp", "nl_BE"}}));
    EXPECT_EQ(config_of("self_service.names = {}").self_service.names, Names{});
    for (const char* names : {"['help']", "'help'", "{ help = 3 }", "{ help = '' }", "{ help = 'English' }",
                              "{ Help = 'en' }", "{ 'a b' = 'en' }", "{ 'a@b' = 'en' }",
                              "{ a = 'en', b = 'en', c = 'en', d = 'en', e = 'en', f = 'en', g = "
                              "'en', h = 'en', i = 'en' }"}) {
        EXPECT_THAT(complaints_about("self_service.names = " + std::string(names)),
                    ElementsAre(HasSubstr("self_service.names: accepted is at most 8 names")))
            << names;
    }
    EXPECT_THAT(complaints_about("self_service.names = { org-help = 'en' }"),
                ElementsAre(HasSubstr("begins with \"org-\"")));
}

TEST(AConfiguration, NamesTheGroupsWhoseMembersTakeTwoPeople) {
    EXPECT_FALSE(config_of("").helpdesk.accept_unverified_callers);
    EXPECT_THAT(config_of("").helpdesk.privileged_groups, testing::IsSupersetOf({"sudo", "adm", "helpdesk"}));
    EXPECT_TRUE(config_of("helpdesk.accept_unverified_callers = true").helpdesk.accept_unverified_callers);
    EXPECT_THAT(config_of("helpdesk.privileged_groups = ['it staff']").helpdesk.privileged_groups,
                ElementsAre("it staff"));
    for (const char* list : {"['']", "[3]", "'sudo'", "[\"a\\u001bb\"]"}) {
        EXPECT_THAT(complaints_about(std::string("helpdesk.privileged_groups = ") + list),
                    ElementsAre(HasSubstr("helpdesk.privileged_groups: accepted is ")))
            << list;
    }
    EXPECT_EQ(config_of("").helpdesk.hold, std::chrono::hours(24));
    EXPECT_EQ(config_of("helpdesk.hold_hours = 0").helpdesk.hold, std::chrono::hours(0));
    EXPECT_THAT(complaints_about("helpdesk.hold_hours = 721"),
                ElementsAre(HasSubstr("helpdesk.hold_hours: accepted is ")));
    std::string groups;
    for (std::size_t i = 0; i < limits::machine_groups; ++i) {
        groups += "'g" + std::to_string(i) + "', ";
    }
    EXPECT_THAT(complaints_about("helpdesk.privileged_groups = [" + groups + "]"), IsEmpty());
    EXPECT_THAT(complaints_about("helpdesk.privileged_groups = [" + groups + "'one more']"),
                ElementsAre(HasSubstr("accepted are at most 32 groups")));
}

TEST(AConfiguration, NamesWhomToCallInOneLine) {
    EXPECT_EQ(config_of("").support.contact, "");
    EXPECT_EQ(config_of("support.contact = 'Assistance : 01 23 45 67 89, de 8 h à 18 h'").support.contact,
              "Assistance : 01 23 45 67 89, de 8 h à 18 h");
    EXPECT_THAT(complaints_about("support.contact = '" + std::string(limits::support_contact_bytes, 'x') + "'"),
                IsEmpty());
    for (const std::string& text : {'"' + std::string(limits::support_contact_bytes + 1, 'x') + '"',
                                    std::string("\"two\\nlines\""), std::string("\"\\u001b[2J\""), std::string("7")}) {
        EXPECT_THAT(complaints_about("support.contact = " + text),
                    ElementsAre(HasSubstr("support.contact: accepted is one line of at most 160 bytes")))
            << text;
    }
}

TEST(AConfiguration, WarnsOfExpiryOnlyAfterTheLastChange) {
    EXPECT_THAT(complaints_about("[password]\nexpires_after_days = 15\nwarn_days = 14"), IsEmpty());
    EXPECT_THAT(complaints_about("[password]\nexpires_after_days = 14\nwarn_days = 14"),
                ElementsAre(HasSubstr("f.toml:3:13: password.warn_days")));
}

TEST(AConfiguration, PutsTheDirectoryIntoAFolderWithAPathAndGroupsUnderAPrefix) {
    const auto directory = [](const std::string& key, const std::string& value) {
        return complaints_about("[directory]\n" + key + " = '" + value + "'\n");
    };
    EXPECT_EQ(config_of("directory.folder = '/srv/names'").directory.folder, "/srv/names");
    for (const char* folder : {"", "names", "/srv/../etc", "/srv/.."}) {
        EXPECT_THAT(directory("folder", folder), ElementsAre(HasSubstr("f.toml:2:10: directory.folder"))) << folder;
    }
    EXPECT_EQ(config_of("directory.organisation_prefix = 'g_2-'").directory.organisation_prefix, "g_2-");
    EXPECT_THAT(directory("organisation_prefix", std::string(16, 'a')), IsEmpty());
    for (const std::string& prefix : {std::string(), std::string(17, 'a'), std::string("Org-"), std::string("2-"),
                                      std::string("-"), std::string("org:"), std::string("org ")}) {
        EXPECT_THAT(directory("organisation_prefix", prefix), ElementsAre(HasSubstr("accepted is 1 to 16 of a-z")))
            << prefix;
    }
    EXPECT_THAT(directory("prefix", "org-"), ElementsAre(HasSubstr("f.toml:2:1: unknown key directory.prefix")));
}

TEST(AConfiguration, PutsNobodyIntoAGroupThatRulesTheMachine) {
    const auto groups = [](const std::string& list) { return complaints_about("[accounts]\ngroups = " + list); };
    EXPECT_THAT(config_of("accounts.groups = ['audio', 'plugdev']").accounts.groups, ElementsAre("audio", "plugdev"));
    for (const char* group : {"root", "sudo", "wheel", "adm", "disk", "shadow", "docker", "lxd", "loquet"}) {
        EXPECT_THAT(groups("['audio', '" + std::string(group) + "']"),
                    ElementsAre(AllOf(HasSubstr("f.toml:2:20: accounts.groups"), HasSubstr("rights over it"))))
            << group;
    }
    for (const char* group : {"", "two words", "a:b", "a/b"}) {
        EXPECT_THAT(groups("['" + std::string(group) + "']"), ElementsAre(HasSubstr("accounts.groups"))) << group;
    }
    EXPECT_THAT(groups("[29]"), ElementsAre(HasSubstr("accounts.groups")));
    EXPECT_THAT(groups("'audio'"), ElementsAre(HasSubstr("a list")));
}

TEST(AConfiguration, KeepsTheLimitsOfAccountsGroupsAndRefusesOneMore) {
    const auto groups = [](std::size_t count, std::size_t size) {
        std::string list;
        for (std::size_t i = 0; i < count; ++i) {
            list += "'" + std::string(size, 'g') + "',";
        }
        return complaints_about("[accounts]\ngroups = [" + list + "]");
    };
    EXPECT_THAT(groups(limits::machine_groups, limits::client_field_bytes), IsEmpty());
    EXPECT_THAT(groups(limits::machine_groups + 1, 1),
                ElementsAre(AllOf(HasSubstr("f.toml:2:10: accounts.groups"), HasSubstr("at most 32"))));
    EXPECT_THAT(groups(1, limits::client_field_bytes + 1), ElementsAre(HasSubstr("accounts.groups")));
}

TEST(ASize, IsAbsoluteOrAPartOfTheWhole) {
    EXPECT_EQ(parse_size("1024"), Size{.bytes = 1024});
    EXPECT_EQ(parse_size("256 MiB"), Size{.bytes = 256ULL << 20U});
    EXPECT_EQ(parse_size("1GiB"), Size{.bytes = 1ULL << 30U});
    EXPECT_EQ(parse_size("3 KiB")->of(1), 3072U);
    EXPECT_EQ(parse_size("25%")->of(4096), 1000U);
    EXPECT_EQ(parse_size("100%"), Size{.percent = 100});
}

TEST(ASize, IsNothingElse) {
    for (const char* text : {"", "MiB", "-1", "1.5 GiB", "0%", "101%", "1 MB", "1  MiB", "1 MiB ", "17179869184 GiB",
                             "99999999999999999999"}) {
        EXPECT_EQ(parse_size(text), std::nullopt) << text;
    }
}

} // namespace
} // namespace loquet::config
