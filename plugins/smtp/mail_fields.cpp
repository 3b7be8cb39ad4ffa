// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/smtp/mail_fields.h"

#include <algorithm>

namespace loquet::plugins_smtp {

namespace {

constexpr std::size_t longest_boundary = 70; // RFC 2046, 5.1.1

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

/// RFC 5322, 3.6.8: printable ASCII.
bool is_field_name(std::string_view name) {
    return !name.empty() && std::ranges::all_of(name, [](char c) { return c > ' ' && c <= '~'; });
}

/// One parameter behind a ";" is taken off `rest`: its name in lower case, and its value without quotation marks.
std::pair<std::string, std::string> take_parameter(std::string_view& rest) {
    const std::size_t equals = rest.find_first_of("=;");
    if (equals == std::string_view::npos || rest[equals] == ';') {
        rest.remove_prefix(equals == std::string_view::npos ? rest.size() : equals + 1);
        return {};
    }
    std::pair<std::string, std::string> parameter{lower_case(trimmed(rest.substr(0, equals))), {}};
    rest.remove_prefix(equals + 1);
    rest = trimmed(rest);
    const bool quoted = !rest.empty() && rest.front() == '"';
    std::size_t at = quoted ? 1 : 0;
    for (; at < rest.size() && (quoted ? rest[at] != '"' : rest[at] != ';' && !is_blank(rest[at])); ++at) {
        at += quoted && rest[at] == '\\' && at + 1 < rest.size() ? 1 : 0;
        parameter.second += rest[at];
    }
    rest.remove_prefix(std::min(rest.find(';', std::min(at, rest.size())), rest.size()));
    rest.remove_prefix(rest.empty() ? 0 : 1);
    return parameter;
}

} // namespace

std::string lower_case(std::string_view text) {
    std::string lower(text);
    for (char& c : lower) {
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return lower;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && is_blank(text.front())) {
        text.remove_prefix(1);
    }
    while (!text.empty() && is_blank(text.back())) {
        text.remove_suffix(1);
    }
    return text;
}

std::string_view take_line(std::string_view& text) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (!line.empty() && line.back() == '\r') {
        line.remove_suffix(1);
    }
    return line;
}

MailFields::MailFields(std::string_view& text) {
    bool goes_on = false; // a folded line belongs to the last field
    while (!text.empty()) {
        const std::string_view line = take_line(text);
        if (line.empty()) {
            return;
        }
        const std::size_t colon = line.find(':');
        if (is_blank(line.front())) {
            if (goes_on && fields_.back().value.size() < longest_field) {
                fields_.back().value.append(" ").append(trimmed(line).substr(0, longest_field));
            }
        } else if (const auto name = trimmed(line.substr(0, std::min(colon, line.size())));
                   colon != std::string_view::npos && is_field_name(name) && fields_.size() < most_fields) {
            fields_.push_back({name, std::string(trimmed(line.substr(colon + 1)).substr(0, longest_field))});
            goes_on = true;
        } else {
            goes_on = false;
        }
    }
}

std::string_view MailFields::find(std::string_view name) const {
    const std::string wanted = lower_case(name);
    const auto found =
        std::ranges::find_if(fields_, [&](const Field& field) { return lower_case(field.name) == wanted; });
    return found == fields_.end() ? std::string_view() : trimmed(found->value);
}

ContentType::ContentType(std::string_view value) {
    const std::size_t end = std::min(value.find(';'), value.size());
    type = lower_case(trimmed(value.substr(0, end)));
    value.remove_prefix(std::min(end + 1, value.size()));
    while (!value.empty()) {
        const auto [name, text] = take_parameter(value);
        if (name == "boundary" && boundary.empty() && text.size() <= longest_boundary) {
            boundary = text;
        } else if (name == "report-type" && report_type.empty()) {
            report_type = lower_case(text);
        }
    }
}

} // namespace loquet::plugins_smtp
