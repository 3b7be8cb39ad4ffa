// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/accounts/fields.h"

#include "lib/base/error.h"
#include "lib/base/text.h"

#include <algorithm>

namespace loquet::accounts {

using base::Error;

void refuse(const std::string& sentence) {
    throw Error(Error::Kind::invalid, sentence);
}

void check_text(std::string_view text, std::size_t limit, const std::string& field) {
    require(text.size() <= limit,
            [&] { return "the " + field + " is too long: at most " + std::to_string(limit) + " bytes"; });
    require(base::is_printable(text), [&] {
        return "the " + field + " \"" + base::printable(text, 80)
               + "\" is not accepted: it holds control characters or is not UTF-8";
    });
}

bool is_word(std::string_view text, std::string_view also) {
    return std::all_of(text.begin(), text.end(), [also](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
               || also.find(c) != std::string_view::npos;
    });
}

} // namespace loquet::accounts
