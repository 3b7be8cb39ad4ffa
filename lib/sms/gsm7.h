// SPDX-License-Identifier: LGPL-2.1-or-later
// How long a text is as a short message (3GPP TS 23.038 and 23.040). Pure functions over UTF-8; any thread.
#pragma once

#include <string>
#include <string_view>

namespace loquet::sms {

struct SmsSize {
    bool gsm7;         ///< every character is in the default alphabet of 7 bits; otherwise UCS-2
    unsigned units;    ///< septets, or 16-bit units
    unsigned segments; ///< messages that are billed: 160 or 70 units, in several parts 153 or 67 each
};

[[nodiscard]] SmsSize size_of_sms(std::string_view text);

/// `text` with what the alphabet lacks replaced by what reads the same: "ê" by "e", "’" by "'". What has no such
/// neighbour stays.
[[nodiscard]] std::string transliterated(std::string_view text);

} // namespace loquet::sms
