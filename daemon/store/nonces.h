// SPDX-License-Identifier: LGPL-2.1-or-later
// Random nonces for AES-GCM, drawn from the kernel a page at a time: a system call for each would take as long as the
// sealing itself. NIST SP 800-38D, 8.2.2: all 96 bits are random, from a generator of the full strength; so at most
// 2^32 values may be sealed under one key (8.3), and how they are drawn changes nothing in that.
#pragma once

#include "lib/base/handle.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace loquet::store {

/// One thread. The page is none of a child's (MADV_WIPEONFORK): a child begins with nonces of its own. What was drawn
/// and is not used yet is wiped at the end.
class Nonces {
public:
    static constexpr std::size_t nonce_bytes = 12;

    /// Throws Error where there is no memory.
    Nonces();

    /// Bytes that were never given before. Throws Error where the kernel gives no random bytes.
    void next(std::span<std::uint8_t, nonce_bytes> nonce);

private:
    struct Page {
        std::size_t left; ///< nonces at the start of `nonces`; 0 in a page that the kernel wiped
        std::array<std::array<std::uint8_t, nonce_bytes>, 340> nonces;
    };
    static void release(Page* page) noexcept;

    base::Handle<Page, &Nonces::release> page_;
};

} // namespace loquet::store
