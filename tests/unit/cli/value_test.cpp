// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/json.h"
#include "cli/value.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace loquet::cli {
namespace {

TEST(ACell, ShowsNothingThatATerminalWouldObey) {
    EXPECT_EQ(cell_text(std::string("a\x1b[31mb\nc")), "a\\x1b[31mb\\x0ac");
    EXPECT_EQ(cell_text(std::vector<std::string>{"sshd", "su\rdo"}), "sshd, su\\x0ddo");
}

TEST(ACell, IsEmptyForNothing) {
    EXPECT_EQ(cell_text(Value()), "");
    EXPECT_EQ(cell_text(true), "yes");
    EXPECT_EQ(cell_text(std::uint64_t{30000}), "30000");
}

TEST(AJsonText, KeepsTheRecordsOrderAndTypes) {
    const Record record{{{"name", "NAME", std::string("zoé")},
                         {"uid", "UID", std::uint64_t{30000}},
                         {"last_login", "", base::Milliseconds(1'795'420'692'000)},
                         {"organisation", "", Value()},
                         {"may", "", std::vector<std::string>{"sshd"}},
                         {"parts", "", std::vector<Record>{Record{{{"ok", "", false}}}}}}};
    EXPECT_EQ(json_text(record), "{\"name\":\"zoé\",\"uid\":30000,\"last_login\":\"2026-11-23T07:58:12Z\","
                                 "\"organisation\":null,\"may\":[\"sshd\"],\"parts\":[{\"ok\":false}]}");
}

TEST(AJsonText, IsReadBackAsItWasWhateverTheTextHolds) {
    std::string all = "\"\\/\u2028\U0001F600";
    for (char c = 0; c < 0x20; ++c) {
        all.push_back(c);
    }
    const std::string text = json_text(Record{{{"x", "", all}}});
    EXPECT_EQ(nlohmann::json::parse(text).at("x").get<std::string>(), all);
    EXPECT_EQ(text.find('\n'), std::string::npos) << "one record, one line";
}

TEST(AJsonText, IsValidForBytesThatAreNotUtf8) {
    const std::string text = json_text(Record{{{"x", "", std::string("a\xff")}}});
    EXPECT_EQ(nlohmann::json::parse(text).at("x").get<std::string>(), "a\uFFFD");
}

} // namespace
} // namespace loquet::cli
