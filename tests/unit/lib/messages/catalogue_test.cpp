// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/base/file.h"
#include "lib/base/limits.h"
#include "lib/base/text.h"
#include "lib/messages/catalogue.h"
#include "tests/support/temp_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loquet::messages {

namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;

class ACatalogue : public testing::Test {
protected:
    void SetUp() override {
        base::make_folder(shipped(), 0700);
        base::make_folder(local(), 0700);
    }

    [[nodiscard]] std::string shipped() const { return root_ + "/usr"; }
    [[nodiscard]] std::string local() const { return root_ + "/etc"; }
    void ships(const std::string& name, const std::string& text) const {
        base::replace_file(shipped() + '/' + name, text, 0600);
    }
    void overrides(const std::string& name, const std::string& text) const {
        base::replace_file(local() + '/' + name, text, 0600);
    }
    [[nodiscard]] Catalogue load() const { return Catalogue::load({shipped(), local()}); }

    tests::TempFolder folder_;
    std::string root_ = folder_.path();
};

TEST_F(ACatalogue, SpeaksTheLanguageOfTheDialogElseEnglish) {
    ships("a.en.toml", "hello = \"Hello\"\nbye = \"Bye\"\n");
    ships("a.fr.toml", "hello = \"Bonjour\"\n");
    ships("a.fr_CA.toml", "hello = \"Allô\"\n");
    const Catalogue catalogue = load();
    EXPECT_THAT(catalogue.complaints(), IsEmpty());
    EXPECT_EQ(catalogue.render("fr_FR.UTF-8", "hello"), "Bonjour");
    EXPECT_EQ(catalogue.render("fr-CA@x", "hello"), "Allô");
    EXPECT_EQ(catalogue.render("fr", "bye"), "Bye");
    EXPECT_EQ(catalogue.render("de_DE.UTF-8", "hello"), "Hello");
    EXPECT_EQ(catalogue.render("C", "hello"), "Hello");
}

TEST_F(ACatalogue, ShowsAnUnknownIdItself) {
    const Catalogue catalogue = load();
    EXPECT_FALSE(catalogue.has("no.such"));
    EXPECT_EQ(catalogue.render("fr", "no.such\x1b[2J"), "no.such\\x1b[2J");
}

TEST_F(ACatalogue, FillsATextThatHoldsASecretAsItFillsAnother) {
    ships("a.en.toml", "code = \"{code} for {name}, {{once}}, {missing}\"\n");
    const Catalogue catalogue = load();
    const std::string hostile = "{code}\x1b[2J";
    SecretVariables secrets;
    secrets.emplace_back("code", base::Secret("314159"));
    secrets.emplace_back("name", base::Secret(hostile));
    EXPECT_EQ(catalogue.render_secret("fr", "code", secrets).reveal(),
              catalogue.render("fr", "code", {{"code", "314159"}, {"name", hostile}}));
    EXPECT_EQ(catalogue.render_secret("fr", "no.such", secrets).reveal(), "no.such");
}

TEST_F(ACatalogue, CutsATextThatHoldsASecretAtItsLimitAndInNoCharacter) {
    ships("a.en.toml", "long = \"{a}{b}{c}{d}{e}\"\n");
    SecretVariables secrets;
    for (const char* name : {"a", "b", "c", "d", "e"}) {
        secrets.emplace_back(name, base::Secret(std::string(limits::message_value_bytes - 1, 'x') + "y"));
    }
    const auto cut = load().render_secret("", "long", secrets);
    EXPECT_EQ(cut.size(), limits::prompt_text_bytes);
    secrets[0].second = base::Secret(std::string(limits::message_value_bytes - 1, 'x'));
    secrets[4].second = base::Secret("\u00e9\u00e9");
    const auto whole = load().render_secret("", "long", secrets);
    EXPECT_EQ(whole.size(), limits::prompt_text_bytes - 1) << "the character that does not fit is left out";
    EXPECT_TRUE(base::is_utf8(whole.reveal()));
}

TEST_F(ACatalogue, IsOverriddenTextByText) {
    ships("a.en.toml", "word.one = \"one\"\nword.two = \"two\"\n");
    overrides("site.en.toml", "[word]\ntwo = \"deux\"\n");
    const Catalogue catalogue = load();
    EXPECT_EQ(catalogue.render("", "word.one"), "one");
    EXPECT_EQ(catalogue.render("", "word.two"), "deux");
}

