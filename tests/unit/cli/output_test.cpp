// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/output.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace loquet::cli {

namespace {

using testing::ElementsAre;

std::vector<std::string> lines_of(const std::string& text) {
    std::istringstream stream(text);
    std::vector<std::string> out;
    for (std::string line; std::getline(stream, line);) {
        out.push_back(line);
    }
    return out;
}

TEST(ADisplayWidth, CountsTerminalCellsAndNotBytes) {
    EXPECT_EQ(display_width("abc"), 3U);
    EXPECT_EQ(display_width("éàü"), 3U);
    EXPECT_EQ(display_width("e\u0301"), 1U) << "a combining accent takes no cell";
    EXPECT_EQ(display_width("日本"), 4U) << "ideographs are two cells wide";
    EXPECT_EQ(display_width("\xff"), 1U) << "a byte that is not UTF-8 is not lost";
}

TEST(ACut, LeavesWhatFits) {
    EXPECT_EQ(cut_to_width("alice", 5), "alice");
    EXPECT_EQ(cut_to_width("alice", 4), "ali…");
    EXPECT_EQ(cut_to_width("alice", 0), "");
}

TEST(ACut, SplitsNeitherAWideCharacterNorItsAccents) {
    EXPECT_EQ(cut_to_width("日本語", 4), "日…") << "the second ideograph would need a fifth cell for the ellipsis";
    EXPECT_EQ(cut_to_width("e\u0301e\u0301e\u0301", 2), "e\u0301…");
}

TEST(ATable, KeepsItsColumnsStraightWhateverTheScript) {
    Table table({"NAME", "STATE"}, 0);
    const std::vector<Table::Row> rows{{"zoé", "active"}, {"日本", "locked"}, {"bob", ""}};
    EXPECT_THAT(lines_of(table.lines(rows)), ElementsAre("NAME  STATE", "zoé   active", "日本  locked", "bob"));
}

TEST(ATable, FitsTheTerminalByItsWidestColumn) {
    Table table({"NAME", "DETAIL"}, 24);
    const std::vector<Table::Row> rows{{"lockout", "the plugin did not answer in time"}};
    const std::vector<std::string> lines = lines_of(table.lines(rows));
    EXPECT_THAT(lines, ElementsAre("NAME     DETAIL", "lockout  the plugin did…"));
    EXPECT_EQ(display_width(lines[1]), 24U);
}

TEST(ATable, NeverIsWiderThanATerminalThatIsTooNarrowForIt) {
    Table table({"FIRST COLUMN", "SECOND COLUMN"}, 12);
    const std::vector<Table::Row> rows{{"aaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbb"}};
    for (const std::string& line : lines_of(table.lines(rows))) {
        EXPECT_LE(display_width(line), 12U);
    }
}

TEST(ATable, GoesOnWhereAnEarlierPieceEndedWithoutItsTitlesAgain) {
    Table table({"NAME", "UID"}, 0);
    const std::vector<Table::Row> first{{"alexandrine", "30000"}};
    const std::vector<Table::Row> second{{"bo", "30001"}};
    EXPECT_THAT(lines_of(table.lines(first)), ElementsAre("NAME         UID", "alexandrine  30000"));
    EXPECT_THAT(lines_of(table.lines(second)), ElementsAre("bo           30001"));
}

} // namespace

namespace {

using testing::ElementsAre;

TEST(APagersArguments, AreWordsAndNeverAShellsLine) {
    EXPECT_THAT(pager_arguments("less -R", false), ElementsAre("less", "-R"));
    EXPECT_THAT(pager_arguments("less; rm -rf $HOME", false), ElementsAre("less;", "rm", "-rf", "$HOME"));
}

TEST(APagersArguments, AreThoseOfLessUnlessThePersonChose) {
    EXPECT_THAT(pager_arguments(nullptr, false), ElementsAre("less"));
    EXPECT_THAT(pager_arguments("  ", false), ElementsAre("less"));
}

TEST(APagersArguments, AreNotTakenFromTheEnvironmentWithBorrowedRights) {
    EXPECT_THAT(pager_arguments("/home/mallory/pager", true), ElementsAre("less"));
}

TEST(APager, IsDoneWithoutWhereItsProgramIsMissing) {
    EXPECT_FALSE(Pager::start({"/nonexistent/pager"}).has_value());
}

} // namespace

} // namespace loquet::cli
