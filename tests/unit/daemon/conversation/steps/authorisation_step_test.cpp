// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/unit/daemon/conversation/conversation_fixture.h"

namespace loquet::conversation {
namespace {

class AnAuthorisation : public ConversationFixture {
protected:
    Granted log_in_with(std::vector<std::string> authorisations) {
        set(anna, [&](model::PrivateAccount& account) { account.authorisations = std::move(authorisations); });
        return std::get<Granted>(log_in("anna", canary::password));
    }
};

TEST_F(AnAuthorisation, BONUS_20_MissingForThisServiceHasAMessageOfItsOwn) {
    const Granted granted = log_in_with({"sshd"});
    EXPECT_EQ(granted.reason, Reason::not_authorised);
    EXPECT_EQ(granted.messages, std::vector<std::string>{texts_.render("", "not_authorised")});
}

TEST_F(AnAuthorisation, BONUS_20_LetsThroughTheServiceThatItNamesAndTheStarAll) {
    EXPECT_EQ(log_in_with({"sshd", "login"}).reason, Reason::none);
    EXPECT_EQ(log_in_with({"*"}).reason, Reason::none);
    EXPECT_EQ(log_in_with({}).reason, Reason::not_authorised);
}

} // namespace
} // namespace loquet::conversation
