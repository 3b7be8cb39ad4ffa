// SPDX-License-Identifier: LGPL-2.1-or-later
// What a line of an import leaves on the heap. The heap of this program looks into each block that is given back.
#include "daemon/accounts/import_lines.h"
#include "lib/base/error.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include <cstdlib>
#include <new>

namespace loquet::accounts {
namespace {

constexpr std::string_view mark = "kanarisaltkanari"; // in each hash below
bool watching = false;
std::size_t left_behind = 0; // blocks

void give_back(void* block) noexcept {
    if (watching && block != nullptr) {
        const std::string_view content(static_cast<const char*>(block), ::malloc_usable_size(block));
        left_behind += content.find(mark) == std::string_view::npos ? 0U : 1U;
    }
    std::free(block);
}

} // namespace
} // namespace loquet::accounts

void* operator new(std::size_t size) {
    void* const block = std::calloc(1, size == 0 ? 1 : size); // nothing of an earlier owner is found in it
    if (block == nullptr) {
        throw std::bad_alloc();
    }
    return block;
}
void operator delete(void* block) noexcept {
    loquet::accounts::give_back(block);
}
void operator delete(void* block, std::size_t /*size*/) noexcept {
    loquet::accounts::give_back(block);
}

namespace loquet::accounts {
namespace {

/// Blocks that held the mark when `act` gave them back.
template <class Act>
std::size_t left_by(Act act) {
    left_behind = 0;
    watching = true;
    act();
    watching = false;
    return left_behind;
}

class AnImportedHash : public ::testing::TestWithParam<const char*> {};

TEST_P(AnImportedHash, T18_StaysNowhereInMemoryThatWasGivenBack) {
    const std::string_view line = GetParam();
    ASSERT_NE(line.find(mark), std::string_view::npos);
    ImportRules rules;
    rules.uids = {30000, 59999};
    const std::size_t left = left_by([&] {
        try {
            ImportedAccount read = read_import_line(line, rules);
            const ImportedAccount moved = std::move(read);
            EXPECT_FALSE(moved.password_hash.empty());
        } catch (const base::Error& refused) {
            EXPECT_EQ(std::string_view(refused.what()).find(mark), std::string_view::npos);
        }
    });
    EXPECT_EQ(left, 0U);
}

INSTANTIATE_TEST_SUITE_P(
    InEveryKindOfLine, AnImportedHash,
    ::testing::Values(R"({"name":"ana","password_hash":"$y$j9T$kanarisaltkanari$kanarihashkanari"})",
                      R"({"name":"ana","password_hash":"!$y$j9T$kanarisaltkanari$kanarihashkanari"})",
                      R"({"name":"ana","password_hash":"$y$j9T$kanarisaltkanari$kanari\u0068ash\u006banari"})",
                      R"({"name":"ana","password_hash":"$y$j9T$kanarisaltkanari$kanari","uid":"x"})",
                      R"({"name":"ana","password_hash":"$y$j9T$kanarisaltkanari$kanari" "uid":1})",
                      R"({"name":"ana","password_hash":"$y$j9T$kanarisaltkanari\x"})",
                      R"({"name":"ana","password_hash":"kanarisaltkanari is no hash"})",
                      R"({"name":"ana","password_hash":["$y$j9T$kanarisaltkanari$kanari","and another"]})",
                      R"({"name":"ana","uid":"$y$j9T$kanarisaltkanari$kanari"})"));

TEST(TheHeap, SeesWhatAnOrdinaryTextLeaves) {
    EXPECT_GT(left_by([] { const std::string text = std::string(mark) + " and more than fits into the object"; }), 0U);
}

} // namespace
} // namespace loquet::accounts
