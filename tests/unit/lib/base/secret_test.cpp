// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/base/handle.h"
#include "lib/base/secret.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <algorithm>
#include <memory>
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

/// `Wiping` as SecureBytes has it, but with blocks of a Region; without it, what an ordinary container does.
template <class T, bool wiping>
struct InRegion {
    using value_type = T;
    template <class U>
    struct rebind { // NOLINT(readability-identifier-naming): the allocators' name
        using other = InRegion<U, wiping>;
    };
    explicit InRegion(Region& in) noexcept : region(&in) {}
    template <class U>
    InRegion(const InRegion<U, wiping>& other) noexcept : region(other.region) {} // NOLINT
    T* allocate(std::size_t n) { return static_cast<T*>(region->take(n * sizeof(T))); }
    void deallocate(T* p, std::size_t n) noexcept {
        if (wiping) {
            wipe(p, n * sizeof(T));
        }
    }
    friend bool operator==(const InRegion&, const InRegion&) noexcept { return true; }
    Region* region;
};

template <bool wiping>
bool left_after_growing() {
    Region region;
    {
        std::vector<std::uint8_t, InRegion<std::uint8_t, wiping>> bytes{InRegion<std::uint8_t, wiping>(region)};
        bytes.assign(canary.begin(), canary.end());
        bytes.resize(4096);
        EXPECT_TRUE(region.holds(canary));
    }
    return region.holds(canary);
}

TEST(Wiping, T18_LeavesNothingInMemoryThatWasGivenBack) {
    EXPECT_FALSE(left_after_growing<true>());
    EXPECT_TRUE(left_after_growing<false>()) << "the check must see what an ordinary container leaves";
}

TEST(Wiping, T18_IsWhatTheAllocatorOfSecretsDoes) {
    // The allocator wipes before it frees; a block that it does not own shows it.
    static_assert(std::is_same_v<SecureBytes::allocator_type, WipingAllocator<std::uint8_t>>);
    WipingAllocator<std::uint8_t> allocator;
    std::uint8_t* block = allocator.allocate(canary.size());
    std::copy(canary.begin(), canary.end(), block);
    wipe(block, canary.size());
    EXPECT_TRUE(std::all_of(block, block + canary.size(), [](std::uint8_t byte) { return byte == 0; }));
    allocator.deallocate(block, canary.size());
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
