// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/work/crypt.h"
#include "lib/base/error.h"
#include "lib/base/limits.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace loquet::work {
namespace {

using base::Error;
using base::Secret;

struct Vector {
    const char* name;
    const char* password;
    const char* hash;
};

class AKnownVector : public ::testing::TestWithParam<Vector> {};

TEST_P(AKnownVector, IsReproduced) {
    EXPECT_EQ(crypt(Secret(std::string_view(GetParam().password)), GetParam().hash), GetParam().hash);
    EXPECT_NE(crypt(Secret(std::string_view("another")), GetParam().hash), GetParam().hash);
}

// bcrypt: a vector that its author published; SHA-crypt and MD5: as openssl-passwd(1), an implementation of its own,
// makes them; the others: as libxcrypt 4.4.33 made them when this was written, so that a change shows.
// Debian 12.
INSTANTIATE_TEST_SUITE_P(
    OfCrypt5, AKnownVector,
    ::testing::Values(
        Vector{"Sha512", "Hello world!",
               "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1"},
        Vector{"Sha256", "Hello world!", "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5"},
        Vector{"Bcrypt", "U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"},
        Vector{"Yescrypt", "kanari", "$y$j9T$k2XAnEHBqQ1Ct2aMXFKNa/$eARKotyB42WqyPX/Ny21tbo2jXr20rM8zLYXmuUr147"},
        Vector{"GostYescrypt", "kanari", "$gy$j9T$k2XAnEHBqQ1Ct2aMXFKNa/$mKytmbJDkOPqiWj1Nol55bceXEzvUWZIznwsy4Ek.FD"},
        Vector{"Md5", "kanari", "$1$k2XAnEHB$uezJdN9k/2TKe20wlWSfM1"}, Vector{"Des", "kanari", "klHRhqdmwTyUE"}),
    [](const auto& vector) { return std::string(vector.param.name); });

TEST(Crypt, MakesNothingOfALockedOrMalformedSetting) {
    for (const char* setting : {"", "!", "*", "!!", "x", "!$y$j9T$k2XAnEHBqQ1Ct2aMXFKNa/$eARK", "$", "$y$", "$y$j9T",
                                "$nobody$knows$this", "kl\nHR:x"}) {
        const auto hash = crypt(Secret(std::string_view("kanari")), setting);
        EXPECT_FALSE(hash && *hash == setting) << setting;
    }
    EXPECT_EQ(crypt(Secret(std::string_view("kanari")), "!"), std::nullopt);
    EXPECT_EQ(crypt(Secret(std::string_view("kanari")), ""), std::nullopt);
    EXPECT_EQ(crypt(Secret(std::string_view("kanari")), std::string(400, 'a')), std::nullopt);
}

TEST(Crypt, TakesPasswordsUpToTheLimit) {
    const std::string setting = make_setting("$6$", 1000);
    EXPECT_TRUE(crypt(Secret(std::string(limits::password_bytes, 'a')), setting));
    EXPECT_FALSE(crypt(Secret(std::string(limits::password_bytes + 1, 'a')), setting));
}

TEST(Crypt, RefusesAPasswordWithANulInIt) {
    const std::string_view cut("kanari\0other", 12);
    EXPECT_FALSE(crypt(Secret(cut), make_setting("$6$", 1000))) << "libxcrypt would hash \"kanari\"";
}

struct Reading {
    const char* name;
    const char* setting;
    std::size_t whole; ///< the longest password of which all is read for certain; 0: never
};

class AMethod : public ::testing::TestWithParam<Reading> {
protected:
    static std::string hash(const std::string& password) { return crypt(Secret(password), GetParam().setting).value(); }
};

// Against libxcrypt itself, so that no number is only believed.
TEST_P(AMethod, ReadsAsMuchAsTheTableSays) {
    const std::size_t longest = std::min<std::size_t>(GetParam().whole, 200);
    const std::string made = hash("kanari");
    EXPECT_EQ(reads_all_of(made, 6), GetParam().whole >= 6);
    for (std::size_t size = 1; size <= longest; ++size) {
        EXPECT_TRUE(reads_all_of(made, size)) << size;
    }
    if (longest == 0) {
        EXPECT_FALSE(reads_all_of(made, 1));
        return;
    }
    const std::string password(longest, 'a');
    EXPECT_NE(hash(password), hash(password + "b")) << "a longer one is another one";
    for (const std::size_t at : {std::size_t{0}, longest / 2, longest - 1}) {
        std::string other = password;
        other[at] = static_cast<char>(other[at] | '\x80');
        EXPECT_NE(hash(password), hash(other)) << "all bits are read at " << at;
    }
}

TEST_P(AMethod, EndsWhereTheTableSays) {
    if (GetParam().whole == limits::password_bytes) {
        const std::string longest(limits::password_bytes, 'a');
        EXPECT_NE(hash(longest), hash(longest.substr(1) + "b"));
        EXPECT_TRUE(reads_all_of(hash("kanari"), longest.size()));
    } else if (GetParam().whole == 0) {
        EXPECT_FALSE(reads_all_of(hash("kanari"), 6));
    } else {
        const std::string cut(GetParam().whole + 1, 'a');
        EXPECT_EQ(hash(cut), hash(cut + "b")) << "or the table is too careful";
        EXPECT_FALSE(reads_all_of(hash(cut), cut.size()));
    }
}

INSTANTIATE_TEST_SUITE_P(OfCrypt5, AMethod,
                         ::testing::Values(Reading{"Yescrypt", "$y$j65$k2XAnEHBqQ1Ct2aMXFKNa/", limits::password_bytes},
                                           Reading{"Scrypt", "$7$6/..../....SodiumChloride", limits::password_bytes},
                                           Reading{"Bcrypt", "$2b$04$CCCCCCCCCCCCCCCCCCCCC.", 71},
                                           Reading{"BcryptY", "$2y$04$CCCCCCCCCCCCCCCCCCCCC.", 71},
                                           Reading{"BcryptA", "$2a$04$CCCCCCCCCCCCCCCCCCCCC.", 71},
                                           Reading{"BcryptX", "$2x$04$CCCCCCCCCCCCCCCCCCCCC.", 0},
                                           Reading{"Sha512", "$6$rounds=1000$saltsalt$", limits::password_bytes},
                                           Reading{"Sha256", "$5$rounds=1000$saltsalt$", limits::password_bytes},
                                           Reading{"Sha1", "$sha1$1000$saltsalt$", limits::password_bytes},
                                           Reading{"SunMd5", "$md5$saltsalt$", limits::password_bytes},
                                           Reading{"Md5", "$1$saltsalt$", limits::password_bytes},
                                           Reading{"Nt", "$3$$", limits::password_bytes}, Reading{"Des", "ab", 0},
                                           Reading{"Bsdicrypt", "_J9..salt", 0}),
                         [](const auto& reading) { return std::string(reading.param.name); });

TEST(AMethodThatIsNotKnown, IsNotTrustedToReadAnything) {
    for (const char* hash : {"", "!", "*", "plaintext", "$", "$99$salt$hash", "{SSHA}abcdef"}) {
        EXPECT_FALSE(reads_all_of(hash, 1)) << hash;
    }
}

TEST(ASetting, IsSaltedAfreshEachTime) {
    EXPECT_NE(make_setting("$y$", 1), make_setting("$y$", 1));
}

TEST(ASetting, OfAnUnknownMethodOrCostIsInvalid) {
    for (const auto& [method, cost] : {std::pair{"$nobody$", 0UL}, std::pair{"", 0UL}, std::pair{"$y$", 99UL}}) {
        try {
            (void)make_setting(method, cost);
            ADD_FAILURE() << method << " was accepted";
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), Error::Kind::invalid);
        }
    }
}