TEST_F(ACatalogue, FillsVariablesAndKeepsDoubledBraces) {
    ships("a.en.toml", "text = \"{{{a}}} {b}{a} }}\"\n");
    const Catalogue catalogue = load();
    EXPECT_THAT(catalogue.complaints(), IsEmpty());
    EXPECT_EQ(catalogue.render("", "text", {{"a", "1"}, {"b", "2"}}), "{1} 21 }");
    EXPECT_EQ(catalogue.render("", "text", {{"a", "1"}}), "{1} {b}1 }");
    EXPECT_THAT(catalogue.variables("en", "text"), ElementsAre("a", "b"));
}

// T22: what a naive renderer, which replaces again in what it has inserted, makes of the same values.
std::string rendered_naively(std::string text, const Variables& variables) {
    for (const auto& [name, value] : variables) {
        for (std::size_t at = text.find('{' + name + '}'); at != std::string::npos; at = text.find('{' + name + '}')) {
            text.replace(at, name.size() + 2, value);
        }
    }
    return text;
}

TEST_F(ACatalogue, T22_ShowsAValueLiterallyWhateverItHolds) {
    ships("a.en.toml", "text = \"Hello {name}, {secret}\"\n");
    const Variables hostile{{"name", "{secret} %s ${x} <b>{{y}}"}, {"secret", "hidden"}};
    const std::string expected = "Hello {secret} %s ${x} <b>{{y}}, hidden";
    EXPECT_EQ(load().render("", "text", hostile), expected);
    EXPECT_NE(rendered_naively("Hello {name}, {secret}", hostile), expected);
}

TEST_F(ACatalogue, T22_EscapesWhatATerminalWouldObey) {
    ships("a.en.toml", "text = \"[{name}]\"\n");
    const std::string shown = load().render("", "text", {{"name", "a\x1b[31m\nb\xe2\x80\xae\xff"}});
    EXPECT_EQ(shown, "[a\\x1b[31m\\x0ab\\u{202e}\\xff]");
    EXPECT_TRUE(base::is_printable(shown));
}

TEST_F(ACatalogue, CutsAValueAboveItsLimitAndNotAtIt) {
    ships("a.en.toml", "text = \"{v}\"\n");
    const Catalogue catalogue = load();
    const std::string fits(limits::message_value_bytes, 'v');
    EXPECT_EQ(catalogue.render("", "text", {{"v", fits}}), fits);
    EXPECT_EQ(catalogue.render("", "text", {{"v", fits + 'v'}}), fits.substr(3) + "...");
    const std::string controls(limits::message_value_bytes, '\x01');
    EXPECT_LE(catalogue.render("", "text", {{"v", controls}}).size(), limits::message_value_bytes);
}

TEST_F(ACatalogue, NeverRendersMoreThanAPromptHolds) {
    std::string text = "text = \"";
    for (int i = 0; i < 20; ++i) {
        text += "{v}";
    }
    ships("a.en.toml", text + "\"\n");
    for (const char* piece : {"v", "é", "𝒳"}) {
        std::string value;
        while (value.size() < limits::message_value_bytes - 4) {
            value += piece;
        }
        const std::string shown = load().render("", "text", {{"v", value}});
        EXPECT_LE(shown.size(), limits::prompt_text_bytes);
        EXPECT_THAT(shown, EndsWith("..."));
        EXPECT_TRUE(base::is_printable(shown));
    }
}

TEST_F(ACatalogue, RefusesATextAboveItsLimitAndNotAtIt) {
    ships("a.en.toml", "fits = \"" + std::string(limits::message_text_bytes, 'x') + "\"\n");
    EXPECT_THAT(load().complaints(), IsEmpty());
    ships("a.en.toml", "long = \"" + std::string(limits::message_text_bytes + 1, 'x') + "\"\n");
    EXPECT_THAT(load().complaints(), ElementsAre(HasSubstr("a.en.toml:1:8: the text is too long")));
}

