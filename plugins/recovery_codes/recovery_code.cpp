// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/recovery_codes/recovery_code.h"

namespace loquet::plugins_recovery_codes {
namespace {

constexpr std::size_t group = 4;

} // namespace

SecureBytes draw_code(const RandomBelow& random_below) {
    SecureBytes code(code_letters);
    for (char& letter : code) {
        letter = alphabet[random_below(static_cast<std::uint32_t>(alphabet.size()))];
    }
    return code;
}

SecureBytes shown(std::string_view code) {
    SecureBytes out(code.begin(), code.begin() + group);
    out.push_back('-');
    out.insert(out.end(), code.begin() + group, code.end());
    return out;
}

} // namespace loquet::plugins_recovery_codes
