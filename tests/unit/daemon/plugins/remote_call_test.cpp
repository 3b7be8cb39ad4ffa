// SPDX-License-Identifier: LGPL-2.1-or-later
// Attack class T24: a plugin that shows the daemon's texts, or another plugin's, to be given what is not for it.
#include "daemon/plugins/remote_call.h"
#include "tests/unit/daemon/plugins/bad_plugin.h"

#include <string>
#include <utility>
#include <vector>

namespace loquet::plugins {

namespace {

using testing::HasSubstr;

protocol::DescribeResponse plugin(protocol::PluginKind kind, std::string name, std::string instance) {
    protocol::DescribeResponse described;
    described.kind = kind;
    described.name = std::move(name);
    described.instance = std::move(instance);
    return described;
}

TEST_F(ABadPlugin, T24_ThatShowsATextOfTheDaemonIsRefusedInEveryPlaceOfItsTurn) {
    for (const std::string how :
         {"asks-under-text", "shows-text", "shows-text-as-error", "waits-under-text", "sends-text"}) {
        ASSERT_TRUE(call(how, "password.prompt")) << how;
        EXPECT_EQ(status().state, PluginState::failing) << how;
        EXPECT_THAT(status().detail, HasSubstr("it names the text \"password.prompt\", which is not its own: call the "
                                               "texts of this plugin misbehaving_step.WORDS"))
            << how;
        EXPECT_FALSE(call(how, "misbehaving_step.question")) << how << " under a text of its own";
    }
}

TEST_F(ABadPlugin, T24_ThatShowsATextOfNobodysOrOfAnotherPluginIsRefused) {
    for (const std::string id : {"totp.code", "refused", "misbehaving_step", "misbehaving_step.", "misbehaving_steps.x",
                                 ".password.prompt", "password.misbehaving_step", "rules.length", "notice.locked"}) {
        EXPECT_TRUE(call("asks-under-text", id)) << id;
        EXPECT_THAT(status().detail, HasSubstr("it names the text \"" + id + '"'));
    }
}

TEST(ATextOfAPlugin, IsCalledAfterThePluginOrItsInstance) {
    const auto step = plugin(protocol::PluginKind::step, "totp", "phone");
    EXPECT_TRUE(is_own_text("totp.code", step));
    EXPECT_TRUE(is_own_text("phone.code.first", step));
    EXPECT_FALSE(is_own_text("totp", step));
    EXPECT_FALSE(is_own_text("recovery_codes.code", step));
}

TEST(ATextOfAPlugin, T24_IsNeverInAFamilyOfTheDaemonsWhateverThePluginIsCalled) {
    for (const std::string family :
         {"password", "new_password", "choice", "enrolment", "factor", "mail", "notice", "rules", "ticket"}) {
        EXPECT_FALSE(is_own_text(family + ".prompt", plugin(protocol::PluginKind::step, family, family))) << family;
    }
}

TEST(ATextOfPasswordRules, IsARuleOrItsOwn) {
    const auto rules = plugin(protocol::PluginKind::password_rules, "strict", "strict");
    protocol::RulesResponse response;
    response.rules = {{true, {"rules.length", {}}}, {false, {"strict.no_pets", {}}}};
    EXPECT_NO_THROW(require_own_texts(response, rules));
    response.rules.push_back({false, {"password.prompt", {}}});
    EXPECT_THROW(require_own_texts(response, rules), base::Error);
}

} // namespace

} // namespace loquet::plugins
