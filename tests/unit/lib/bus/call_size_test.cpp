// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/base/limits.h"
#include "lib/bus/call.h"
#include "tests/support/error_kind.h"
#include "tests/support/loop_runner.h"
#include "tests/support/loose_messages.h"
#include "tests/support/private_bus.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <functional>

namespace loquet::bus {

namespace {

using base::Error;
using Write = std::function<void(Writer&)>;

constexpr std::size_t text_overhead = 4; ///< its length

std::string letters(std::size_t count) {
    return std::string(count, 'x'); // NOLINT(modernize-return-braced-init-list): not a list of two
}

class TheSizeOfACall : public testing::Test {
protected:
    [[nodiscard]] bool is_at_most(std::size_t bytes, std::size_t descriptors, const Write& write) const {
        return carries_at_most(messages_.with(write).get(), bytes, descriptors);
    }
    const base::Fd file_{::memfd_create("a file", MFD_CLOEXEC)};
    tests::LooseMessages messages_;
};

TEST_F(TheSizeOfACall, IsTakenUpToTheLimitAndNotOneByteAboveIt) {
    for (const std::size_t bytes : {std::size_t{0}, std::size_t{1}, limits::call_bytes}) {
        const auto write = [&](Writer& writer) { writer.text(letters(bytes)); };
        EXPECT_TRUE(is_at_most(bytes + text_overhead, 0, write)) << bytes;
        EXPECT_FALSE(is_at_most(bytes + text_overhead - 1, 0, write)) << bytes;
    }
    EXPECT_TRUE(is_at_most(0, 0, [](Writer&) {}));
}

TEST_F(TheSizeOfACall, CountsWhatStandsInsideOfEverything) {
    const Write texts = [](Writer& writer) {
        writer.array("s", [&] { writer.text(letters(500)).text(letters(500)); });
    };
    const Write bytes = [](Writer& writer) {
        writer.array("y", [&] {
            for (int i = 0; i < 1000; ++i) {
                writer.u8(0);
            }
        });
    };
    const Write variants = [](Writer& writer) { writer.dictionary([&] { writer.entry("key", letters(1000)); }); };
    const Write empty = [](Writer& writer) {
        writer.array("as", [&] {
            for (int i = 0; i < 1000; ++i) {
                writer.array("s", [] {});
            }
        });
    };
    const Write numbers = [](Writer& writer) { writer.structure("ut", [&] { writer.u32(1).u64(2); }); };
    for (const Write& write : {texts, bytes, variants, empty}) {
        EXPECT_TRUE(is_at_most(10'000, 0, write));
        EXPECT_FALSE(is_at_most(1000, 0, write));
    }
    EXPECT_TRUE(is_at_most(20, 0, numbers));
    EXPECT_FALSE(is_at_most(8, 0, numbers));
}

TEST_F(TheSizeOfACall, CountsDescriptorsWhereverTheyStand) {
    const Write two = [&](Writer& writer) {
        writer.fd(file_.get()).dictionary([&] { writer.entry("token", "h", [&] { writer.fd(file_.get()); }); });
    };
    EXPECT_TRUE(is_at_most(limits::call_bytes, 2, two));
    EXPECT_FALSE(is_at_most(limits::call_bytes, 1, two));
}

TEST_F(TheSizeOfACall, LeavesTheMessageToBeReadFromItsBeginning) {
    const Message message = messages_.with([](Writer& writer) { writer.text("first").u32(2); });
    EXPECT_TRUE(carries_at_most(message.get(), 100, 0));
    EXPECT_FALSE(carries_at_most(message.get(), 10, 0));
    Reader reader(message.get());
    EXPECT_EQ(reader.text(16), "first");
    EXPECT_EQ(reader.u32(), 2U);
}

} // namespace

} // namespace loquet::bus
