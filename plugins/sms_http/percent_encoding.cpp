// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/sms_http/percent_encoding.h"

namespace loquet::plugins_sms_http {

void percent_encode(std::string& out, std::string_view value) {
    constexpr std::string_view hexadecimal = "0123456789ABCDEF";
    for (const char c : value) {
        const auto octet = static_cast<unsigned char>(c);
        const bool alphanumeric = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (alphanumeric || c == '-' || c == '.' || c == '_' || c == '~') {
            out += c;
        } else {
            ((out += '%') += hexadecimal[octet >> 4U]) += hexadecimal[octet & 15U];
        }
    }
}

} // namespace loquet::plugins_sms_http
