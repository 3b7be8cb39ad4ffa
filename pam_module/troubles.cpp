// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pam_module/troubles.h"

#include "lib/bus/error_names.h"

#include <security/pam_modules.h>

#include <algorithm>
#include <array>

namespace loquet::pam {

namespace {

/// Answers of the bus, or of a daemon that was started anew, to a call for a dialog that went away with the old one.
constexpr std::array<std::string_view, 6> names_of_absence{
    SD_BUS_ERROR_SERVICE_UNKNOWN, SD_BUS_ERROR_NAME_HAS_NO_OWNER, SD_BUS_ERROR_DISCONNECTED,
    SD_BUS_ERROR_UNKNOWN_OBJECT,  SD_BUS_ERROR_UNKNOWN_INTERFACE, SD_BUS_ERROR_UNKNOWN_METHOD,
};

bool means_absence(std::string_view error_name) noexcept {
    return std::find(names_of_absence.begin(), names_of_absence.end(), error_name) != names_of_absence.end();
}

Trouble trouble_of(base::Error::Kind kind, bool in_dialog) noexcept {
    using Kind = base::Error::Kind;
    switch (kind) {
    case Kind::not_found:
        return in_dialog ? Trouble::gone : Trouble::not_ours;
    case Kind::denied:
        return Trouble::denied;
    case Kind::busy:
    case Kind::limited:
        return Trouble::busy;
    case Kind::unavailable:
        return Trouble::unavailable;
    default:
        return Trouble::defect;
    }
}

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

Trouble trouble_of(std::string_view error_name, bool in_dialog) noexcept {
    if (error_name == SD_BUS_ERROR_NO_REPLY) {
        return Trouble::gone; // it left with the call in its hands
    }
    if (means_absence(error_name)) {
        return in_dialog ? Trouble::gone : Trouble::unavailable;
    }
    return trouble_of(bus::error_kind(error_name), in_dialog);
}

int result_of(Phase phase, Trouble trouble) noexcept {
    switch (trouble) {
    case Trouble::not_ours:
        return PAM_USER_UNKNOWN;
    case Trouble::busy:
        return busy_result(phase);
    case Trouble::denied:
        return PAM_PERM_DENIED;
    case Trouble::unavailable:
    case Trouble::gone:
        return PAM_AUTHINFO_UNAVAIL;
    case Trouble::defect:
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

} // namespace loquet::pam
