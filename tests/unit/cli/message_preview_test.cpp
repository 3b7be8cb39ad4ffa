// SPDX-License-Identifier: LGPL-2.1-or-later
// The built program against the catalogues that ship and overrides of a site; no service, and no bus.
#include "lib/base/file.h"
#include "paths.h"
#include "tests/support/process.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/cli/fake_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace loquet::cli {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class APreview : public testing::Test {
protected:
    void overrides(const std::string& name, const std::string& text) const {
        base::replace_file(site_ / name, text, 0600);
    }
    [[nodiscard]] tests::Outcome preview(std::vector<std::string> arguments) const {
        std::vector<std::string> argv{
            loquetctl_program(), "--bus",      "unix:path=/nonexistent/bus",      "message",
            "preview",           "--messages", LOQUET_SOURCE_DIR "/etc/messages", "--messages",
            site_.path()};
        argv.insert(argv.end(), arguments.begin(), arguments.end());
        return tests::run({argv, {}, {}});
    }
    [[nodiscard]] json preview_as_json(std::vector<std::string> arguments) const {
        arguments.emplace_back("--json");
        return json::parse(preview(std::move(arguments)).output);
    }
    tests::TempFolder site_;
};

TEST_F(APreview, OfAMailHasItsSubjectAndNamesTheVariables) {
    const tests::Outcome outcome = preview({"one_time_code.mail", "--locale", "fr_FR.UTF-8", "--set", "minutes=10"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    EXPECT_EQ(outcome.output.substr(0, outcome.output.find(". Ne le")),
              "     Text: one_time_code.mail\n"
              "Variables: code, minutes\n"
              "  Subject: Votre code de connexion\n"
              "    Reads: Votre code de connexion : <code>. Il est à usage unique et valable 10 minute(s)");
}

TEST_F(APreview, OfAMailWithoutASubjectOfItsOwnHasTheGeneralOne) {
    overrides("site.en.toml", "site.mail = \"Hello {name}\"\n");
    const json shown = preview_as_json({"site.mail", "--set", "name=Zoé = {name}"});
    EXPECT_EQ(shown.at("subject"), "About your account");
    EXPECT_EQ(shown.at("text"), "Hello Zoé = {name}");
}

TEST_F(APreview, OfATextMessageSaysWhatItIsBilledAs) {
    const json english = preview_as_json({"one_time_code.sms"});
    EXPECT_EQ(english.at("alphabet"), "GSM-7");
    EXPECT_EQ(english.at("segments"), 1);
    EXPECT_FALSE(english.contains("subject"));
    overrides("site.fr.toml", "one_time_code.sms = \"Fenêtre ouverte : {code}\"\n");
    const json french =
        preview_as_json({"one_time_code.sms", "--locale", "fr", "--set", "code=" + std::string(80, '1')});
    EXPECT_EQ(french.at("alphabet"), "UCS-2");
    EXPECT_EQ(french.at("units"), 98);
    EXPECT_EQ(french.at("segments"), 2);
    EXPECT_EQ(french.at("segments_transliterated"), 1);
}

TEST_F(APreview, OfANoticeIsThatOfAMailAndOfATextMessage) {
    const json shown = preview_as_json({"notice.locked"});
    EXPECT_EQ(shown.at("subject"), "About your account");
    EXPECT_EQ(shown.at("alphabet"), "GSM-7");
}

TEST_F(APreview, OfATextOfTheScreenIsTheTextAlone) {
    const json shown = preview_as_json({"locked"});
    EXPECT_THAT(shown.at("text"), HasSubstr("<minutes>"));
    EXPECT_FALSE(shown.contains("subject"));
    EXPECT_FALSE(shown.contains("alphabet"));
}

TEST_F(APreview, FailsWhereTheServiceWouldRefuseTheCatalogues) {
    overrides("site.fr.toml", "# ours\none_time_code.sms = \"Code {code} de {name}\"\n");
    const tests::Outcome outcome = preview({"one_time_code.sms", "--locale", "fr"});
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_THAT(outcome.output, HasSubstr("Votre code de connexion : <code>")) << "the text that stays in force";
    EXPECT_THAT(outcome.output, HasSubstr("/site.fr.toml:2:21: {name} is no variable of \"one_time_code.sms\"; "
                                          "accepted: {code}, {minutes}\n"));
    EXPECT_THAT(preview_as_json({"one_time_code.sms"}).at("complaints"), ElementsAre(HasSubstr("site.fr.toml:2:21")));
}

TEST_F(APreview, ShowsNoControlCharacterOfAValue) {
    const tests::Outcome outcome = preview({"one_time_code.sms", "--set", "code=\x1b[2J\r\n7"});
    EXPECT_EQ(outcome.exit_code, 0);
    EXPECT_THAT(outcome.output, HasSubstr("\\x1b[2J\\x0d\\x0a7."));
}

TEST_F(APreview, OfATextThatThereIsNotIsNotFound) {
    const tests::Outcome outcome = preview({"no.such\x1b[2J"});
    EXPECT_EQ(outcome.exit_code, 4);
    EXPECT_EQ(outcome.errors, "loquetctl: No message catalogue has 'no.such\\x1b[2J'.\n");
}

TEST_F(APreview, TakesValuesForVariablesOfTheTextAlone) {
    for (const char* value : {"name=x", "code", "=x", ""}) {
        const tests::Outcome outcome = preview({"one_time_code.sms", "--set", value});
        EXPECT_EQ(outcome.exit_code, 2) << value;
        EXPECT_THAT(outcome.errors, HasSubstr("accepted")) << value;
        EXPECT_THAT(outcome.output, IsEmpty()) << value;
    }
}

} // namespace
} // namespace loquet::cli
