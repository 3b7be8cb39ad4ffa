// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/work/crypt.h"

#include <gtest/gtest.h>

#include <string>

namespace loquet::work {
namespace {

using base::Secret;

TEST(TheCheckOfAHash, TakesWhatEveryMethodMakes) {
    for (const char* setting :
         {"$y$j9T$k2XAnEHBqQ1Ct2aMXFKNa/", "$gy$j9T$k2XAnEHBqQ1Ct2aMXFKNa/", "$7$6/..../....SodiumChloride",
          "$2b$04$CCCCCCCCCCCCCCCCCCCCC.", "$2a$04$CCCCCCCCCCCCCCCCCCCCC.", "$6$saltsalt$", "$6$rounds=1000$saltsalt$",
          "$5$saltsalt$", "$sha1$1000$saltsalt$", "$md5$saltsalt$", "$md5,rounds=904$saltsalt$", "$1$saltsalt$", "$3$$",
          "ab", "_J9..salt", "abcdefghijklmn"}) {
        const std::string hash = crypt(Secret(std::string_view("correct horse")), setting).value();
        EXPECT_EQ(fault_of(hash), HashFault::none) << hash;
    }
}

TEST(TheCheckOfAHash, FindsWhatNobodyCouldLogInWith) {
    for (const char* text : {"", "plaintextpw", "Quatre-Chevaux-42", "x", "secret", "{SSHA}abcdef", "$99$foo$bar", "$",
                             "$y$", "$6$salt$", "5f4dcc3b5aa765d61d8327deb882cf99", "_J9..salt", "ab:cdefghijkl",
                             "abcdefghijkl", "abcdefghijklmn", "\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9x"}) {
        EXPECT_EQ(fault_of(text), HashFault::no_hash) << text;
    }
}

TEST(TheCheckOfAHash, FindsWhatOneLoginCouldNotPay) {
    const std::string bcrypt = "$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
    EXPECT_EQ(fault_of("$2b$15" + bcrypt), HashFault::none);
    EXPECT_EQ(fault_of("$2b$16" + bcrypt), HashFault::too_costly);
    EXPECT_EQ(fault_of("$2y$31" + bcrypt), HashFault::too_costly);
    EXPECT_EQ(fault_of("$6$rounds=5000000$salt$hash"), HashFault::none);
    EXPECT_EQ(fault_of("$6$rounds=5000001$salt$hash"), HashFault::too_costly);
    EXPECT_EQ(fault_of("$5$rounds=999999999$salt$hash"), HashFault::too_costly);
    EXPECT_EQ(fault_of("$sha1$4294967295$salt$hash"), HashFault::too_costly);
    EXPECT_EQ(fault_of("$sha1$99999999999999999999$salt$hash"), HashFault::too_costly);
    EXPECT_EQ(fault_of("$md5,rounds=4294963199$salt$hash"), HashFault::too_costly);
    EXPECT_EQ(fault_of("_zzzzsalt12345678901"), HashFault::too_costly);
    EXPECT_EQ(fault_of("$y$jDT$salt$hash"), HashFault::none) << "256 MiB";
    EXPECT_EQ(fault_of("$y$jET$salt$hash"), HashFault::too_costly);
    EXPECT_EQ(fault_of("$y$jzT$salt$hash"), HashFault::too_costly) << "a size that is not read";
    EXPECT_EQ(fault_of("$gy$jET$salt$hash"), HashFault::too_costly);
    EXPECT_EQ(fault_of("$y$j9T5.$salt$hash"), HashFault::too_costly) << "more threads or passes";
    EXPECT_EQ(fault_of("$7$CU..../....salt$hash"), HashFault::none);
    EXPECT_EQ(fault_of("$7$LU..../....salt$hash"), HashFault::too_costly);
    EXPECT_EQ(fault_of("$7$CU....zz...salt$hash"), HashFault::too_costly) << "more threads";
}

TEST(ALockInFrontOfAHash, IsTakenOff) {
    EXPECT_EQ(without_lock("!$y$j9T$a$b"), "$y$j9T$a$b");
    EXPECT_EQ(without_lock("!!$y$j9T$a$b"), "$y$j9T$a$b");
    EXPECT_EQ(without_lock("$y$j9T$a$b"), "$y$j9T$a$b");
    for (const char* none : {"", "!", "!!", "*", "!*", "*LK*", "*NP*"}) {
        EXPECT_EQ(without_lock(none), "") << none;
    }
}

} // namespace
} // namespace loquet::work
