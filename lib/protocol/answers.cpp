// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/protocol/answers.h"

#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/base/text.h"
#include "lib/base/wire.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace loquet::protocol {

using base::Error;

namespace {

constexpr int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
constexpr std::size_t largest = limits::answers_per_turn * (limits::answer_bytes + sizeof(std::uint32_t));

void require(bool condition, const char* what) {
    if (!condition) {
        throw Error(Error::Kind::invalid, what);
    }
}

} // namespace

base::Fd seal_answers(const Answers& answers) {
    require(answers.size() <= limits::answers_per_turn, "too many answers: at most 16 travel together");
    base::WireWriter writer;
    for (const base::Secret& answer : answers) {
        require(answer.size() <= limits::answer_bytes, "an answer is too long: at most 4096 bytes");
        writer.text(answer.reveal());
    }
    base::Fd fd(::memfd_create("loquet-answers", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!fd) {
        throw base::system_error(errno, "cannot create a memory file");
    }
    base::write_all(fd.get(), base::as_text(writer.view()));
    if (::fcntl(fd.get(), F_ADD_SEALS, seals) != 0) {
        throw base::system_error(errno, "cannot seal a memory file");
    }
    return fd;
}

Answers open_answers(int fd) {
    const int present = ::fcntl(fd, F_GET_SEALS);
    require(present >= 0 && (present & seals) == seals, "answers must come in a memfd that is sealed against changes");
    struct stat status{};
    if (::fstat(fd, &status) != 0) {
        throw base::system_error(errno, "cannot look at the answers");
    }
    const auto size = static_cast<std::size_t>(status.st_size);
    require(size <= largest, "the answers are too long: at most 16 of 4096 bytes");
    base::SecureBytes bytes(size);
    std::size_t read = 0;
    while (read < size) {
        const ssize_t got = ::pread(fd, bytes.data() + read, size - read, static_cast<off_t>(read));
        require(got > 0 || (got < 0 && errno == EINTR), "the answers cannot be read");
        read += got > 0 ? static_cast<std::size_t>(got) : 0;
    }
    return parse_answers(bytes);
}

Answers parse_answers(std::span<const std::uint8_t> bytes) {
    Answers answers;
    base::WireReader reader(bytes);
    while (!reader.at_end()) {
        require(answers.size() < limits::answers_per_turn, "too many answers: at most 16 travel together");
        const std::string_view answer = reader.text(limits::answer_bytes);
        require(base::is_utf8(answer), "an answer is not UTF-8");
        answers.emplace_back(answer);
    }
    return answers;
}

} // namespace loquet::protocol
