// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/accounts/import_reader.h"

#include "lib/base/error.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace loquet::accounts {

namespace {

using base::Error;

constexpr std::size_t buffer_bytes = 4 * limits::import_line_bytes;

} // namespace

ImportReader::ImportReader(base::Fd input, std::uint64_t most_bytes)
    : input_(std::move(input)), cancelled_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), most_bytes_(most_bytes),
      buffer_(buffer_bytes) {
    struct stat status{};
    if (!cancelled_ || ::fstat(input_.get(), &status) != 0) {
        throw base::system_error(errno, "cannot read what is to be imported");
    }
    if (!S_ISREG(status.st_mode) && !S_ISFIFO(status.st_mode)) {
        throw Error(Error::Kind::invalid, "an import is read from a file or a pipe");
    }
    if (S_ISREG(status.st_mode)) {
        const off_t place = std::max<off_t>(::lseek(input_.get(), 0, SEEK_CUR), 0);
        bytes_in_all_ = static_cast<std::uint64_t>(std::max<off_t>(status.st_size - place, 0));
    }
}

void ImportReader::cancel() noexcept {
    const std::uint64_t one = 1;
    (void)!::write(cancelled_.get(), &one, sizeof one);
}

/// True when there is something to read, or the end. Throws when it was cancelled.
bool ImportReader::wait(bool for_ever) const {
    std::array<pollfd, 2> watched{{{input_.get(), POLLIN, 0}, {cancelled_.get(), POLLIN, 0}}};
    const int ready = ::poll(watched.data(), watched.size(), for_ever ? -1 : 0);
    if (ready < 0 && errno != EINTR) {
        throw base::system_error(errno, "cannot read what is to be imported");
    }
    if (watched[1].revents != 0) {
        throw Error(Error::Kind::unavailable, "the import was cancelled");
    }
    return watched[0].revents != 0;
}

ImportReader::More ImportReader::fill(bool wait_for_it) {
    if (!wait(wait_for_it)) {
        return More::later;
    }
    if (begin_ > 0) {
        std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    const ssize_t got = ::read(input_.get(), buffer_.data() + end_, buffer_.size() - end_);
    if (got < 0) {
        if (errno == EAGAIN || errno == EINTR) {
            return More::later;
        }
        throw base::system_error(errno, "cannot read what is to be imported");
    }
    bytes_read_ += static_cast<std::uint64_t>(got);
    if (bytes_read_ > most_bytes_) {
        throw Error(Error::Kind::limited,
                    "more than " + std::to_string(most_bytes_) + " bytes are not imported at once: divide the file");
    }
    end_ += static_cast<std::size_t>(got);
    at_end_ = got == 0;
    return at_end_ ? More::end : More::yes;
}

void ImportReader::give(std::string_view text, const Line& line, std::size_t& given) {
    ++number_;
    const bool refused = std::exchange(too_long_, false) || text.size() > limits::import_line_bytes;
    if (refused || text.find_first_not_of(" \t\r") != std::string_view::npos) {
        ++given;
        line(number_, refused ? nullptr : &text);
    }
}

bool ImportReader::next(const Line& line, std::size_t& given) {
    const std::string_view waiting(reinterpret_cast<const char*>(buffer_.data()) + begin_, end_ - begin_);
    const std::size_t length = waiting.find('\n');
    if (length != std::string_view::npos) {
        begin_ += length + 1;
        give(waiting.substr(0, length), line, given);
        return true;
    }
    if (waiting.size() > limits::import_line_bytes) {
        too_long_ = true;
        begin_ = end_;
    }
    if (at_end_ && (!waiting.empty() || too_long_)) {
        begin_ = end_;
        give(waiting, line, given);
    }
    return false;
}

bool ImportReader::read(std::size_t most, const Line& line) {
    std::size_t given = 0;
    while (given < most) {
        if (next(line, given)) {
            continue;
        }
        if (at_end_) {
            return false;
        }
        const bool nothing_yet = given == 0;
        if (fill(nothing_yet) == More::later && !nothing_yet) {
            return true;
        }
    }
    return true;
}

} // namespace loquet::accounts
