// SPDX-License-Identifier: LGPL-2.1-or-later
// A process's access to the directory: maps it at the first question, notices when it is replaced, and answers from
// memory in between. Any number of threads ask at once and none waits for another; a child after fork goes on with what
// its parent had. No lock, no heap, no exception, no descriptor left open; constant to initialise and nothing to
// destroy, as befits what lives in every process. (In a child, a slot in which a thread of the parent was asking stays
// mapped: one of sixteen.)
//
// A few slots hold mappings. One of them is active; who asks counts itself in there, looks whether the slot is still
// the active one, and counts itself out afterwards; it begins again only where another thread has put a newer one in
// its place. Who finds the file superseded claims a free slot for the new one and makes that active. A slot that is not
// active any more is unmapped by the last who leaves it. Where the new one cannot be had (after chroot, without a free
// descriptor, damaged), the former one goes on answering, and the next attempt comes a quarter of a second later.
#pragma once

#include "lib/directory/image.h"
#include "lib/directory/view.h"

#include <sys/types.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

namespace loquet::directory {

class Reader {
public:
    /// `folder` outlives the reader.
    constexpr explicit Reader(const char* folder) noexcept : folder_(folder) {}
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;
    ~Reader() = default;

    /// Calls `body(const View&)`, which must not keep anything of it. False, and no call, where there is no directory
    /// that can be used.
    template <class Body>
    bool ask(Body body) noexcept {
        Slot* const slot = enter();
        if (slot == nullptr) {
            return false;
        }
        body(View(slot->base_image, slot->current_image));
        leave(*slot);
        return true;
    }

    /// Unmaps everything. Nobody may be asking, and nobody may ask at the same time.
    void close() noexcept;

private:
    /// What was found whole in the two images.
    struct Checked {
        CheckedRecords base;
        CheckedRecords current;
    };
    struct Slot {
        std::atomic<std::uint32_t> users{0}; ///< who is asking; and the bit `claimed`
        std::span<const std::byte> base{};
        std::span<const std::byte> current{};
        Image base_image{};
        Image current_image{};
        Checked* checked = nullptr;
        dev_t device = 0; ///< of the file `current`
        ino_t inode = 0;
    };
    static constexpr std::size_t slots = 16;

    [[nodiscard]] Slot* enter() noexcept;
    void leave(Slot& slot) noexcept;
    [[nodiscard]] bool replaced(const Slot& slot) noexcept;
    /// Makes the directory that stands now active in place of `former`; false where there is neither.
    [[gnu::noinline]] bool renew(std::uint64_t former) noexcept;
    [[nodiscard]] bool load(Slot& slot) const noexcept;
    static void remember(Slot& slot) noexcept;
    /// Claims the slot and unmaps what it held, unless it is active or in use.
    [[nodiscard]] bool take(Slot& slot) noexcept;
    /// Ends a claim; true where nobody is counted in.
    static bool give_back(Slot& slot) noexcept;
    static void empty(Slot& slot) noexcept;
    [[nodiscard]] Slot* claim() noexcept;
    [[gnu::noinline]] void sweep() noexcept;
    [[nodiscard]] bool is_active(const Slot& slot) const noexcept;

    const char* folder_;
    /// 0: none. Otherwise the slot's index plus one in the lowest byte, and above it a count, so that a value comes
    /// once.
    std::atomic<std::uint64_t> active_{0};
    std::atomic<std::int64_t> next_look_{0}; ///< milliseconds of the coarse clock
    std::atomic<bool> failed_{false};        ///< the last attempt to have the new directory
    std::array<Slot, slots> slots_{};
};

} // namespace loquet::directory
