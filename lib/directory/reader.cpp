// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/directory/reader.h"

#include "lib/directory/format.h"
#include "lib/directory/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/single_threaded.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>

namespace loquet::directory {

namespace {

constexpr std::uint32_t claimed = 1U << 31U;
constexpr std::uint64_t index_bits = 0xFF;
constexpr int most_tries = 1000;  ///< to enter; each failure is another thread's success
constexpr int most_openings = 64; ///< of a pair that is replaced all the while
constexpr std::int64_t milliseconds_between_looks = 250;

/// Without a system call, and a few milliseconds late.
std::int64_t coarse_now() noexcept {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1000000;
}

/// `count` grows by `by`; gives what it was. A process of one thread, as most are that ask for names, is spared the
/// locked instruction, which takes longer than finding the record. (Nobody starts a thread while we are in here.)
std::uint32_t add(std::atomic<std::uint32_t>& count, std::uint32_t by) noexcept {
    if (__libc_single_threaded == 0) {
        return count.fetch_add(by);
    }
    const std::uint32_t former = count.load(std::memory_order_relaxed);
    count.store(former + by, std::memory_order_relaxed);
    return former;
}

bool stands(const char* folder, dev_t device, ino_t inode) noexcept {
    const int former = errno;
    const int place = ::open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    struct stat status{};
    const bool found = place >= 0 && ::fstatat(place, current_file, &status, AT_SYMLINK_NOFOLLOW) == 0;
    if (place >= 0) {
        ::close(place);
    }
    errno = former;
    return found && status.st_dev == device && status.st_ino == inode;
}

} // namespace

Reader::Slot* Reader::enter() noexcept {
    bool renewed = false;
    for (int tried = 0; tried < most_tries; ++tried) {
        const std::uint64_t active = active_.load(std::memory_order_acquire);
        if (active == 0) {
            if (!renew(active)) {
                return nullptr;
            }
            renewed = true;
            continue;
        }
        Slot& slot = slots_[(active & index_bits) - 1];
        (void)add(slot.users, 1);
        // Active after we counted ourselves in: who claims the slot from here on sees us and leaves it alone.
        if (active_.load() == active) {
            if (renewed || !replaced(slot)) {
                return &slot;
            }
            renewed = true;
            leave(slot);
            (void)renew(active); // where it fails, the former one goes on answering
            continue;
        }
        leave(slot);
    }
    return nullptr;
}

void Reader::leave(Slot& slot) noexcept {
    // In one order with the sweep of who replaces this slot: either that sees nobody in here, or we see it replaced.
    if (add(slot.users, std::uint32_t(-1)) == 1 && !is_active(slot)) {
        sweep();
    }
}

bool Reader::replaced(const Slot& slot) noexcept {
    if (__atomic_load_n(slot.current_image.superseded(), __ATOMIC_ACQUIRE) != 0
        && !failed_.load(std::memory_order_relaxed)) {
        return true;
    }
    // For a writer that put a new file there and died before it could say so.
    const std::int64_t now = coarse_now();
    std::int64_t due = next_look_.load(std::memory_order_relaxed);
    if (now < due || !next_look_.compare_exchange_strong(due, now + milliseconds_between_looks)) {
        return false;
    }
    return !stands(folder_, slot.device, slot.inode);
}

bool Reader::renew(std::uint64_t former) noexcept {
    Slot* const slot = claim();
    if (slot == nullptr) {
        return former != 0; // every slot is in use
    }
    const bool loaded = load(*slot);
    failed_.store(!loaded, std::memory_order_relaxed);
    next_look_.store(coarse_now() + milliseconds_between_looks, std::memory_order_relaxed);
    slot->users.fetch_sub(claimed - 1); // counted in instead of claimed: nobody has to wait for us to go on
    if (loaded) {
        const std::uint64_t count = (former & ~index_bits) + index_bits + 1;
        const std::uint64_t next = count | static_cast<std::uint64_t>(slot - slots_.data() + 1);
        active_.compare_exchange_strong(former, next); // where another thread was faster, leaving unmaps ours
    }
    leave(*slot);
    sweep();
    return loaded || active_.load() != 0;
}

bool Reader::load(Slot& slot) const noexcept {
    std::uint64_t seen = 0;
    for (int opened = 0; opened < most_openings; ++opened) {
        MappedFile current(folder_, current_file);
        if (!current.usable()) {
            return false;
        }
        MappedFile base(folder_, BaseFile(current.image().base_identity()).c_str());
        if (base.usable() && base.image().identity() == current.image().base_identity()) {
            slot.base_image = base.image();
            slot.current_image = current.image();
            slot.device = current.device();
            slot.inode = current.inode();
            slot.base = base.release();
            slot.current = current.release();
            remember(slot);
            return true;
        }
        if (current.image().identity() == seen) {
            return false; // it is not that a newer pair came in between: the base is missing or damaged
        }
        seen = current.image().identity();
    }
    return false;
}

void Reader::remember(Slot& slot) noexcept {
    // From the kernel rather than a part of the reader: zeroes that nobody has to write, gone with what they are about.
    const int former = errno;
    void* const begin = ::mmap(nullptr, sizeof(Checked), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (begin != MAP_FAILED) { // otherwise every lookup digests
        slot.checked = static_cast<Checked*>(begin);
        slot.base_image.remember_in(&slot.checked->base);
        slot.current_image.remember_in(&slot.checked->current);
    }
    errno = former;
}

bool Reader::take(Slot& slot) noexcept {
    while (!is_active(slot)) {
        std::uint32_t nobody = 0;
        if (!slot.users.compare_exchange_strong(nobody, claimed)) {
            return false;
        }
        // It may have become active since the first look, or be entered by who still takes it for active.
        if (!is_active(slot) && slot.users.load() == claimed) {
            empty(slot);
            return true;
        }
        if (!give_back(slot)) {
            return false; // who is in there unmaps it
        }
    }
    return false;
}

bool Reader::give_back(Slot& slot) noexcept {
    return slot.users.fetch_sub(claimed) == claimed;
}

void Reader::empty(Slot& slot) noexcept {
    MappedFile::unmap(slot.base);
    MappedFile::unmap(slot.current);
    slot.base = slot.current = {};
    if (slot.checked != nullptr) {
        ::munmap(slot.checked, sizeof(Checked));
        slot.checked = nullptr;
    }
}

Reader::Slot* Reader::claim() noexcept {
    for (Slot& slot : slots_) {
        if (take(slot)) {
            return &slot;
        }
    }
    return nullptr;
}

void Reader::sweep() noexcept {
    for (Slot& slot : slots_) {
        if (take(slot)) {
            (void)give_back(slot); // it holds nothing any more
        }
    }
}

bool Reader::is_active(const Slot& slot) const noexcept {
    const std::uint64_t index = active_.load() & index_bits;
    return index != 0 && &slots_[index - 1] == &slot; // rather than the slot's index, which is a division
}

void Reader::close() noexcept {
    active_.store(0);
    sweep();
}

} // namespace loquet::directory
