// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/nonces.h"

#include "lib/base/error.h"
#include "lib/base/random.h"
#include "lib/base/secret.h"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>

namespace loquet::store {

Nonces::Nonces() {
    void* const mapped = ::mmap(nullptr, sizeof(Page), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) {
        throw base::system_error(errno, "there is no memory for nonces");
    }
    page_.reset(static_cast<Page*>(mapped));
    if (::madvise(mapped, sizeof(Page), MADV_WIPEONFORK) != 0) {
        throw base::system_error(errno, "nonces cannot be kept from a child");
    }
}

void Nonces::release(Page* page) noexcept {
    base::wipe(page, sizeof *page);
    ::munmap(page, sizeof *page);
}

void Nonces::next(std::span<std::uint8_t, nonce_bytes> nonce) {
    if (page_->left == 0) {
        base::fill_random({page_->nonces.front().data(), sizeof page_->nonces});
        page_->left = page_->nonces.size();
    }
    --page_->left;
    auto& drawn = page_->nonces.at(page_->left);
    std::copy(drawn.begin(), drawn.end(), nonce.begin());
    base::wipe(drawn.data(), drawn.size());
}

} // namespace loquet::store
