// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/work/hasher.h"
#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "tests/support/canary.h"
#include "tests/support/loop_runner.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <vector>

namespace {
std::atomic<int> hashes_computed{0};

/// Memory of the hashes that run at one moment, and the most that it ever was.
std::mutex memory_mutex;
std::uint64_t memory_in_use = 0;
std::uint64_t most_memory = 0;

void use_memory(std::uint64_t bytes) {
    const std::lock_guard lock(memory_mutex);
    memory_in_use += bytes;
    most_memory = std::max(most_memory, memory_in_use);
}
void give_memory_back(std::uint64_t bytes) {
    const std::lock_guard lock(memory_mutex);
    memory_in_use -= bytes;
}
} // namespace

extern "C" {
char* __real_crypt_rn(const char* phrase, const char* setting, void* data, int size); // NOLINT: ld's name
/// Counts the hashes that libxcrypt really computes, and their memory (see --wrap in ld(1)).
char* __wrap_crypt_rn(const char* phrase, const char* setting, void* data, int size) { // NOLINT: ld's name
    const std::uint64_t bytes = loquet::work::memory_of(loquet::work::strength_of(setting));
    use_memory(bytes);
    char* hash = __real_crypt_rn(phrase, setting, data, size);
    give_memory_back(bytes);
    hashes_computed += hash != nullptr ? 1 : 0;
    return hash;
}
}

namespace loquet::work {
namespace {

using base::Error;
using base::Secret;
using tests::wait_for;
namespace canary = tests::canary;

constexpr const char* locked_hash = "!$y$j9T$k2XAnEHBqQ1Ct2aMXFKNa/$eARKotyB42WqyPX/Ny21tbo2jXr20rM8zLYXmuUr147";

class AHasher : public ::testing::Test {
protected:
    [[nodiscard]] bool verify(std::string_view password, const std::string& hash) {
        return wait_for(loop_, hasher_.verify(Secret(password), hash, key_));
    }
    [[nodiscard]] std::string hash(std::string_view password) {
        return wait_for(loop_, hasher_.hash(Secret(password), key_));
    }

