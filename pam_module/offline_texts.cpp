// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pam_module/offline_texts.h"

#include "pam_module/shipped_texts.h"

#include <algorithm>

namespace loquet::pam {

namespace {

bool is_language(std::string_view locale, std::string_view language) noexcept {
    if (!locale.starts_with(language)) {
        return false;
    }
    const std::string_view rest = locale.substr(language.size());
    return rest.empty() || std::string_view("_-.@").find(rest.front()) != std::string_view::npos;
}

const ShippedTexts& texts_for(std::string_view locale) noexcept {
    const auto* found = std::find_if(shipped_texts.begin(), shipped_texts.end(), [locale](const ShippedTexts& texts) {
        return is_language(locale, texts.language);
    });
    return found == shipped_texts.end() ? shipped_texts.front() : *found;
}

} // namespace

std::string_view offline_text(Phase phase, client::FailureKind failure, std::string_view locale) noexcept {
    if (phase == Phase::account || failure == client::FailureKind::not_ours || failure == client::FailureKind::denied) {
        return {};
    }
    const ShippedTexts& texts = texts_for(locale);
    if (failure == client::FailureKind::busy) {
        return texts.busy;
    }
    return phase == Phase::change_password ? texts.cannot_change : texts.cannot_log_in;
}

} // namespace loquet::pam
