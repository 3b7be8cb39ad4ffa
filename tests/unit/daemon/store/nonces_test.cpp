// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/sealing.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <set>
#include <utility>

namespace loquet::store {
namespace {

using Nonce = std::array<std::uint8_t, Nonces::nonce_bytes>;

constexpr int several_pages = 2000;

Nonce next(Nonces& nonces) {
    Nonce nonce{};
    nonces.next(nonce);
    return nonce;
}

TEST(Nonces, AreNeverGivenTwice) {
    Nonces one;
    Nonces other;
    std::set<Nonce> given;
    for (int i = 0; i < several_pages; ++i) {
        given.insert(next(one));
        given.insert(next(other));
    }
    EXPECT_EQ(given.size(), 2U * several_pages);
    EXPECT_FALSE(given.contains(Nonce{}));
}

TEST(Nonces, GoOnWithANewOwner) {
    Nonces first;
    std::set<Nonce> given{next(first)};
    Nonces second = std::move(first);
    for (int i = 0; i < several_pages; ++i) {
        given.insert(next(second));
    }
    EXPECT_EQ(given.size(), 1U + several_pages);
}

TEST(Nonces, AreOthersInAChild) {
    Nonces nonces;
    (void)next(nonces); // the rest of the page waits to be given
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        const Nonce of_child = next(nonces);
        ::_exit(::write(ends[1], of_child.data(), of_child.size()) == static_cast<ssize_t>(of_child.size()) ? 0 : 1);
    }
    ::close(ends[1]);
    Nonce of_child{};
    EXPECT_EQ(::read(ends[0], of_child.data(), of_child.size()), static_cast<ssize_t>(of_child.size()));
    ::close(ends[0]);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    EXPECT_NE(of_child, next(nonces));
    EXPECT_NE(of_child, Nonce{});
}

} // namespace
} // namespace loquet::store
