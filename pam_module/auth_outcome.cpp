// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pam_module/auth_outcome.h"

#include "lib/base/error.h"
#include "pam_module/items.h"

#include <memory>
#include <utility>

namespace loquet::pam {

namespace {

constexpr const char* data_name = "pam_loquet_outcome";

void free_outcome(pam_handle_t* /*handle*/, void* data, int /*status*/) noexcept {
    const std::unique_ptr<AuthOutcome> owned(static_cast<AuthOutcome*>(data));
}

} // namespace

void save(pam_handle_t* handle, AuthOutcome outcome) {
    auto owned = std::make_unique<AuthOutcome>(std::move(outcome));
    if (pam_set_data(handle, data_name, owned.get(), free_outcome) != PAM_SUCCESS) {
        throw base::Error(base::Error::Kind::internal, "libpam cannot keep the outcome for the phases that follow");
    }
    (void)owned.release(); // NOLINT(bugprone-unused-return-value): libpam's now
}

void clear(pam_handle_t* handle) noexcept {
    (void)pam_set_data(handle, data_name, nullptr, nullptr); // fails only where there was none and no memory
}

AuthOutcome* load(pam_handle_t* handle) {
    const void* data = nullptr;
    if (pam_get_data(handle, data_name, &data) != PAM_SUCCESS || data == nullptr) {
        return nullptr;
    }
    auto* outcome = static_cast<AuthOutcome*>(const_cast<void*>(data)); // we put it there, not const
    return outcome->account == text_item(handle, PAM_USER) ? outcome : nullptr;
}

} // namespace loquet::pam
