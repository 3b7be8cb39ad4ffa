// SPDX-License-Identifier: LGPL-2.1-or-later
// In a process that may have few descriptors and uses them up.
#include "lib/bus/descriptor_reserve.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <vector>

namespace loquet::bus {
namespace {

using State = DescriptorReserve::State;

constexpr rlim_t most_open = 256;

class AReserve : public testing::Test {
protected:
    AReserve() {
        EXPECT_EQ(::getrlimit(RLIMIT_NOFILE, &former_), 0);
        limit(most_open);
    }
    ~AReserve() override { limit(former_.rlim_cur); }
    void limit(rlim_t most) const {
        const rlimit limit{most, former_.rlim_max};
        EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
    }
    std::vector<base::Fd> open_all() const {
        std::vector<base::Fd> open;
        for (base::Fd fd(::dup(STDERR_FILENO)); fd; fd = base::Fd(::dup(STDERR_FILENO))) {
            open.push_back(std::move(fd));
        }
        return open;
    }

    rlimit former_{};
};

TEST_F(AReserve, IsKeptWhileThereAreOthers) {
    DescriptorReserve reserve;
    EXPECT_EQ(reserve.make_room(), State::enough);
    EXPECT_FALSE(reserve.is_used_up());
}

TEST_F(AReserve, IsGivenBackWhenNoOtherIsLeftAndTakenAgainAfterwards) {
    DescriptorReserve reserve;
    auto others = open_all();
    EXPECT_EQ(reserve.make_room(), State::low);
    EXPECT_FALSE(reserve.is_used_up());
    auto given = open_all();
    EXPECT_EQ(given.size(), limits::reserved_descriptors);
    given.resize(limits::reserved_descriptors - 2 * limits::message_descriptors);
    EXPECT_FALSE(reserve.is_used_up()) << "those of two messages are free";
    given.push_back(base::Fd(::dup(STDERR_FILENO)));
    EXPECT_TRUE(reserve.is_used_up()) << "one less";
    given.clear();
    EXPECT_EQ(reserve.make_room(), State::low);
    others.clear();
    EXPECT_EQ(reserve.make_room(), State::enough);
    others = open_all();
    EXPECT_EQ(reserve.make_room(), State::low);
    EXPECT_EQ(open_all().size(), limits::reserved_descriptors) << "it was whole again";
}

TEST_F(AReserve, IsKeptWhereOthersAreFreeInTheMiddle) {
    DescriptorReserve reserve;
    auto others = open_all();
    others.erase(others.begin(), others.begin() + static_cast<std::ptrdiff_t>(limits::reserved_descriptors));
    EXPECT_EQ(reserve.make_room(), State::enough);
    others.push_back(base::Fd(::dup(STDERR_FILENO)));
    EXPECT_EQ(reserve.make_room(), State::low);
}

TEST_F(AReserve, SaysWhenNotAllDescriptorsOfOneMessageWouldFit) {
    DescriptorReserve reserve;
    const auto others = open_all();
    EXPECT_EQ(reserve.make_room(), State::low);
    auto given = open_all();
    given.resize(limits::reserved_descriptors - limits::message_descriptors);
    EXPECT_EQ(reserve.make_room(), State::low);
    given.push_back(base::Fd(::dup(STDERR_FILENO)));
    EXPECT_EQ(reserve.make_room(), State::none) << "one less";
    given.pop_back();
    EXPECT_EQ(reserve.make_room(), State::low);
}

TEST_F(AReserve, SaysWhereTheLimitIsBelowEvenThat) {
    DescriptorReserve reserve;
    limit(3);
    EXPECT_EQ(reserve.make_room(), State::none);
    EXPECT_TRUE(reserve.is_used_up());
    limit(most_open);
    EXPECT_EQ(reserve.make_room(), State::enough);
}

} // namespace
} // namespace loquet::bus
