// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/base/secret.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <algorithm>
#include <memory>
#include <new>
#include <ostream>
#include <type_traits>

namespace loquet::base {

namespace {

constexpr std::string_view canary = "correct horse battery staple 4711";

/// Memory that stays readable after it was given back, to see what a container left in it. It is never used twice.
class Region {
public:
    Region()
        : start_(static_cast<std::uint8_t*>(
              ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))) {}
    ~Region() { ::munmap(start_, size); }
    Region(const Region&) = delete;
    Region& operator=(const Region&) = delete;

    void* take(std::size_t bytes) {
        void* block = start_ + used_;
        used_ += (bytes + 15U) & ~std::size_t{15};
        if (used_ > size) {
            throw std::bad_alloc();
        }
        return block;
    }
    [[nodiscard]] bool holds(std::string_view text) const {
        return std::search(start_, start_ + used_, text.begin(), text.end()) != start_ + used_;
    }

private:
    static constexpr std::size_t size = 1U << 20U;
    std::uint8_t* start_;
    std::size_t used_ = 0;
};

Region* region = nullptr;

/// A byte whose std::allocator, which WipingAllocator takes its memory from, takes it from the region.
struct Byte {
    unsigned char value = 0;
};

} // namespace

} // namespace loquet::base

template <>
struct std::allocator<loquet::base::Byte> {
    using value_type = loquet::base::Byte;
    value_type* allocate(std::size_t n) { return static_cast<value_type*>(loquet::base::region->take(n)); }
    void deallocate(value_type* /*block*/, std::size_t /*n*/) noexcept {}
    bool operator==(const allocator& /*other*/) const noexcept { return true; }
};

namespace loquet::base {

namespace {

/// Whether the canary is still in memory after a container held it, grew and died.
template <class Allocator>
bool left_behind() {
    Region memory;
    region = &memory;
    {
        std::vector<Byte, Allocator> bytes;
        for (const char c : canary) {
            bytes.push_back({static_cast<unsigned char>(c)});
        }
        EXPECT_TRUE(memory.holds(canary));
        bytes.resize(4096);
    }
    return memory.holds(canary);
}

TEST(Wiping, T18_LeavesNothingInMemoryThatWasGivenBack) {
    static_assert(std::is_same_v<SecureBytes::allocator_type, WipingAllocator<std::uint8_t>>);
    EXPECT_FALSE(left_behind<WipingAllocator<Byte>>());
    EXPECT_TRUE(left_behind<std::allocator<Byte>>()) << "the check must see what an ordinary container leaves";
}

TEST(Wiping, OfNothingTouchesNothing) {
    wipe(nullptr, 0);
    char one = 'a';
    wipe(&one, 0);
    EXPECT_EQ(one, 'a');
}

TEST(ASecret, T18_TakenFromATextLeavesTheTextEmptyAndWiped) {
    std::string source(canary);
    const char* where = source.data();
    const Secret secret = Secret::take(source);
    EXPECT_EQ(secret.reveal(), canary);
    EXPECT_TRUE(source.empty());
    source.resize(canary.size()); // zeros the bytes that resize() adds; the last one beyond shows nothing more
    EXPECT_EQ(source.data(), where);
    EXPECT_EQ(source.find("horse"), std::string::npos);
}

TEST(ASecret, CannotBeCopiedComparedOrPrinted) {
    static_assert(!std::is_copy_constructible_v<Secret> && !std::is_copy_assignable_v<Secret>);
    static_assert(std::is_nothrow_move_constructible_v<Secret>);
    const auto comparable = [](const auto& s) { return requires { s == s; }; };
    const auto printed = [](const auto& s) { return requires(std::ostream& out) { out << s; }; };
    const auto converted = [](const auto& s) { return requires(std::string text) { text = s; }; };
    const Secret secret(canary);
    EXPECT_FALSE(comparable(secret));
    EXPECT_FALSE(printed(secret));
    EXPECT_FALSE(converted(secret));
    EXPECT_TRUE(comparable(std::string()));
}

TEST(ASecret, IsEmptyAfterItMovedAndDoubledOnlyByName) {
    Secret first(canary);
    Secret second = std::move(first);
    EXPECT_TRUE(first.empty()); // NOLINT(bugprone-use-after-move): that is the question
    const Secret third = second.clone();
    EXPECT_EQ(third.reveal(), second.reveal());
    EXPECT_NE(third.reveal().data(), second.reveal().data());
    EXPECT_EQ(third.size(), canary.size());
}

TEST(ComparingSecrets, SeesEveryDifference) {
    EXPECT_TRUE(same_secret("", ""));
    EXPECT_TRUE(same_secret(canary, std::string(canary)));
    EXPECT_FALSE(same_secret(canary, canary.substr(1)));
    for (std::size_t i = 0; i < canary.size(); ++i) {
        for (unsigned bit = 0; bit < 8; ++bit) {
            std::string other(canary);
            other[i] = static_cast<char>(static_cast<unsigned char>(other[i]) ^ 1U << bit);
            ASSERT_FALSE(same_secret(canary, other)) << "byte " << i << ", bit " << bit;
        }
    }
}

} // namespace

} // namespace loquet::base
