// SPDX-License-Identifier: LGPL-2.1-or-later
// The numbers that may be sent to: a list of ranges, so that nobody has us send to numbers that earn money. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace loquet::plugins_sms_http {

class PhoneRanges {
public:
    /// Each "+336xxxxxxxx" (this beginning, and as many digits as there are x) or "+49151" (this beginning). Throws
    /// sdk::Refusal.
    explicit PhoneRanges(std::vector<std::string> ranges);

    /// `number` is in E.164 (sdk::is_phone_number) and in one of the ranges.
    [[nodiscard]] bool hold(std::string_view number) const;

private:
    std::vector<std::string> ranges_;
};

} // namespace loquet::plugins_sms_http
