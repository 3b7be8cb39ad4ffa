// SPDX-License-Identifier: LGPL-2.1-or-later
// Through the engine, because what a password leads to is decided there.
#include "daemon/work/crypt.h"
#include "tests/unit/daemon/conversation/conversation_fixture.h"

#include <gmock/gmock.h>

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

TEST_F(APassword, T15_CostsOneHashForEveryName) {
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
    Engine other(
        Engine::Dependencies{loop_, clock_, steady_, *store_, texts_, tickets(), nullptr, flow_set(configured)});
    EXPECT_TRUE(is_granted(done(other.begin("login", "anna", root(), answers({long_password}))).turn));
    EXPECT_EQ(credential(anna).password_hash, old);
    EXPECT_TRUE(records().back().detail.starts_with("hash-not-renewed"));
}

/// What an import brought, where the login asks for a second factor, too.
class AnImportedHash : public ConversationFixture {
protected:
    static constexpr const char* sha512 = "$6$rounds=1000$saltsalt$";

    /// The hash of that password by that setting of crypt(5).
    void is_of(std::string_view password, const std::string& setting) {
        old_ = work::crypt(Secret(password), setting).value();
        set(anna, [&](model::Credential& credential) { credential.password_hash = old_; });
    }
    [[nodiscard]] bool is_kept() const { return credential(anna).password_hash == old_; }
    bool opens(std::string_view password, const char* for_purpose = purpose::login) {
        const Client client = std::string_view(for_purpose) == purpose::login ? root() : user(anna.value);
        return is_granted(done(engine().begin(for_purpose, "anna", client, answers({password}))).turn);
    }
    /// A dialog past the password, where a code is asked.
    Begun at_the_code() {
        add_step("totp", config::Proof::possession).will_say(asks());
        return done(engine().begin(purpose::login, "anna", root(), answers({canary::password})));
    }
    static protocol::StepResponse asks() {
        return {protocol::StepAsk{{{protocol::PromptStyle::secret, "code", {"totp.code", {}}}}}, {}, {}, {}, {}};
    }
    void says(protocol::StepResponse response) { plugin_steps_.at("totp")->will_say(std::move(response)); }

    std::string old_;
};

TEST_F(AnImportedHash, OfDesIsNotRenewedByWhatOnlyBeginsLikeThePassword) {
    is_of("correcthorse", "ab");
    EXPECT_TRUE(opens("correcthXYZ")) << "as at the site that it comes from";
    EXPECT_TRUE(opens("correcthorse"));
    EXPECT_TRUE(opens("correcth"));
    EXPECT_TRUE(is_kept());
    EXPECT_THAT(records().back().detail, testing::StartsWith("hash-not-renewed"));
}

TEST_F(AnImportedHash, OfBcryptIsNotRenewedByWhatOnlyBeginsLikeThePassword) {
    const std::string begin(72, 'a');
    is_of(begin + "RIGHT", "$2b$04$CCCCCCCCCCCCCCCCCCCCC.");
    for (const std::string& typed : {begin + "WRONG", begin, begin + "RIGHT"}) {
        EXPECT_TRUE(opens(typed)) << typed;
        EXPECT_TRUE(is_kept()) << typed;
    }
}

struct Method {
    const char* name;
    const char* setting;
    std::string password;
    bool is_renewed;
};

class AMethodOfCrypt : public AnImportedHash, public testing::WithParamInterface<Method> {};

TEST_P(AMethodOfCrypt, IsRenewedWhereItReadsAllThatWasTyped) {
    is_of(GetParam().password, GetParam().setting);
    EXPECT_TRUE(opens(GetParam().password));
    EXPECT_EQ(is_kept(), !GetParam().is_renewed);
    EXPECT_TRUE(opens(GetParam().password));
}

INSTANTIATE_TEST_SUITE_P(
    Of, AMethodOfCrypt,
    testing::Values(Method{"Md5", "$1$saltsalt$", std::string(200, 'm'), true},
                    Method{"Nt", "$3$$", std::string(100, 'n'), true},
                    Method{"Sha1", "$sha1$40000$saltsalt$", std::string(200, 's'), true},
                    Method{"SunMd5", "$md5$saltsalt$", std::string(200, 'u'), true},
                    Method{"Sha256", "$5$rounds=1000$saltsalt$", std::string(200, 's'), true},
                    Method{"Sha512WithAccents", "$6$rounds=1000$saltsalt$", "Café-Modéré-Été-27", true},
                    Method{"BcryptUpToItsLimit", "$2y$04$CCCCCCCCCCCCCCCCCCCCC.", std::string(71, 'b'), true},
                    Method{"BcryptAtItsLimit", "$2a$04$CCCCCCCCCCCCCCCCCCCCC.", std::string(72, 'b'), false},
                    Method{"BcryptThatMixesBytesUp", "$2x$04$CCCCCCCCCCCCCCCCCCCCC.", "kanari", false},
                    Method{"Des", "ab", "kanari", false}, Method{"Bigcrypt", "abcdefghijklmn", "kanarikanari", false},
                    Method{"Bsdicrypt", "_J9..salt", std::string(40, 'd'), false}),
    [](const auto& method) { return std::string(method.param.name); });

