// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/messages/locale.h"

#include "lib/base/text.h"

#include <algorithm>

namespace loquet::messages {

namespace {

constexpr std::size_t longest_tag = 16;

bool is_word(std::string_view text, std::size_t shortest, std::size_t longest) {
    return text.size() >= shortest && text.size() <= longest && std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
           });
}

} // namespace

std::string canonical_language(std::string_view tag) {
    if (tag.size() > longest_tag) {
        return {};
    }
    std::string name = base::lower_ascii(tag);
    std::replace(name.begin(), name.end(), '-', '_');
    const std::size_t end = name.find('_');
    const std::string_view language = std::string_view(name).substr(0, end);
    const bool territory_is_one = end == std::string::npos || is_word(std::string_view(name).substr(end + 1), 2, 8);
    return is_word(language, 2, 3) && territory_is_one ? name : std::string();
}

std::vector<std::string> languages_of_locale(std::string_view locale) {
    const std::string name = canonical_language(locale.substr(0, locale.find_first_of(".@")));
    std::vector<std::string> languages;
    if (!name.empty()) {
        languages.push_back(name);
        if (const std::size_t end = name.find('_'); end != std::string::npos) {
            languages.push_back(name.substr(0, end));
        }
    }
    languages.emplace_back(source_language);
    return languages;
}

} // namespace loquet::messages
