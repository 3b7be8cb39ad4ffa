// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/unit/daemon/conversation/conversation_fixture.h"

namespace loquet::conversation {
namespace {

class APasswordWithAnEnd : public ConversationFixture {
protected:
    APasswordWithAnEnd() { settings_.password.expires_after = std::chrono::days(90); }
    Granted log_in_after(std::chrono::milliseconds age) {
        clock_.advance(age);
        return std::get<Granted>(log_in("anna", canary::password));
    }
    [[nodiscard]] std::string soon(const char* days) const {
        return texts_.render("", "password.expires_soon", {{"days", days}});
    }
};

TEST_F(APasswordWithAnEnd, BONUS_19_SaysNothingLongBefore) {
    EXPECT_EQ(log_in_after(std::chrono::days(76) - base::Milliseconds(1)), (Granted{"anna", Reason::none, {}}));
}

TEST_F(APasswordWithAnEnd, BONUS_19_WarnsInTheLastDays) {
    EXPECT_EQ(log_in_after(std::chrono::days(76)), (Granted{"anna", Reason::none, {soon("14")}}));
}

TEST_F(APasswordWithAnEnd, BONUS_19_WarnsInTheLastMoment) {
    EXPECT_EQ(log_in_after(std::chrono::days(90) - base::Milliseconds(1)),
              (Granted{"anna", Reason::none, {soon("1")}}));
}

TEST_F(APasswordWithAnEnd, BONUS_19_MustBeChangedAfterNinetyDays) {
    const std::string expired = texts_.render("", "password.expired", {{"days", "90"}});
    EXPECT_EQ(log_in_after(std::chrono::days(90)), (Granted{"anna", Reason::new_password_required, {expired}}));
}

TEST_F(APasswordWithAnEnd, MustBeChangedAtTheFirstLogin) {
    set(anna, [](model::Credential& credential) { credential.must_change = true; });
    EXPECT_EQ(log_in_after({}),
              (Granted{"anna", Reason::new_password_required, {texts_.render("", "password.first_login")}}));
}

TEST_F(APasswordWithAnEnd, MustBeChangedAfterAReset) {
    set(anna, [](model::Credential& credential) { credential.must_change = credential.own_before = true; });
    EXPECT_EQ(log_in_after({}),
              (Granted{"anna", Reason::new_password_required, {texts_.render("", "password.reset_by_helpdesk")}}));
}

} // namespace
} // namespace loquet::conversation
