// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pam_module/pam_result.h"

#include "pam_module/shipped_texts.h"

#include <security/pam_modules.h>

#include <algorithm>

namespace loquet::pam {

using client::FailureKind;

namespace {

int authenticate_result(protocol::Reason denied) noexcept {
    using protocol::Reason;
    switch (denied) {
    case Reason::locked:
    case Reason::disabled:
    case Reason::busy:
        return PAM_MAXTRIES;
    case Reason::not_ours:
        return PAM_USER_UNKNOWN;
    case Reason::not_authorised:
        return PAM_PERM_DENIED;
    case Reason::unavailable:
        return PAM_AUTHINFO_UNAVAIL;
    default:
        return PAM_AUTH_ERR;
    }
}

int account_result(protocol::Reason denied) noexcept {
    using protocol::Reason;
    switch (denied) {
    case Reason::not_ours:
        return PAM_USER_UNKNOWN;
    case Reason::new_password_required:
        return PAM_NEW_AUTHTOK_REQD;
    case Reason::unavailable:
        return PAM_AUTHINFO_UNAVAIL;
    default:
        return PAM_PERM_DENIED;
    }
}

int change_result(protocol::Reason denied) noexcept {
    using protocol::Reason;
    switch (denied) {
    case Reason::rules:
        return PAM_AUTHTOK_ERR;
    case Reason::not_ours:
        return PAM_USER_UNKNOWN;
    case Reason::not_authorised:
        return PAM_PERM_DENIED;
    case Reason::busy:
        return PAM_AUTHTOK_LOCK_BUSY;
    case Reason::unavailable:
        return PAM_AUTHINFO_UNAVAIL;
    default:
        return PAM_AUTHTOK_RECOVERY_ERR;
    }
}

int busy_result(Phase phase) noexcept {
    switch (phase) {
    case Phase::authenticate:
        return PAM_MAXTRIES;
    case Phase::account:
        return PAM_AUTHINFO_UNAVAIL;
    case Phase::change_password:
        break;
    }
    return PAM_AUTHTOK_LOCK_BUSY;
}

} // namespace

int result_of(Phase phase, FailureKind failure) noexcept {
    switch (failure) {
    case FailureKind::not_ours:
        return PAM_USER_UNKNOWN;
    case FailureKind::busy:
        return busy_result(phase);
    case FailureKind::denied:
        return PAM_PERM_DENIED;
    case FailureKind::unavailable:
    case FailureKind::gone:
        return PAM_AUTHINFO_UNAVAIL;
    case FailureKind::defect:
        break;
    }
    return PAM_SERVICE_ERR;
}

int result_of(Phase phase, protocol::Reason denied) noexcept {
    switch (phase) {
    case Phase::authenticate:
        return authenticate_result(denied);
    case Phase::account:
        return account_result(denied);
    case Phase::change_password:
        break;
    }
    return change_result(denied);
}

int result_of_done(Phase phase) noexcept {
    switch (phase) {
    case Phase::authenticate:
        return PAM_MAXTRIES;
    case Phase::account:
        return PAM_PERM_DENIED;
    case Phase::change_password:
        break;
    }
    return PAM_SUCCESS;
}

int result_of_refused_grant(Phase phase) noexcept {
    switch (phase) {
    case Phase::authenticate:
        return PAM_AUTH_ERR;
    case Phase::account:
        return PAM_PERM_DENIED;
    case Phase::change_password:
        break;
    }
    return PAM_AUTHTOK_ERR;
}

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