    bus::Loop loop_;
    Hasher hasher_{loop_, HashingOptions{"$y$", 1, 2, 0}};
    model::Digest key_;
};

TEST_F(AHasher, KnowsTheRightPasswordFromTheWrongOne) {
    const std::string made = hash(canary::password);
    EXPECT_TRUE(made.starts_with("$y$"));
    EXPECT_TRUE(verify(canary::password, made));
    EXPECT_FALSE(verify(canary::wrong_password, made));
    EXPECT_FALSE(verify("", made));
}

TEST_F(AHasher, NeverMakesTheSameHashTwice) {
    EXPECT_NE(hash(canary::password), hash(canary::password));
}

TEST_F(AHasher, VerifiesEveryFormatOfAShadowFile) {
    for (const char* method : {"$y$", "$gy$", "$7$", "$2b$", "$2y$", "$2a$", "$6$", "$5$", "$1$"}) {
        const Secret password(canary::password);
        const std::string made = crypt(password, make_setting(method, 0)).value_or("");
        EXPECT_TRUE(verify(canary::password, made)) << method;
        EXPECT_FALSE(verify(canary::wrong_password, made)) << method;
    }
}

TEST_F(AHasher, AnswersFalseForWhatIsNoHash) {
    for (const char* text : {"", "!", "*", "!!", "x", "$y$", "$y$j9T$", "$nobody$knows$", locked_hash}) {
        EXPECT_FALSE(verify(canary::password, text)) << text;
        EXPECT_FALSE(verify("", text)) << text;
    }
    EXPECT_FALSE(verify("kanari", locked_hash)) << "the password that the locked hash was made of";
}

TEST_F(AHasher, T15_ComputesOneHashWhateverItIsAsked) {
    const std::string made = hash(canary::password);
    const std::string long_password(limits::password_bytes + 1, 'a');
    const std::string with_nul("kanari\0x", 8);
    const std::vector<std::pair<std::string, std::string>> questions = {
        {std::string(canary::password), made},
        {std::string(canary::wrong_password), made},
        {std::string(canary::password), hasher_.dummy_hash()},
        {std::string(canary::password), ""},
        {std::string(canary::password), "!"},
        {std::string(canary::password), "*"},
        {std::string(canary::password), locked_hash},
        {std::string(canary::password), "$nobody$knows$this"},
        {long_password, made},
        {with_nul, made},
        {"", made},
    };
    for (const auto& [password, text] : questions) {
        const int before = hashes_computed;
        (void)verify(password, text);
        EXPECT_EQ(hashes_computed - before, 1) << text << ", " << password.size() << " bytes of password";
    }
}

/// The quickest of a few, which is what the work takes; the others were kept waiting by the rest of the machine.
template <class Work>
double seconds_of(Work work) {
    double quickest = 0;
    for (int i = 0; i < 7; ++i) {
        const auto start = std::chrono::steady_clock::now();
        work();
        const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        quickest = i == 0 ? took : std::min(quickest, took);
    }
    return quickest;
}

TEST_F(AHasher, T15_TakesTheUsualTimeForAWrongPasswordAgainstACheaperFormat) {
    Hasher dear(loop_, HashingOptions{"$y$", 5, 1, 0});
    const std::string cheap = crypt(Secret(canary::password), make_setting("$1$", 0)).value_or("");
    const auto ask = [&](const std::string& text) {
        return seconds_of(
            [&] { EXPECT_FALSE(wait_for(loop_, dear.verify(Secret(canary::wrong_password), text, key_))); });
    };
    const double usual = ask(dear.dummy_hash());
    EXPECT_GT(ask(cheap), usual / 2);
    const double alone = seconds_of([&] { (void)crypt(Secret(canary::wrong_password), cheap); });
    EXPECT_LT(alone, usual / 2) << "the naive way, which tells that the account was imported";
}

TEST_F(AHasher, HasADummyHashWithTheLiveParameters) {
    EXPECT_EQ(strength_of(hasher_.dummy_hash()), strength_of(hash(canary::password)));
    EXPECT_FALSE(verify(canary::password, hasher_.dummy_hash()));
    const Hasher other(loop_, HashingOptions{"$y$", 1, 1, 0});
    EXPECT_NE(other.dummy_hash(), hasher_.dummy_hash());
}

TEST_F(AHasher, HashesPasswordsUpToTheLimitAndRefusesLongerOnes) {
    const std::string longest(limits::password_bytes, 'a');
    EXPECT_TRUE(verify(longest, hash(longest)));
    try {
        (void)hash(longest + "a");
        ADD_FAILURE() << "accepted";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), Error::Kind::invalid);
    }
}

TEST_F(AHasher, RefusesToHashWhatTheMethodWouldCut) {
    Hasher bcrypt(loop_, HashingOptions{"$2b$", 4, 1, 0});
    EXPECT_NO_THROW((void)wait_for(loop_, bcrypt.hash(Secret(std::string(72, 'a')), key_)));
    EXPECT_THROW((void)wait_for(loop_, bcrypt.hash(Secret(std::string(73, 'a')), key_)), Error);
    EXPECT_THROW((void)hash(std::string_view("a\0b", 3)), Error);
}

TEST_F(AHasher, WantsHashesOfOtherMethodsOrLowerCostsAnew) {
    const Hasher yescrypt(loop_, HashingOptions{"$y$", 3, 1, 0});
    EXPECT_FALSE(yescrypt.weaker_than_configured(make_setting("$y$", 3)));
    EXPECT_FALSE(yescrypt.weaker_than_configured(make_setting("$y$", 4)));
    EXPECT_TRUE(yescrypt.weaker_than_configured(make_setting("$y$", 2)));
    EXPECT_TRUE(yescrypt.weaker_than_configured(make_setting("$gy$", 5)));
    EXPECT_TRUE(yescrypt.weaker_than_configured(make_setting("$6$", 99999)));
    EXPECT_TRUE(yescrypt.weaker_than_configured("$1$k2XAnEHB$uezJdN9k/2TKe20wlWSfM1"));
    EXPECT_TRUE(yescrypt.weaker_than_configured("klHRhqdmwTyUE"));
    EXPECT_TRUE(yescrypt.weaker_than_configured("!"));
}

