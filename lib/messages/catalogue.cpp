// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/messages/catalogue.h"

#include "lib/base/limits.h"
#include "lib/base/text.h"

#include <algorithm>
#include <array>
#include <utility>

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

bool is_daemons_family(std::string_view family) noexcept {
    constexpr std::array<std::string_view, 13> families{
        "at_login",    "choice",       "enrolment", "factor", "mail",         "names", "notice",
        "new_address", "new_password", "password",  "rules",  "self_service", "ticket"};
    return std::find(families.begin(), families.end(), family) != families.end();
}

namespace {

std::string value_of(const std::string& name, const Variables& variables) {
    const auto given = std::find_if(variables.begin(), variables.end(), [&](const auto& v) { return v.first == name; });
    return given == variables.end() ? '{' + name + '}' : base::printable(given->second, limits::message_value_bytes);
}

void append(base::SecureBytes& out, std::string_view text) {
    const auto bytes = base::as_bytes(text);
    out.insert(out.end(), bytes.begin(), bytes.end());
}

/// printable() makes a plain string of what it changes; a code never needs it.
void append_value(base::SecureBytes& out, const base::Secret& value) {
    const std::string_view text = value.reveal();
    if (text.size() <= limits::message_value_bytes && base::is_printable(text)) {
        append(out, text);
        return;
    }
    std::string shown = base::printable(text, limits::message_value_bytes);
    append(out, base::Secret::take(shown).reveal());
}

/// At a boundary of characters.
void cut(base::SecureBytes& text) {
    std::size_t end = limits::prompt_text_bytes;
    if (text.size() > end) {
        while ((text[end] & 0xc0U) == 0x80U) {
            --end;
        }
        text.resize(end);
    }
}

std::string cut(const std::string& text) {
    return text.size() <= limits::prompt_text_bytes ? text : base::printable(text, limits::prompt_text_bytes);
}

} // namespace

std::vector<std::string> usual_folders() {
    return {"/usr/share/loquet/messages", "/etc/loquet/messages"};
}

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

base::Secret Catalogue::render_secret(std::string_view locale, std::string_view id,
                                      const SecretVariables& variables) const {
    const Text* text = find(locale, id);
    base::SecureBytes out;
    if (text == nullptr) {
        append(out, base::printable(id, limits::message_value_bytes));
        return base::Secret(std::move(out));
    }
    for (const Piece& piece : *text) {
        const auto given = std::find_if(variables.begin(), variables.end(),
                                        [&](const auto& v) { return piece.variable && v.first == piece.text; });
        if (given != variables.end()) {
            append_value(out, given->second);
        } else {
            append(out, piece.variable ? '{' + piece.text + '}' : piece.text);
        }
    }
    cut(out);
    return base::Secret(std::move(out));
}

bool Catalogue::has_words(std::string_view locale, std::string_view id) const {
    const Text* text = find(locale, id);
    return text == nullptr || std::any_of(text->begin(), text->end(), [](const Piece& piece) {
               return !piece.variable && piece.text.find_first_not_of(" .:?!") != std::string::npos;
           });
}

bool Catalogue::has(std::string_view id) const {
    return std::any_of(languages_.begin(), languages_.end(),
                       [&](const auto& language) { return language.second.contains(id); });
}

std::vector<std::string> Catalogue::accepted(std::string_view id) const {
    const auto found = accepted_.find(id);
    return found == accepted_.end() ? std::vector<std::string>{} : found->second;
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

namespace {
constexpr std::string_view general_subject = "mail.subject";
}

std::string mail_subject(const Catalogue& texts, std::string_view locale, std::string_view text) {
    const std::string own = std::string(text) + "_subject";
    return base::printable(texts.render(locale, texts.has(own) ? std::string_view(own) : general_subject),
                           limits::delivery_subject_bytes);
}

} // namespace loquet::messages
