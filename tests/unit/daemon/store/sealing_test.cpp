// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/sealing.h"
#include "daemon/store/tables.h"
#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/base/text.h"
#include "tests/unit/daemon/store/store_fixture.h"

#include <gtest/gtest.h>

#include <set>

namespace loquet::store {
namespace {

class ASealer : public testing::Test {
protected:
    [[nodiscard]] std::optional<std::string> open(Table table, const Key& key, const base::SecureBytes& sealed) {
        base::SecureBytes plain;
        try {
            sealer_.open(table, key.bytes(), sealed, plain);
        } catch (const base::Error& error) {
            EXPECT_EQ(error.kind(), Kind::corrupt);
            EXPECT_TRUE(plain.empty());
            return std::nullopt;
        }
        return std::string(base::as_text(plain));
    }
    [[nodiscard]] base::SecureBytes seal(Table table, const Key& key, std::string_view plain) {
        return sealer_.seal(table, key.bytes(), base::as_bytes(plain));
    }
    StoreKeys keys_ = StoreKeys::fresh();
    Sealer sealer_ = keys_.sealer();
    const Key key_{model::Uid{1000}};
};

TEST_F(ASealer, OpensWhatItSealedAlsoWhenThatIsEmpty) {
    for (const std::string_view plain : {"", "x", "a longer value of more than one block of the cipher"}) {
        EXPECT_EQ(open(Table::public_accounts, key_, seal(Table::public_accounts, key_, plain)), plain);
    }
}

TEST_F(ASealer, DoesNotOpenARecordThatWasMovedToAnotherKeyOrTable) {
    const auto sealed = seal(Table::credential, key_, "hash");
    EXPECT_EQ(open(Table::credential, Key(model::Uid{1001}), sealed), std::nullopt);
    EXPECT_EQ(open(Table::private_accounts, key_, sealed), std::nullopt);
    EXPECT_EQ(open(Table::credential, key_, sealed), "hash");
}

TEST_F(ASealer, DoesNotOpenAValueWithAnyBitChangedOrAnyByteMissing) {
    const auto sealed = seal(Table::credential, key_, "hash");
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        auto changed = sealed;
        changed[i] ^= 1U;
        EXPECT_EQ(open(Table::credential, key_, changed), std::nullopt) << "byte " << i;
        const base::SecureBytes cut(sealed.begin(), sealed.begin() + static_cast<std::ptrdiff_t>(i));
        EXPECT_EQ(open(Table::credential, key_, cut), std::nullopt) << "cut at " << i;
    }
}

TEST_F(ASealer, OpensAgainAfterItRefused) {
    const auto sealed = seal(Table::credential, key_, "hash");
    auto changed = sealed;
    changed.back() ^= 1U;
    EXPECT_EQ(open(Table::credential, key_, changed), std::nullopt);
    EXPECT_EQ(open(Table::credential, key_, sealed), "hash");
}

TEST_F(ASealer, NeverUsesANonceTwice) {
    std::set<std::string> nonces;
    for (int i = 0; i < 10000; ++i) {
        const auto sealed = seal(Table::public_accounts, key_, "same");
        nonces.emplace(base::as_text(std::span(sealed).first(Cipher::nonce_bytes)));
    }
    EXPECT_EQ(nonces.size(), 10000U);
}

TEST_F(ASealer, DigestsTheSameTextAlikeInEveryThreadAndApartForEachKindAndStore) {
    Sealer of_another_thread = keys_.sealer();
    Sealer of_another_store = StoreKeys::fresh().sealer();
    EXPECT_EQ(sealer_.digest(DigestKind::name, "anna"), of_another_thread.digest(DigestKind::name, "anna"));
    EXPECT_EQ(sealer_.digest(DigestKind::name, "anna"), sealer_.digest(DigestKind::name, "anna"));
    EXPECT_NE(sealer_.digest(DigestKind::name, "anna"), of_another_store.digest(DigestKind::name, "anna"));
    std::set<model::Digest> kinds;
    for (const auto kind :
         {DigestKind::name, DigestKind::mail, DigestKind::phone, DigestKind::place, DigestKind::identity,
          DigestKind::step, DigestKind::organisation, DigestKind::budget, DigestKind::revocation_code,
          DigestKind::reference, DigestKind::recovery, DigestKind::identifier}) {
        kinds.insert(sealer_.digest(kind, "anna"));
    }
    EXPECT_EQ(kinds.size(), digest_labels.size());
}

// What two steps keep of one code, or one step of two people's, says nothing of one another.
TEST_F(ASealer, GivesEachStepAKeyOfItsOwnForEachAccount) {
    const std::array<std::uint8_t, 4> anna{0, 0, 0x75, 0x31};
    const std::array<std::uint8_t, 4> bert{0, 0, 0x75, 0x32};
    Sealer of_another_store = StoreKeys::fresh().sealer();
    const auto key = sealer_.step_key("code", StepKeyOwner::account, anna);
    EXPECT_EQ(key.size(), limits::step_key_bytes);
    EXPECT_EQ(key, sealer_.step_key("code", StepKeyOwner::account, anna)) << "the same at each request";
    const std::set<base::SecureBytes> different{
        key,
        sealer_.step_key("code", StepKeyOwner::account, bert),
        sealer_.step_key("code", StepKeyOwner::unknown, anna),
        sealer_.step_key("cod", StepKeyOwner::account, anna),
        sealer_.step_key("code2", StepKeyOwner::account, anna),
        of_another_store.step_key("code", StepKeyOwner::account, anna),
    };
    EXPECT_EQ(different.size(), 6U);
}

// RFC 4231, test case 2, and RFC 5869, test case 3 (no salt, no info), cut to our 32 bytes.
TEST(Mac, ComputesHmacSha256) {
    Mac mac(base::as_bytes("Jefe"));
    const auto whole = mac(base::as_bytes("what do ya want "), base::as_bytes("for nothing?"));
    EXPECT_EQ(base::to_hex(whole), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(DeriveKey, ComputesHkdfSha256) {
    const base::SecureBytes from(22, 0x0b);
    EXPECT_EQ(base::to_hex(derive_key(from, "")), "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d");
}

// NIST GCM test vectors: a zero key and nonce of 32 and 12 bytes. Our cipher chooses its nonce, so it opens one.
TEST(Cipher, OpensAes256Gcm) {
    const std::array<std::uint8_t, Cipher::key_bytes> key{};
    base::SecureBytes sealed(Cipher::nonce_bytes);
    for (const std::string_view hex : {"cea7403d4d606b6e074ec5d3baf39d18", "d0d1c8a799996bf0265b98b5d48ab919"}) {
        for (std::size_t i = 0; i < hex.size(); i += 2) {
            sealed.push_back(static_cast<std::uint8_t>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
        }
    }
    base::SecureBytes plain;
    EXPECT_TRUE(Cipher(key).open({}, sealed, plain));
    EXPECT_EQ(plain, base::SecureBytes(16, 0));
}

TEST(StoreKeys, OpenOnlyUnderTheMasterKeyThatWrappedThem) {
    const StoreKeys keys = StoreKeys::fresh();
    const auto wrapped = keys.wrap(test_key('a'));
    EXPECT_EQ(StoreKeys::unwrap(test_key('a'), wrapped).sealer().digest(DigestKind::name, "x"),
              keys.sealer().digest(DigestKind::name, "x"));
    EXPECT_EQ(kind_thrown_by([&] { (void)StoreKeys::unwrap(test_key('b'), wrapped); }), Kind::denied);
    EXPECT_EQ(kind_thrown_by([&] { (void)StoreKeys::unwrap(test_key('a'), {}); }), Kind::denied);
}

TEST(StoreKeys, RefuseAWrappingThatOnlyANewerDaemonKnows) {
    auto wrapped = StoreKeys::fresh().wrap(test_key());
    ++wrapped.front();
    EXPECT_EQ(kind_thrown_by([&] { (void)StoreKeys::unwrap(test_key(), wrapped); }), Kind::conflict);
}

} // namespace
} // namespace loquet::store