TEST_F(AnImportedHash, IsRenewedAtTheEndOfTheDialogAndNotBefore) {
    is_of(canary::password, sha512);
    const Begun begun = at_the_code();
    EXPECT_TRUE(is_kept());
    says({protocol::StepGrant{}, {}, {}, {}, {}});
    EXPECT_TRUE(is_granted(answer(*begun.dialog, {"123456"})));
    EXPECT_TRUE(credential(anna).password_hash.starts_with("$y$"));
}

TEST_F(AnImportedHash, IsNotRenewedByWhoHasNoSecondFactor) {
    is_of(canary::password, sha512);
    const Begun begun = at_the_code();
    says({protocol::StepDeny{}, {}, {}, {}, {}});
    EXPECT_EQ(refusal(answer(*begun.dialog, {"000000"})), Reason::refused);
    EXPECT_TRUE(is_kept());
    says(asks());
    const Begun left = done(engine().begin(purpose::login, "anna", root(), answers({canary::password})));
    engine().cancel(*left.dialog, ":1.1");
    EXPECT_TRUE(is_kept());
}

TEST_F(AnImportedHash, IsNotRenewedWhereTheAccountChangedInTheMeantime) {
    is_of(canary::password, sha512);
    const Begun begun = at_the_code();
    set(anna, [](model::PrivateAccount& account) { ++account.generation; });
    says({protocol::StepGrant{}, {}, {}, {}, {}});
    EXPECT_EQ(refusal(answer(*begun.dialog, {"123456"})), Reason::refused);
    EXPECT_TRUE(is_kept());
}

TEST_F(AnImportedHash, IsNotRenewedWhereThePasswordMustBeChangedFirst) {
    is_of(canary::password, sha512);
    set(anna, [](model::Credential& credential) { credential.must_change = true; });
    EXPECT_TRUE(opens(canary::password));
    EXPECT_TRUE(is_kept());
    set(anna, [&](model::Credential& credential) {
        credential.must_change = false;
        credential.password_changed = clock_.wall() - std::chrono::days(400);
    });
    settings_.password.expires_after = std::chrono::days(90);
    engine().use(flow_set());
    EXPECT_TRUE(opens(canary::password)) << "expired";
    EXPECT_TRUE(is_kept());
}

TEST_F(AnImportedHash, IsNotRenewedForAServiceThatTheAccountMayNotUse) {
    is_of(canary::password, sha512);
    set(anna, [](model::PrivateAccount& account) { account.authorisations = {"sshd"}; });
    EXPECT_TRUE(opens(canary::password));
    EXPECT_TRUE(is_kept());
}

TEST_F(AnImportedHash, IsNotRenewedForALockedAccount) {
    is_of(canary::password, sha512);
    set(anna, [](model::PrivateAccount& account) { account.state = model::AccountState::locked; });
    EXPECT_FALSE(opens(canary::password));
    EXPECT_TRUE(is_kept());
}

TEST_F(AnImportedHash, IsRenewedAtTheScreenLocker) {
    is_of(canary::password, sha512);
    EXPECT_TRUE(opens(canary::password, purpose::unlock_screen));
    EXPECT_FALSE(is_kept());
}

TEST_F(AnImportedHash, IsNotRenewedByAChangeThatIsLeft) {
    is_of("correcthorse", "ab");
    const Begun begun =
        done(engine().begin(purpose::change_password, "anna", user(anna.value), answers({"correcthXYZ"})));
    EXPECT_EQ(asked(begun.turn).size(), 3U) << "the rules, and the new password twice";
    engine().cancel(*begun.dialog, ":1.9");
    EXPECT_TRUE(is_kept());
    EXPECT_TRUE(opens("correcthorse"));
}

TEST_F(AnImportedHash, IsReplacedByTheNewPasswordOfAChange) {
    is_of(canary::password, sha512);
    const Begun begun =
        done(engine().begin(purpose::change_password, "anna", user(anna.value), answers({canary::password})));
    EXPECT_TRUE(is_done(answer(*begun.dialog, {canary::next_password, canary::next_password}, ":1.9")));
    EXPECT_TRUE(opens(canary::next_password));
    EXPECT_FALSE(opens(canary::password));
}

} // namespace
} // namespace loquet::conversation
