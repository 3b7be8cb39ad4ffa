// SPDX-License-Identifier: LGPL-2.1-or-later
// What is left of a candidate in the memory of the process after a check.
#include "plugins/password_rules/rules_harness.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <sstream>

namespace loquet::plugins_password_rules {
namespace {

/// A candidate in pages of its own, which the search leaves out; never in the program's text in this order.
class ACandidate : public testing::Test {
protected:
    static constexpr std::size_t page = 4096;
    static constexpr std::string_view scrambled = "u4Rk0Wv9Qz7Lm2Xc5Tb8"; // each byte plus one is the candidate

    ACandidate()
        : text(static_cast<char*>(mmap(nullptr, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))) {
        std::transform(scrambled.begin(), scrambled.end(), text, [](char c) { return static_cast<char>(c + 1); });
    }
    ~ACandidate() override { munmap(text, page); }

    [[nodiscard]] std::string_view candidate() const { return {text, scrambled.size()}; }

    /// True where eight characters of the candidate in a row, forwards or backwards, in bytes or in code points, are
    /// in a writable part of this process.
    [[nodiscard]] bool is_left_in_memory() const {
        std::ifstream maps("/proc/self/maps");
        for (std::string line; std::getline(maps, line);) {
            std::uintptr_t begin = 0;
            std::uintptr_t end = 0;
            char access[5] = {};
            const int read = std::sscanf(line.c_str(), "%lx-%lx %4s", &begin, &end, access); // NOLINT(cert-err34-c)
            const bool too_large = end - begin > (64UL << 20);                               // a sanitizer's shadow
            if (read == 3 && access[1] == 'w' && !too_large && begin != reinterpret_cast<std::uintptr_t>(text)
                && holds(begin, end - begin)) {
                return true;
            }
        }
        return false;
    }

    char* text;

private:
    [[nodiscard]] bool holds(std::uintptr_t begin, std::size_t size) const {
        // A copy in pages of its own, so that the search does not find what it has read before.
        auto* copy =
            static_cast<char*>(mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
        const int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
        const ssize_t got = pread(memory, copy, size, static_cast<off_t>(begin));
        close(memory);
        bool found = false;
        for (std::size_t at = 0; got > 0 && at < static_cast<std::size_t>(got) && !found; ++at) {
            found = matches(copy + at, static_cast<std::size_t>(got) - at);
        }
        munmap(copy, size);
        return found;
    }
    [[nodiscard]] bool matches(const char* at, std::size_t left) const {
        constexpr std::size_t run = 8;
        for (const std::size_t width : {1UL, 4UL}) {
            bool forwards = left >= run * width;
            bool backwards = forwards;
            for (std::size_t n = 0; n < run && (forwards || backwards); ++n) {
                forwards = forwards && at[n * width] == text[n];
                backwards = backwards && at[n * width] == text[run - 1 - n];
            }
            if (forwards || backwards) {
                return true;
            }
        }
        return false;
    }
};

TEST_F(ACandidate, T18_IsNotLeftInMemoryAfterACheck) {
    const Site site;
    Request request;
    request.facts = {{"name", "anne.legall"}};
    ASSERT_TRUE(site.accepts(candidate(), request));
    EXPECT_FALSE(is_left_in_memory());
}

TEST_F(ACandidate, T18_IsFoundWhereAnOrdinaryStringHeldIt) {
    auto naive = std::make_unique<std::string>(candidate());
    EXPECT_TRUE(is_left_in_memory()) << "the search must be able to find";
    explicit_bzero(naive->data(), naive->size());
    EXPECT_FALSE(is_left_in_memory());
}

} // namespace
} // namespace loquet::plugins_password_rules
