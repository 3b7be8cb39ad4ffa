// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/base/limits.h"
#include "lib/base/text.h"
#include "lib/base/wire.h"
#include "lib/protocol/sealed_texts.h"
#include "tests/support/error_kind.h"
#include "tests/support/temp_folder.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace loquet::protocol {

namespace {

using base::Error;

constexpr int all_seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
const std::optional<Error::Kind> accepted = std::nullopt;
const std::optional<Error::Kind> invalid = Error::Kind::invalid;

Answers answers_of(std::initializer_list<std::string_view> texts) {
    Answers answers;
    for (const std::string_view text : texts) {
        answers.emplace_back(text);
    }
    return answers;
}

Answers many(std::size_t count, std::size_t bytes) {
    Answers answers;
    for (std::size_t i = 0; i < count; ++i) {
        answers.emplace_back(std::string(bytes, 'x'));
    }
    return answers;
}

std::vector<std::string> texts_of(const Answers& answers) {
    std::vector<std::string> texts;
    for (const base::Secret& answer : answers) {
        texts.emplace_back(answer.reveal());
    }
    return texts;
}

/// As seal_answers() writes them, without its limits.
base::SecureBytes bytes_of(const Answers& answers) {
    base::WireWriter writer;
    for (const base::Secret& answer : answers) {
        writer.text(answer.reveal());
    }
    return writer.take();
}

base::Fd memory_with(std::span<const std::uint8_t> bytes, int seals = all_seals) {
    base::Fd memory(::memfd_create("answers-test", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    base::write_all(memory.get(), base::as_text(bytes));
    EXPECT_EQ(::fcntl(memory.get(), F_ADD_SEALS, seals), 0);
    return memory;
}

std::optional<Error::Kind> refusal(const base::Fd& memory) {
    return tests::kind_of_error([&] { (void)open_answers(memory.get()); });
}

std::optional<Error::Kind> refusal(std::span<const std::uint8_t> bytes) {
    const auto of_bytes = tests::kind_of_error([&] { (void)parse_answers(bytes); });
    EXPECT_EQ(refusal(memory_with(bytes)), of_bytes) << "both ways of reading agree";
    return of_bytes;
}

TEST(SealedAnswers, ArriveAsTheyWereSent) {
    for (const auto& sent : {std::vector<std::string_view>{}, {""}, {"secret"}, {"clé", "", "𝄞", "line\nline"}}) {
        Answers answers;
        for (const std::string_view text : sent) {
            answers.emplace_back(text);
        }
        const base::Fd memory = seal_answers(answers);
        EXPECT_THAT(texts_of(open_answers(memory.get())), testing::ElementsAreArray(sent));
        EXPECT_EQ(bytes_of(answers).size(), static_cast<std::size_t>(::lseek(memory.get(), 0, SEEK_END)));
    }
}

TEST(SealedAnswers, CanBeReadTwiceAndStayTheCallersToClose) {
    const base::Fd memory = seal_answers(answers_of({"secret"}));
    EXPECT_EQ(texts_of(open_answers(memory.get())), texts_of(open_answers(memory.get())));
    EXPECT_NE(::fcntl(memory.get(), F_GETFD), -1);
}

TEST(SealedAnswers, CannotBeChangedByTheirHolder) {
    const base::Fd memory = seal_answers(answers_of({"secret"}));
    EXPECT_EQ(::fcntl(memory.get(), F_GET_SEALS) & all_seals, all_seals);
    EXPECT_EQ(::pwrite(memory.get(), "x", 1, 0), -1);
    EXPECT_EQ(::ftruncate(memory.get(), 0), -1);
    EXPECT_EQ(::ftruncate(memory.get(), 4096), -1);
    EXPECT_EQ(::mmap(nullptr, 1, PROT_WRITE, MAP_SHARED, memory.get(), 0), MAP_FAILED);
    EXPECT_NE(::fcntl(memory.get(), F_GETFD) & FD_CLOEXEC, 0);
}

TEST(SealedAnswers, AreAtMost16OfAtMost4096Bytes) {
    const auto sealing = [](const Answers& answers) {
        return tests::kind_of_error([&] { (void)seal_answers(answers); });
    };
    EXPECT_EQ(sealing(many(limits::answers_per_turn, limits::answer_bytes)), accepted);
    EXPECT_EQ(sealing(many(limits::answers_per_turn + 1, 0)), invalid);
    EXPECT_EQ(sealing(many(1, limits::answer_bytes + 1)), invalid);
}

TEST(AnswersOfAnOutsider, AreReadUpToTheLimitsAndRefusedBeyond) {
    EXPECT_EQ(refusal(bytes_of(many(limits::answers_per_turn, limits::answer_bytes))), accepted);
    EXPECT_EQ(refusal(bytes_of(many(limits::answers_per_turn + 1, 0))), invalid);
    EXPECT_EQ(refusal(bytes_of(many(1, limits::answer_bytes))), accepted);
    EXPECT_EQ(refusal(bytes_of(many(1, limits::answer_bytes + 1))), invalid);
    EXPECT_EQ(refusal(bytes_of(many(limits::answers_per_turn + 1, limits::answer_bytes))), invalid);
}

TEST(AnswersOfAnOutsider, AreRefusedWhenTheyEndTooEarly) {
    const base::SecureBytes whole = bytes_of(answers_of({"secret", "other"}));
    constexpr std::array<std::size_t, 3> ends{0, 10, 19}; // where an answer ends
    for (std::size_t size = 0; size <= whole.size(); ++size) {
        const bool complete = std::find(ends.begin(), ends.end(), size) != ends.end();
        EXPECT_EQ(refusal(std::span(whole).first(size)), complete ? accepted : invalid) << size;
    }
}

TEST(AnswersOfAnOutsider, AreRefusedWithALengthThatReachesFar) {
    for (const std::uint32_t length : {7U, 4096U, 4097U, 0x7fffffffU, 0xffffffffU}) {
        base::WireWriter writer;
        writer.u32(length);
        for (const char letter : std::string_view("secret")) {
            writer.u8(static_cast<std::uint8_t>(letter));
        }
        EXPECT_EQ(refusal(writer.view()), invalid) << length;
    }
}

TEST(AnswersOfAnOutsider, AreRefusedWhenTheyAreNotUtf8) {
    for (const char* text : {"\xff", "caf\xe9", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80"}) {
        EXPECT_EQ(refusal(bytes_of(answers_of({"fine", text}))), invalid);
    }
}

TEST(AnswersOfAnOutsider, AreRefusedWhenAnySealIsMissing) {
    const base::SecureBytes bytes = bytes_of(answers_of({"secret"}));
    for (int seals = 0; seals <= all_seals; ++seals) {
        const base::Fd memory = memory_with(bytes, seals);
        EXPECT_EQ(refusal(memory), seals == all_seals ? accepted : invalid) << seals;
    }
}

TEST(AnswersOfAnOutsider, AreRefusedInAnythingButAMemoryFile) {
    const base::SecureBytes bytes = bytes_of(answers_of({"secret"}));
    const tests::TempFolder folder;
    const base::Fd file(::open((folder / "answers").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    base::write_all(file.get(), base::as_text(bytes));
    EXPECT_EQ(refusal(file), invalid);

    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    const base::Fd out(ends[0]);
    const base::Fd in(ends[1]);
    base::write_all(in.get(), base::as_text(bytes));
    EXPECT_EQ(refusal(out), invalid);

    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    const base::Fd one(ends[0]);
    const base::Fd other(ends[1]);
    EXPECT_EQ(refusal(one), invalid);
    EXPECT_EQ(refusal(base::Fd(::open("/dev/zero", O_RDONLY | O_CLOEXEC))), invalid);
    EXPECT_EQ(tests::kind_of_error([] { (void)open_answers(-1); }), invalid);
}

TEST(AnswersOfAnOutsider, AreRefusedInAMemoryFileThatIsHuge) {
    const base::Fd memory(::memfd_create("answers-test", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    ASSERT_EQ(::ftruncate(memory.get(), off_t{1} << 40U), 0);
    ASSERT_EQ(::fcntl(memory.get(), F_ADD_SEALS, all_seals), 0);
    EXPECT_EQ(refusal(memory), invalid) << "and before anything of that size is set aside";
}

} // namespace

} // namespace loquet::protocol
