// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/messages/catalogue.h"

#include "lib/base/limits.h"
#include "lib/base/text.h"
#include "lib/messages/locale.h"

#include <algorithm>

namespace loquet::messages {

namespace {

std::string value_of(const std::string& name, const Variables& variables) {
    const auto given = std::find_if(variables.begin(), variables.end(), [&](const auto& v) { return v.first == name; });
    return given == variables.end() ? '{' + name + '}' : base::printable(given->second, limits::message_value_bytes);
}

std::string cut(const std::string& text) {
    return text.size() <= limits::prompt_text_bytes ? text : base::printable(text, limits::prompt_text_bytes);
}

} // namespace

const Catalogue::Text* Catalogue::find(std::string_view locale, std::string_view id) const {
    for (const std::string& name : languages_of_locale(locale)) {
        if (const auto language = languages_.find(name); language != languages_.end()) {
            if (const auto text = language->second.find(id); text != language->second.end()) {
                return &text->second;
            }
        }
    }
    return nullptr;
}

std::string Catalogue::render(std::string_view locale, std::string_view id, const Variables& variables) const {
    const Text* text = find(locale, id);
    if (text == nullptr) {
        return base::printable(id, limits::message_value_bytes);
    }
    std::string out;
    for (const Piece& piece : *text) {
        out += piece.variable ? value_of(piece.text, variables) : piece.text;
    }
    return cut(out);
}

bool Catalogue::has(std::string_view id) const {
    return std::any_of(languages_.begin(), languages_.end(),
                       [&](const auto& language) { return language.second.contains(id); });
}

std::vector<std::string> Catalogue::languages() const {
    std::vector<std::string> names(languages_.size());
    std::transform(languages_.begin(), languages_.end(), names.begin(), [](const auto& l) { return l.first; });
    return names;
}

std::vector<std::string> Catalogue::ids(std::string_view language) const {
    std::vector<std::string> names;
    if (const auto found = languages_.find(language); found != languages_.end()) {
        for (const auto& [id, text] : found->second) {
            names.push_back(id);
        }
    }
    return names;
}

std::vector<std::string> Catalogue::variables(std::string_view language, std::string_view id) const {
    std::vector<std::string> names;
    const auto found = languages_.find(language);
    if (found == languages_.end()) {
        return names;
    }
    const auto text = found->second.find(id);
    if (text == found->second.end()) {
        return names;
    }
    for (const Piece& piece : text->second) {
        if (piece.variable) {
            names.push_back(piece.text);
        }
    }
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

} // namespace loquet::messages
