// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/one_time_code/media.h"

#include <algorithm>

namespace loquet::plugins_one_time_code {

std::vector<loquet_medium> media_in(std::string_view fact) {
    std::vector<loquet_medium> media;
    while (!fact.empty()) {
        const std::string_view word = fact.substr(0, fact.find(' '));
        fact.remove_prefix(std::min(fact.size(), word.size() + 1));
        for (const loquet_medium medium : {LOQUET_MEDIUM_MAIL, LOQUET_MEDIUM_SMS}) {
            if (word == name_of(medium) && std::find(media.begin(), media.end(), medium) == media.end()) {
                media.push_back(medium);
            }
        }
    }
    return media;
}

std::string_view name_of(loquet_medium medium) noexcept {
    return medium == LOQUET_MEDIUM_MAIL ? "mail" : "sms";
}

} // namespace loquet::plugins_one_time_code
