// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/model/canonical_form.h"
#include "lib/base/limits.h"
#include "tests/support/error_kind.h"

#include <gtest/gtest.h>

namespace loquet::model {

namespace {

TEST(AnAccountsName, IsAcceptedInItsOneForm) {
    for (const std::string name : {"a", "_", "bonnie", "b.o-n_n1e", "_www", "a1", "x--y"}) {
        EXPECT_EQ(canonical_name(name), name);
    }
    EXPECT_EQ(canonical_name("BonniE"), "bonnie");
    const std::string longest(limits::account_name_bytes, 'a');
    EXPECT_EQ(canonical_name(longest), longest);
}

TEST(AnAccountsName, IsRefusedWhereItCouldMeanSomethingElse) {
    for (const std::string name : {"",    "1",   "007", "1a",  "-a",  ".",   "..",          ".a",   "a.", "a-", "a..b",
                                   "a/b", "a b", " a",  "a\n", "a:b", "a@b", "caf\xc3\xa9", "\xff", "a$", "*"}) {
        EXPECT_EQ(canonical_name(name), std::nullopt) << name;
        EXPECT_EQ(tests::kind_of_error([&] { (void)require_account_name(name); }), base::Error::Kind::invalid);
    }
    EXPECT_EQ(canonical_name(std::string("a\0b", 3)), std::nullopt);
    EXPECT_EQ(canonical_name(std::string(limits::account_name_bytes + 1, 'a')), std::nullopt);
}

TEST(AnAccountsName, T22_IsMadePrintableInTheRefusal) {
    try {
        (void)require_account_name("a\x1b[2J");
        FAIL() << "it is no name";
    } catch (const base::Error& error) {
        EXPECT_EQ(std::string_view(error.what()).find('\x1b'), std::string_view::npos);
    }
}

} // namespace

} // namespace loquet::model
