// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/sms_http/phone_ranges.h"

#include <loquet/channel.hpp>

#include <algorithm>
#include <utility>

namespace loquet::plugins_sms_http {

PhoneRanges::PhoneRanges(std::vector<std::string> ranges) : ranges_(std::move(ranges)) {
    for (const std::string& range : ranges_) {
        const std::size_t fixed = std::min(range.find('x'), range.size());
        const bool sound =
            fixed >= 2 && range.size() <= 16 && range[0] == '+' && range[1] != '0'
            && range.find_first_not_of("0123456789", 1) == (fixed == range.size() ? std::string::npos : fixed)
            && range.find_first_not_of('x', fixed) == std::string::npos;
        if (!sound) {
            throw sdk::Refusal("ranges: " + range + " is not of the form +336xxxxxxxx or +336");
        }
    }
}

bool PhoneRanges::hold(std::string_view number) const {
    return sdk::is_phone_number(number) && std::ranges::any_of(ranges_, [&](std::string_view range) {
               const std::size_t fixed = std::min(range.find('x'), range.size());
               return number.starts_with(range.substr(0, fixed))
                      && (fixed == range.size() || number.size() == range.size());
           });
}

} // namespace loquet::plugins_sms_http