TEST_F(AHasher, RunsAsManyHashesAtOnceAsTheMemoryIsEnoughFor) {
    constexpr std::uint64_t one = 128ULL * 1024 * 32 + 32768; // yescrypt, cost 3: N = 1024, r = 32, and crypt_data
    const auto workers = [&](std::uint64_t memory) {
        return Hasher(loop_, HashingOptions{"$y$", 3, 4, memory}).workers();
    };
    EXPECT_EQ(workers(0), 4U);
    EXPECT_EQ(workers(3 * one), 3U);
    EXPECT_EQ(workers(3 * one - 1), 2U);
    EXPECT_EQ(workers(100 * one), 4U);
    EXPECT_EQ(workers(1), 1U);
}

TEST_F(AHasher, KeepsImportedHashesThatAreDearerThanItsOwnWithinTheMemoryToo) {
    constexpr std::size_t workers = 4;
    const std::string dear = make_setting("$y$", 4);
    const std::uint64_t one = memory_of(strength_of(dear));
    for (const std::uint64_t memory : {one, 2 * one, 3 * one - 1}) {
        Hasher hasher(loop_, HashingOptions{"$y$", 1, workers, memory});
        ASSERT_EQ(hasher.workers(), workers);
        most_memory = 0;
        std::vector<base::Future<bool>> asked;
        for (std::size_t i = 0; i < 3 * workers; ++i) {
            asked.push_back(hasher.verify(Secret(canary::wrong_password), dear, key_));
            asked.push_back(hasher.verify(Secret(canary::wrong_password), hasher.dummy_hash(), key_));
        }
        for (auto& future : asked) {
            EXPECT_FALSE(wait_for(loop_, std::move(future)));
        }
        EXPECT_LE(most_memory, memory);
    }
}

TEST_F(AHasher, RunsAHashThatNeedsMoreThanTheMemoryAlone) {
    const std::string dear = make_setting("$y$", 4);
    const std::uint64_t one = memory_of(strength_of(dear));
    Hasher hasher(loop_, HashingOptions{"$y$", 1, 4, one / 2});
    most_memory = 0;
    std::vector<base::Future<bool>> asked;
    for (int i = 0; i < 8; ++i) {
        asked.push_back(hasher.verify(Secret(canary::wrong_password), dear, key_));
    }
    for (auto& future : asked) {
        EXPECT_FALSE(wait_for(loop_, std::move(future)));
    }
    EXPECT_EQ(most_memory, one);
}

TEST_F(AHasher, RefusesWeakAndUnknownMethodsForNewHashes) {
    for (const char* method : {"$1$", "", "$nobody$", "_"}) {
        EXPECT_THROW(Hasher(loop_, HashingOptions{method, 0, 1, 0}), Error) << method;
    }
}

TEST_F(AHasher, HoldsItsQueueLimitAndRefusesOneMoreAsBusy) {
    Hasher hasher(loop_, HashingOptions{"$6$", 1000, 1, 0});
    const std::string slow = make_setting("$6$", 500000); // keeps the one worker from the queue while it is filled
    std::vector<base::Future<bool>> asked;
    asked.push_back(hasher.verify(Secret(canary::password), slow, key_));
    for (std::size_t i = 0; i < limits::queued_hashes + 1; ++i) {
        asked.push_back(hasher.verify(Secret(canary::password), "!", key_));
    }
    std::size_t answered = 0;
    std::size_t busy = 0;
    for (auto& future : asked) {
        try {
            answered += wait_for(loop_, std::move(future)) ? 0U : 1U;
        } catch (const Error& error) {
            busy += error.kind() == Error::Kind::busy ? 1U : 0U;
        }
    }
    EXPECT_EQ(answered + busy, asked.size());
    EXPECT_GE(answered, limits::queued_hashes);
    EXPECT_GE(busy, 1U);
}

} // namespace
} // namespace loquet::work
