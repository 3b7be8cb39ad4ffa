// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pam_module/verdict.h"

#include "lib/base/error.h"
#include "pam_module/items.h"

#include <memory>
#include <utility>

namespace loquet::pam {

namespace {

constexpr const char* data_name = "pam_loquet_verdict";

void free_verdict(pam_handle_t* /*handle*/, void* data, int /*status*/) noexcept {
    const std::unique_ptr<Verdict> owned(static_cast<Verdict*>(data));
}

} // namespace

void remember(pam_handle_t* handle, Verdict verdict) {
    auto owned = std::make_unique<Verdict>(std::move(verdict));
    if (pam_set_data(handle, data_name, owned.get(), free_verdict) != PAM_SUCCESS) {
        throw base::Error(base::Error::Kind::internal, "libpam cannot keep the verdict for the phases that follow");
    }
    (void)owned.release(); // NOLINT(bugprone-unused-return-value): libpam's now
}

void forget(pam_handle_t* handle) noexcept {
    (void)pam_set_data(handle, data_name, nullptr, nullptr); // fails only where there was none and no memory
}

Verdict* recall(pam_handle_t* handle) {
    const void* data = nullptr;
    if (pam_get_data(handle, data_name, &data) != PAM_SUCCESS || data == nullptr) {
        return nullptr;
    }
    auto* verdict = static_cast<Verdict*>(const_cast<void*>(data)); // we put it there, not const
    return verdict->account == text_item(handle, PAM_USER) ? verdict : nullptr;
}

} // namespace loquet::pam
