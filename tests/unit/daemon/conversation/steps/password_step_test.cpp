// SPDX-License-Identifier: LGPL-2.1-or-later
// Through the engine, because what a password leads to is decided there.
#include "tests/unit/daemon/conversation/conversation_fixture.h"

namespace loquet::conversation {
namespace {

class APassword : public ConversationFixture {
protected:
    /// How many hashes one login costs, and what comes of it.
    std::pair<int, bool> cost(const std::string& name, std::string_view password) {
        const int before = hashes_computed();
        const bool granted = is_granted(log_in(name, password));
        return {hashes_computed() - before, granted};
    }
};

TEST_F(APassword, T15_CostsOneHashWhoeverIsAskedFor) {
    add(bert, "bert", "");
    add(model::Uid{30003}, "carl", canary::password);
    set(model::Uid{30003}, [](model::PrivateAccount& account) { account.state = model::AccountState::locked; });
    EXPECT_EQ(cost("anna", canary::password), std::pair(1, true));
    EXPECT_EQ(cost("anna", canary::wrong_password), std::pair(1, false));
    EXPECT_EQ(cost("nobody", canary::password), std::pair(1, false));
    EXPECT_EQ(cost("Not A Name!", canary::password), std::pair(1, false));
    EXPECT_EQ(cost("bert", canary::password), std::pair(1, false)); // no hash
    EXPECT_EQ(cost("carl", canary::password), std::pair(1, false));
}

TEST_F(APassword, IsHashedAnewWhereTheHashIsWeakerInTheSameCommit) {
    work::Hasher weak(loop_, work::HashingOptions{"$6$", 1000, 1, 0});
    const std::string old = tests::wait_for(loop_, weak.hash(Secret(canary::password), {}));
    set(anna, [&](model::Credential& credential) { credential.password_hash = old; });
    const auto before = commits();
    EXPECT_TRUE(is_granted(log_in("anna", canary::password)));
    EXPECT_EQ(commits() - before, 1U);
    EXPECT_TRUE(credential(anna).password_hash.starts_with("$y$"));
    EXPECT_TRUE(is_granted(log_in("anna", canary::password)));
}

TEST_F(APassword, OpensAlsoWhereItIsTooLongForTheMethodOfNewHashes) {
    work::Hasher imported(loop_, work::HashingOptions{"$6$", 1000, 1, 0});
    work::Hasher configured(loop_, work::HashingOptions{"$2b$", 4, 1, 0});
    const std::string long_password(100, 'p');
    const std::string old = tests::wait_for(loop_, imported.hash(Secret(long_password), {}));
    set(anna, [&](model::Credential& credential) { credential.password_hash = old; });
    PluginDoors doors;
    doors.lockout = &lockout_;
    Engine other(Engine::Parts{loop_, clock_, steady_, *store_, configured, texts_, settings_, std::move(doors)});
    EXPECT_TRUE(is_granted(done(other.begin("login", "anna", root(), answers({long_password}))).turn));
    EXPECT_EQ(credential(anna).password_hash, old);
    EXPECT_TRUE(records().back().detail.starts_with("hash-not-renewed"));
}

} // namespace
} // namespace loquet::conversation
