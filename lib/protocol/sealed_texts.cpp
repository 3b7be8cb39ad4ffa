// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/protocol/sealed_texts.h"

#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/base/text.h"
#include "lib/base/wire.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

namespace loquet::protocol {

using base::Error;

namespace {

constexpr SealedLimits of_answers{"answers", limits::answers_per_turn, limits::answer_bytes};
constexpr int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;

void require(bool condition, const SealedLimits& limits, const char* complaint) {
    if (!condition) {
        throw Error(Error::Kind::invalid, std::string("the ") + limits.what + ' ' + complaint
                                              + ": accepted are at most " + std::to_string(limits.count) + " of "
                                              + std::to_string(limits.bytes)
                                              + " bytes, in a memfd that is sealed against changes");
    }
}

} // namespace

base::Fd seal_texts(const std::vector<std::string_view>& texts, const SealedLimits& limits) {
    require(texts.size() <= limits.count, limits, "are too many");
    base::WireWriter writer;
    for (const std::string_view text : texts) {
        require(text.size() <= limits.bytes, limits, "are too long");
        writer.text(text);
    }
    base::Fd fd(::memfd_create("loquet-texts", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!fd) {
        throw base::system_error(errno, "cannot create a memory file");
    }
    base::write_all(fd.get(), base::as_text(writer.view()));
    if (::fcntl(fd.get(), F_ADD_SEALS, seals) != 0) {
        throw base::system_error(errno, "cannot seal a memory file");
    }
    return fd;
}

std::vector<base::Secret> open_texts(int fd, const SealedLimits& limits) {
    const int present = ::fcntl(fd, F_GET_SEALS);
    require(present >= 0 && (present & seals) == seals, limits, "are not sealed");
    struct stat status{};
    if (::fstat(fd, &status) != 0) {
        throw base::system_error(errno, "cannot look at a memory file");
    }
    const auto size = static_cast<std::size_t>(status.st_size);
    require(size <= limits.count * (limits.bytes + sizeof(std::uint32_t)), limits, "are too long");
    base::SecureBytes bytes(size);
    std::size_t read = 0;
    while (read < size) {
        const ssize_t got = ::pread(fd, bytes.data() + read, size - read, static_cast<off_t>(read));
        require(got > 0 || (got < 0 && errno == EINTR), limits, "cannot be read");
        read += got > 0 ? static_cast<std::size_t>(got) : 0;
    }
    return parse_texts(bytes, limits);
}

std::vector<base::Secret> parse_texts(std::span<const std::uint8_t> bytes, const SealedLimits& limits) {
    std::vector<base::Secret> texts;
    base::WireReader reader(bytes);
    while (!reader.at_end()) {
        require(texts.size() < limits.count, limits, "are too many");
        const std::string_view text = reader.text(limits.bytes);
        require(base::is_utf8(text), limits, "are not UTF-8");
        texts.emplace_back(text);
    }
    return texts;
}

base::Fd seal_answers(const Answers& answers) {
    std::vector<std::string_view> texts;
    texts.reserve(answers.size());
    for (const base::Secret& answer : answers) {
        texts.push_back(answer.reveal());
    }
    return seal_texts(texts, of_answers);
}

Answers open_answers(int fd) {
    return open_texts(fd, of_answers);
}

Answers parse_answers(std::span<const std::uint8_t> bytes) {
    return parse_texts(bytes, of_answers);
}

} // namespace loquet::protocol
