// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/factor/state.h"
#include "plugins/one_time_code/code_state.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace loquet::plugins_one_time_code {
namespace {

using factor::DamagedState;

CodeState full() {
    CodeState state;
    state.running = RunningCode{LOQUET_MEDIUM_SMS, 1000, 2000, {'s'}, {'h'}};
    for (std::size_t n = 0; n < most_tries; ++n) {
        state.wrong.push_back(static_cast<std::int64_t>(n) - 5);
    }
    return state;
}

void expect_same(const CodeState& a, const CodeState& b) {
    EXPECT_EQ(a.wrong, b.wrong);
    ASSERT_EQ(a.running.has_value(), b.running.has_value());
    if (a.running) {
        EXPECT_EQ(a.running->medium, b.running->medium);
        EXPECT_EQ(a.running->sent, b.running->sent);
        EXPECT_EQ(a.running->expires, b.running->expires);
        EXPECT_EQ(a.running->salt, b.running->salt);
        EXPECT_EQ(a.running->hash, b.running->hash);
    }
}

TEST(ACodeState, IsKeptInAFewHundredBytesAndComesBackTheSame) {
    EXPECT_EQ(encode(full()).size(), 228U);
    std::mt19937 random(3);
    for (int n = 0; n < 500; ++n) {
        CodeState state = full();
        state.wrong.resize(random() % (most_tries + 1));
        if (random() % 2 == 0) {
            state.running.reset();
        } else {
            state.running->medium = random() % 2 == 0 ? LOQUET_MEDIUM_MAIL : LOQUET_MEDIUM_SMS;
            state.running->expires += static_cast<std::int64_t>(random());
        }
        expect_same(decode(view(encode(state))), state);
    }
}

TEST(ACodeState, ThatHoldsNothingIsNoBytes) {
    EXPECT_TRUE(encode({}).empty());
    expect_same(decode(""), {});
}

TEST(ACodeState, IsRefusedWhereItIsDamaged) {
    const std::string state(view(encode(full())));
    for (std::size_t size = 1; size < state.size(); ++size) {
        EXPECT_THROW((void)decode(state.substr(0, size)), DamagedState) << size;
    }
    EXPECT_THROW((void)decode(state + '\0'), DamagedState);
    const std::size_t flag = 2 + most_tries * 8;
    struct {
        std::size_t at;
        int value;
    } const damages[] = {
        {0, 0}, {0, 2}, {1, most_tries - 1}, {1, most_tries + 1}, {flag, 0}, {flag, 2}, {flag + 1, 0}, {flag + 1, 3},
    }; // version, number of tries, whether a code runs, its medium
    for (const auto& [at, value] : damages) {
        std::string damaged = state;
        damaged[at] = static_cast<char>(value);
        EXPECT_THROW((void)decode(damaged), DamagedState) << at << ' ' << value;
    }
}

TEST(ACodeState, IsRefusedWhereItsTimesMakeNoSense) {
    CodeState unordered = full();
    std::swap(unordered.wrong.front(), unordered.wrong.back());
    EXPECT_THROW((void)decode(view(encode(unordered))), DamagedState);
    CodeState no_life = full();
    no_life.running->expires = no_life.running->sent;
    EXPECT_THROW((void)decode(view(encode(no_life))), DamagedState);
    EXPECT_THROW((void)decode(std::string_view("\x01\0\0", 3)), DamagedState) << "nothing is no bytes";
}

} // namespace
} // namespace loquet::plugins_one_time_code
