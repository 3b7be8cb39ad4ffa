// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/bus/descriptor_reserve.h"

#include "lib/base/error.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <limits>

namespace loquet::bus {

namespace {

constexpr std::size_t numbers_looked_at = 2 * limits::reserved_descriptors;

base::Fd another(int fd) noexcept {
    return base::Fd(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
}

} // namespace

DescriptorReserve::DescriptorReserve() : anchor_(::eventfd(0, EFD_CLOEXEC)) {
    if (!anchor_) {
        throw base::system_error(errno, "cannot set file descriptors aside");
    }
    take();
}

void DescriptorReserve::take() noexcept {
    for (base::Fd& fd : held_) {
        if (!fd) {
            fd = another(anchor_.get());
        }
    }
}

bool DescriptorReserve::can_open(std::size_t count) const noexcept {
    std::array<base::Fd, 2 * limits::reserved_descriptors> opened;
    for (std::size_t i = 0; i < std::min(count, opened.size()); ++i) {
        opened[i] = another(anchor_.get());
        if (!opened[i]) {
            return false;
        }
    }
    return true;
}

/// The kernel gives the lowest free number, so that those below the limit are used last: poll(2) says of all of them at
/// once which are nobody's, and only where that is not enough others are looked for.
bool DescriptorReserve::has_room(std::size_t count) const noexcept {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return can_open(count);
    }
    std::array<pollfd, numbers_looked_at> last{};
    const auto numbers = std::min<rlim_t>(limit.rlim_cur, std::numeric_limits<int>::max());
    const auto looked_at = std::min<rlim_t>(numbers, last.size());
    for (std::size_t i = 0; i < looked_at; ++i) {
        last[i].fd = static_cast<int>(numbers - looked_at + i);
    }
    (void)::poll(last.data(), looked_at, 0);
    const auto free = std::ranges::count_if(last, [](const pollfd& fd) { return (fd.revents & POLLNVAL) != 0; });
    return static_cast<std::size_t>(free) >= count || can_open(count);
}

DescriptorReserve::State DescriptorReserve::make_room() noexcept {
    if (state_ == State::enough && has_room(held_.size())) {
        return state_;
    }
    // Room for twice as many, so that what is taken again is not given back at once.
    if (state_ != State::enough && has_room(2 * held_.size())) {
        take();
        return state_ = State::enough;
    }
    std::ranges::for_each(held_, [](base::Fd& fd) { fd = base::Fd(); });
    return state_ = can_open(limits::message_descriptors) ? State::low : State::none;
}

bool DescriptorReserve::is_used_up() const noexcept {
    return state_ != State::enough && !can_open(2 * limits::message_descriptors);
}

} // namespace loquet::bus