TEST_F(ACatalogue, KeepsTheShippedTextWhereAnOverrideUsesAnUnknownVariable) {
    ships("a.en.toml", "locked = \"Wait {minutes}\"\n");
    ships("a.fr.toml", "locked = \"Patientez {minutes}\"\n");
    overrides("site.fr.toml", "# ours\nlocked = \"Patientez {minute}\"\n");
    overrides("site.en.toml", "locked = \"Wait {hours}\"\n");
    const Catalogue catalogue = load();
    EXPECT_EQ(catalogue.render("fr", "locked", {{"minutes", "3"}}), "Patientez 3");
    EXPECT_EQ(catalogue.render("en", "locked", {{"minutes", "3"}}), "Wait 3");
    EXPECT_THAT(catalogue.complaints(),
                ElementsAre(AllOf(HasSubstr("site.en.toml:1:10: "), HasSubstr("{hours}"), HasSubstr("{minutes}")),
                            AllOf(HasSubstr("site.fr.toml:2:10: "), HasSubstr("{minute}"), HasSubstr("{minutes}"))));
}

TEST_F(ACatalogue, AcceptsWhatTheShippedTextUsesWhateverAnEnglishOverrideLeavesOut) {
    ships("a.en.toml", "code = \"{code}, {minutes}, {code}\"\n");
    ships("a.fr.toml", "code = \"{code}\"\n");
    overrides("a.en.toml", "code = \"{code}\"\n");
    overrides("b.en.toml", "code = \"In {minutes}: {code}\"\n");
    overrides("b.fr.toml", "code = \"Dans {minutes} : {code}\"\n");
    const Catalogue catalogue = load();
    EXPECT_THAT(catalogue.complaints(), IsEmpty());
    EXPECT_THAT(catalogue.accepted("code"), ElementsAre("code", "minutes"));
    EXPECT_THAT(catalogue.accepted("no.such"), IsEmpty());
    EXPECT_EQ(catalogue.render("fr", "code", {{"code", "1"}, {"minutes", "2"}}), "Dans 2 : 1");
}

TEST_F(ACatalogue, NamesEveryMistakeWithItsPlaceAndUsesTheRest) {
    ships("a.en.toml", "good = \"good\"\nopen = \"a { b\"\nclosed = \"a } b\"\nnumber = 3\nbell = \"\\u0007\"\n");
    ships("b.en.toml", "x = \n");
    ships("c.fr.toml", "new = \"nouveau\"\n");
    ships("noname.toml", "x = \"x\"\n");
    const Catalogue catalogue = load();
    EXPECT_EQ(catalogue.render("", "good"), "good");
    EXPECT_THAT(catalogue.complaints(),
                testing::UnorderedElementsAre(
                    HasSubstr("noname.toml: the file's name says no language"),
                    HasSubstr("a.en.toml:2:8: a single '{'"), HasSubstr("a.en.toml:3:10: a single '}'"),
                    HasSubstr("a.en.toml:4:10: \"number\" is not a text"),
                    HasSubstr("a.en.toml:5:8: the text holds a control character"), HasSubstr("b.en.toml:1:"),
                    HasSubstr("c.fr.toml:1:7: no English catalogue has \"new\"")));
    for (const char* id : {"open", "closed", "number", "bell", "new"}) {
        EXPECT_FALSE(catalogue.has(id)) << id;
    }
}

TEST_F(ACatalogue, IsEmptyWhereThereIsNoFolder) {
    const Catalogue catalogue = Catalogue::load({root_ + "/none"});
    EXPECT_THAT(catalogue.complaints(), IsEmpty());
    EXPECT_THAT(catalogue.languages(), IsEmpty());
}

} // namespace

namespace {

using testing::ElementsAre;

TEST(ALocale, AsksForItsTerritoryThenItsLanguageThenEnglish) {
    EXPECT_THAT(languages_of_locale("fr_CA.UTF-8"), ElementsAre("fr_ca", "fr", "en"));
    EXPECT_THAT(languages_of_locale("fr-CA@x"), ElementsAre("fr_ca", "fr", "en"));
    EXPECT_THAT(languages_of_locale("fr"), ElementsAre("fr", "en"));
    EXPECT_THAT(languages_of_locale("FR_fr"), ElementsAre("fr_fr", "fr", "en"));
}

TEST(ALocale, ThatNamesNoLanguageIsEnglish) {
    for (const char* name : {"", "C", "C.UTF-8", "POSIX", "../../etc", "fr/../x", "f\n", "_", "fr_", "fr_CA_x_y_z_0"}) {
        EXPECT_THAT(languages_of_locale(name), ElementsAre("en")) << name;
    }
    EXPECT_THAT(languages_of_locale(std::string(5000, 'f')), ElementsAre("en"));
}

} // namespace

} // namespace loquet::messages
