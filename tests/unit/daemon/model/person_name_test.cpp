// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/model/person_name.h"

#include <gmock/gmock.h>

namespace loquet::model {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(ANameOfAPerson, IsFoundWhateverItsCaseAndMarks) {
    EXPECT_THAT(folded_words("Élodie D’Aubigné-Ñuñez"), ElementsAre("elodie", "d", "aubigne", "nunez"));
    EXPECT_THAT(folded_words("E\u0301LODIE"), ElementsAre("elodie")) << "a mark of its own";
    EXPECT_THAT(folded_words("Œuvrard Groß Łukasz Đặng"), ElementsAre("oeuvrard", "gross", "lukasz", "dang"));
    EXPECT_THAT(folded_words("ＭＡＲＴＩＮ"), ElementsAre("martin")) << "of East Asian width";
}

TEST(ANameOfAPerson, KeepsTheLettersOfOtherScripts) {
    EXPECT_THAT(folded_words("ИВАНОВА 山田"), ElementsAre("иванова", "山田"));
}

TEST(ANameOfAPerson, IsPartedByWhatIsNoLetter) {
    EXPECT_THAT(folded_words("  a.b_c\t-\xff d2 "), ElementsAre("a", "b", "c", "d2"));
    EXPECT_THAT(folded_words("... ''"), IsEmpty());
}

TEST(ANameOfAPerson, IsFoundByTheBeginningsOfItsWordsInAnyOrder) {
    EXPECT_TRUE(begin_words_of({"mar", "elo"}, "Élodie Martin"));
    EXPECT_FALSE(begin_words_of({"mar", "x"}, "Élodie Martin"));
    EXPECT_FALSE(begin_words_of({"artin"}, "Élodie Martin")) << "a beginning, not any part";
}

} // namespace
} // namespace loquet::model
