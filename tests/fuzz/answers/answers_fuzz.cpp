// SPDX-License-Identifier: LGPL-2.1-or-later
// Answers are what any process of the machine hands to the daemon, with the seals and the contents it likes. They are
// refused as invalid, or they are within the limits and exactly what sealing them again gives. The first byte chooses
// the seals, the second the memory file's size beside its contents; the rest are the contents.
#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/base/text.h"
#include "lib/protocol/sealed_texts.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <span>

using namespace loquet;

namespace {

constexpr int needed_seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;

void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

template <class Read>
std::optional<protocol::Answers> answers_or_refusal(Read read) {
    try {
        return read();
    } catch (const base::Error& error) {
        require(error.kind() == base::Error::Kind::invalid);
        return std::nullopt;
    }
}

bool equal(const protocol::Answers& one, const protocol::Answers& other) {
    return std::equal(one.begin(), one.end(), other.begin(), other.end(),
                      [](const base::Secret& a, const base::Secret& b) { return a.reveal() == b.reveal(); });
}

void require_within_limits(const protocol::Answers& answers) {
    require(answers.size() <= limits::answers_per_turn);
    for (const base::Secret& answer : answers) {
        require(answer.size() <= limits::answer_bytes && base::is_utf8(answer.reveal()));
    }
}

base::SecureBytes contents_of(int memory) {
    struct stat status{};
    require(::fstat(memory, &status) == 0);
    base::SecureBytes bytes(static_cast<std::size_t>(status.st_size));
    require(::pread(memory, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
    return bytes;
}

/// A memory file as an outsider makes it: `extra` is how many bytes of nothing follow the contents, or, when negative,
/// how many are missing.
base::Fd memory_with(std::span<const std::uint8_t> contents, int seals, int extra) {
    base::Fd memory(::memfd_create("answers-fuzz", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    require(static_cast<bool>(memory));
    base::write_all(memory.get(), base::as_text(contents));
    const auto size = std::max<off_t>(0, static_cast<off_t>(contents.size()) + extra);
    require(::ftruncate(memory.get(), size) == 0);
    require(::fcntl(memory.get(), F_ADD_SEALS, seals) == 0);
    return memory;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) {
        return -1;
    }
    // All seals where the byte is 0, so that most inputs get past this check.
    const int seals = needed_seals & ~data[0];
    const int extra = static_cast<std::int8_t>(data[1]) * 16;
    const std::span contents(data + 2, size - 2);

    const auto parsed = answers_or_refusal([&] { return protocol::parse_answers(contents); });
    if (parsed) {
        require_within_limits(*parsed);
        const base::Fd again = protocol::seal_answers(*parsed);
        const base::SecureBytes bytes = contents_of(again.get());
        require(std::equal(bytes.begin(), bytes.end(), contents.begin(), contents.end()));
    }

    const base::Fd memory = memory_with(contents, seals, extra);
    const auto opened = answers_or_refusal([&] { return protocol::open_answers(memory.get()); });
    if (opened) {
        require(seals == needed_seals);
        require_within_limits(*opened);
        const base::Fd again = protocol::seal_answers(*opened);
        require(contents_of(again.get()) == contents_of(memory.get()));
    }
    if (seals == needed_seals && extra == 0) {
        require(opened.has_value() == parsed.has_value());
        require(!opened || equal(*opened, *parsed));
    }
    return 0;
}
