// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/recovery/tickets.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <string_view>

namespace loquet::recovery {
namespace {

std::string read_code(std::string_view typed) {
    return std::string(code_in(typed).reveal());
}

TEST(ACodeOfATicket, IsReadThroughWhatPeopleTypeBetweenItsDigits) {
    for (const char* typed : {"12345678", "1234 5678", "1234-5678", "12.34.56.78", " 1 2 3 4 5 6 7 8 ",
                              "\t1234\u00A05678", "1234\u202F5678", "1234\u20095678", "-12345678-", "1234 - 5678"}) {
        EXPECT_EQ(read_code(typed), "12345678") << typed;
    }
}

TEST(ACodeOfATicket, IsReadFromTheUnshiftedTopRowOfAFrenchKeyboard) {
    EXPECT_EQ(read_code("&\u00E9\"'(-\u00E8_"), "12345678");
    EXPECT_EQ(read_code("&\u00E9\"' (-\u00E8_"), "12345678");
    EXPECT_EQ(read_code("\u00E7\u00E0\u00E7\u00E0 &&\u00E9\u00E9"), "90901122");
    EXPECT_EQ(read_code("&\u00C9\"'(-\u00C8_"), "12345678") << "with Caps Lock";
    EXPECT_EQ(read_code("\u00C7\u00C0\u00C7\u00C0&&&&"), "90901111") << "with Caps Lock";
    EXPECT_EQ(read_code("1\u00E9345678"), "12345678") << "one key was typed without the keypad";
}

TEST(ACodeOfATicket, HasASixForADashOnlyBesideAnotherKeyOfThatRow) {
    EXPECT_EQ(read_code("1234-5678"), "12345678");
    EXPECT_EQ(read_code("--1234--5678--"), "12345678");
    EXPECT_EQ(read_code("&234-678"), "12346678");
    EXPECT_EQ(read_code("&&&&----"), "11116666");
    EXPECT_EQ(read_code("--------"), "") << "no code, and not eight sixes";
    EXPECT_EQ(read_code("&234-5678"), "") << "nine digits";
}

TEST(ACodeOfATicket, IsNothingOfSevenOrNineDigitsOrWithAnythingElse) {
    for (const char* typed : {"", "1234567", "123456789", "1234 5678 9", "1234567a", "abcdefgh", "12345678\n",
                              "+12345678", "\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668", "1234567\u00E9\u00E9",
                              "\xFF"
                              "12345678",
                              "12345678\xC3", "k7f3a-9xq2m", " - . "}) {
        EXPECT_EQ(read_code(typed), "") << typed;
    }
    EXPECT_EQ(read_code(std::string_view("1234\0"
                                         "5678",
                                         9)),
              "");
}

TEST(ACodeOfATicket, IsLookedForInTextsOfAnyLength) {
    const std::string blanks(1U << 20U, ' ');
    EXPECT_EQ(read_code(blanks + "1234" + blanks + "5678"), "12345678");
    EXPECT_EQ(read_code(std::string(1U << 20U, '1')), "");
    EXPECT_EQ(read_code(std::string(1U << 20U, '&')), "");
}

TEST(ACodeOfATicket, IsShownInGroupsOfFourAndReadBack) {
    EXPECT_EQ(grouped(base::Secret(std::string_view("12345678"))).reveal(), "1234 5678");
    EXPECT_EQ(grouped(base::Secret()).reveal(), "");
    EXPECT_EQ(read_code(grouped(base::Secret(std::string_view("00001111"))).reveal()), "00001111");
}

model::Ticket ticket_of(std::uint64_t high, std::uint64_t low) {
    model::Ticket ticket;
    for (std::size_t i = 0; i < model::Ticket::seed_bytes; ++i) {
        const std::uint64_t half = i < 8 ? high : low;
        ticket.seed.push_back(static_cast<std::uint8_t>(half >> (8 * (7 - i % 8))));
    }
    return ticket;
}

TEST(ACodeOfATicket, IsTheRemainderOfItsSeedAndNothingWithoutOne) {
    EXPECT_EQ(code_of(ticket_of(0, 12345678)).reveal(), "12345678");
    EXPECT_EQ(code_of(ticket_of(0, 100000007)).reveal(), "00000007");
    EXPECT_EQ(code_of(ticket_of(1, 0)).reveal(), "09551616"); // 2^64 = 18446744073709551616
    EXPECT_TRUE(code_of(model::Ticket()).empty());
}

/// Of codes from fixed seeds, how far the counts of two digits at each place are from even: chi-square of 99 degrees
/// of freedom, the largest of four.
template <class CodeOf>
double unevenness(CodeOf code) {
    constexpr std::size_t codes = 200'000;
    std::mt19937_64 random(20261130); // NOLINT(cert-msc51-cpp): the same each time
    std::array<std::array<double, 100>, 4> counts{};
    for (std::size_t i = 0; i < codes; ++i) {
        const std::uint64_t high = random();
        const std::string digits = code(ticket_of(high, random()));
        for (std::size_t pair = 0; pair < 4; ++pair) {
            counts.at(pair).at(static_cast<std::size_t>(std::stoi(digits.substr(2 * pair, 2)))) += 1;
        }
    }
    double largest = 0;
    for (const auto& row : counts) {
        double sum = 0;
        for (const double count : row) {
            const double off = count - codes / 100.0;
            sum += off * off / (codes / 100.0);
        }
        largest = std::max(largest, sum);
    }
    return largest;
}

constexpr double even_enough = 160; // above it in one of 10 000 draws

TEST(ACodeOfATicket, T19_IsAsLikelyAsAnyOther) {
    EXPECT_LT(unevenness([](const model::Ticket& ticket) { return std::string(code_of(ticket).reveal()); }),
              even_enough);
}

// The check of the test above: a byte for two digits prefers those below 56.
TEST(ACarelessCode, T19_WouldBeUneven) {
    EXPECT_GT(unevenness([](const model::Ticket& ticket) {
                  std::string code;
                  for (std::size_t i = 0; i < 4; ++i) {
                      const int pair = ticket.seed[i] % 100;
                      code += static_cast<char>('0' + pair / 10);
                      code += static_cast<char>('0' + pair % 10);
                  }
                  return code;
              }),
              even_enough);
}

} // namespace
} // namespace loquet::recovery
