// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/model/act.h"

namespace loquet::model {

std::string_view to_text(ActKind kind) noexcept {
    switch (kind) {
    case ActKind::reset:
        return "reset";
    case ActKind::reset_by_mail:
        return "reset-by-mail";
    case ActKind::reset_by_sms:
        return "reset-by-sms";
    case ActKind::code_read_out:
        return "code-read-out";
    case ActKind::factor_removed:
        return "factor-removed";
    case ActKind::addresses_confirmed:
        return "addresses-confirmed";
    case ActKind::unlocked:
        return "unlocked";
    case ActKind::caller_verified:
        break;
    }
    return "caller-verified";
}

std::string_view to_text(ActState state) noexcept {
    switch (state) {
    case ActState::requested:
        return "requested";
    case ActState::approved:
        return "approved";
    case ActState::asked:
        return "asked";
    case ActState::done:
        return "done";
    case ActState::failed:
        break;
    }
    return "failed";
}

} // namespace loquet::model
