// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/base/text.h"
#include "lib/base/wire.h"
#include "tests/support/error_kind.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace loquet::base {

namespace {

using tests::kind_of_error;

struct Fields {
    std::uint8_t small = 0;
    std::uint32_t middle = 0;
    std::uint64_t large = 0;
    std::int64_t negative = 0;
    std::size_t count = 0;
    std::string text;
    friend bool operator==(const Fields&, const Fields&) = default;
};

constexpr std::size_t text_limit = 8;
constexpr std::size_t count_limit = 3;

SecureBytes write(const Fields& fields) {
    WireWriter writer;
    writer.u8(fields.small);
    writer.u32(fields.middle);
    writer.u64(fields.large);
    writer.i64(fields.negative);
    writer.u32(static_cast<std::uint32_t>(fields.count));
    writer.text(fields.text);
    return writer.take();
}

Fields read(std::span<const std::uint8_t> bytes) {
    WireReader reader(bytes);
    Fields fields;
    fields.small = reader.u8();
    fields.middle = reader.u32();
    fields.large = reader.u64();
    fields.negative = reader.i64();
    fields.count = reader.count(count_limit);
    fields.text = reader.text(text_limit);
    reader.expect_end();
    return fields;
}

Fields some_fields() {
    return {0xfe, 0x89abcdef, 0xfedcba9876543210, INT64_MIN, count_limit, std::string("a\0b\xff", 4)};
}

TEST(TheWireForm, IsLittleEndianWithALengthInFrontOfTexts) {
    WireWriter writer;
    writer.u32(0x01020304);
    writer.u64(0x0102030405060708);
    writer.text("ab");
    EXPECT_EQ(to_hex(writer.view()), "04030201"
                                     "0807060504030201"
                                     "020000006162");
}

TEST(TheWireForm, GivesBackWhatWasWritten) {
    EXPECT_EQ(read(write(some_fields())), some_fields());
    EXPECT_EQ(read(write(Fields{})), Fields{});
}

TEST(TheWireForm, CutShortAnywhereIsRefused) {
    const SecureBytes whole = write(some_fields());
    for (std::size_t size = 0; size < whole.size(); ++size) {
        // A copy of just that size, so that a sanitizer sees a byte read beyond it.
        const SecureBytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
        EXPECT_EQ(kind_of_error([&] { (void)read(cut); }), Error::Kind::invalid) << size;
    }
}

TEST(TheWireForm, WithOneByteTooManyIsRefused) {
    SecureBytes longer = write(some_fields());
    longer.push_back(0);
    EXPECT_EQ(kind_of_error([&] { (void)read(longer); }), Error::Kind::invalid);
}

TEST(TheWireForm, HoldsTextsAndListsUpToTheirLimitAndNotBeyond) {
    Fields fields = some_fields();
    fields.text.assign(text_limit, 'a');
    EXPECT_EQ(read(write(fields)), fields);
    fields.text += 'a';
    EXPECT_EQ(kind_of_error([&] { (void)read(write(fields)); }), Error::Kind::invalid);
    fields = some_fields();
    fields.count = count_limit + 1;
    EXPECT_EQ(kind_of_error([&] { (void)read(write(fields)); }), Error::Kind::invalid);
}

TEST(TheWireForm, DoesNotBelieveALengthThatIsNotThere) {
    WireWriter writer;
    writer.u32(UINT32_MAX);
    WireReader reader(writer.view());
    EXPECT_EQ(kind_of_error([&] { (void)reader.bytes(SIZE_MAX); }), Error::Kind::invalid);
}

} // namespace

} // namespace loquet::base