TEST(TheStrengthOfAHash, GrowsWithTheCostThatMadeIt) {
    for (const auto& [method, low, high] :
         {std::tuple{"$y$", 1UL, 11UL}, std::tuple{"$gy$", 1UL, 11UL}, std::tuple{"$7$", 6UL, 11UL},
          std::tuple{"$2b$", 4UL, 31UL}, std::tuple{"$6$", 1000UL, 9999UL}, std::tuple{"$5$", 1000UL, 9999UL}}) {
        HashStrength before = strength_of(make_setting(method, low));
        EXPECT_EQ(before.method, method);
        EXPECT_GT(before.cost, 0U) << method;
        for (unsigned long cost = low + 1; cost <= high; cost += method[1] > '2' && method[1] < '7' ? 999 : 1) {
            const HashStrength after = strength_of(make_setting(method, cost));
            EXPECT_GT(after.cost, before.cost) << method << " " << cost;
            before = after;
        }
    }
}

TEST(TheStrengthOfAHash, IsReadAsTheMethodsCountIt) {
    EXPECT_EQ(strength_of("$y$j9T$k2XA$eARK"), (HashStrength{"$y$", 4096U * 32U}));
    EXPECT_EQ(strength_of("$2b$12$KBCwKx"), (HashStrength{"$2b$", 12}));
    EXPECT_EQ(strength_of("$6$salt$hash"), (HashStrength{"$6$", 5000}));
    EXPECT_EQ(strength_of("$6$rounds=77777$salt$hash"), (HashStrength{"$6$", 77777}));
    EXPECT_EQ(strength_of("$1$salt$hash"), (HashStrength{"$1$", 0}));
}

TEST(TheStrengthOfAHash, IsNothingForWhatIsNone) {
    for (const char* text : {"", "!", "klHRhqdmwTyUE", "$", "$y"}) {
        EXPECT_EQ(strength_of(text), HashStrength{}) << text;
    }
    for (const char* text : {"$y$", "$y$j", "$y$j~~", "$y$jzz", "$7$", "$7$CU", "$2b$", "$6$rounds=x"}) {
        EXPECT_EQ(strength_of(text).cost, 0U) << text;
    }
}

} // namespace
} // namespace loquet::work
