// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/model/masking.h"

namespace loquet::model {

std::string mask_mail(std::string_view mail) {
    if (mail.empty()) {
        return {};
    }
    const auto at = mail.rfind('@');
    const auto dot = mail.rfind('.');
    if (at == std::string_view::npos || at == 0 || dot == std::string_view::npos || dot < at + 2) {
        return "***";
    }
    const std::string_view local = mail.substr(0, at);
    std::string masked(1, local.front());
    masked += "***";
    if (local.size() > 3) {
        masked += local.back();
    }
    masked += '@';
    masked += mail[at + 1];
    masked += "***";
    masked += mail.substr(dot);
    return masked;
}

std::string mask_phone(std::string_view phone) {
    if (phone.empty()) {
        return {};
    }
    if (phone.size() < 8) {
        return "***";
    }
    return std::string(phone.substr(0, 3)) + std::string(phone.size() - 5, '*')
           + std::string(phone.substr(phone.size() - 2));
}

} // namespace loquet::model
