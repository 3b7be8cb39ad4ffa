// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sdk/conformance/option_values.h"

#include <charconv>

namespace loquet::sdk_conformance {
namespace {

constexpr std::string_view blanks = " \t\r";

std::string_view trim(std::string_view text) {
    const auto begin = text.find_first_not_of(blanks);
    return begin == std::string_view::npos ? std::string_view()
                                           : text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

/// Reads values from the front of a notation.
class Reader {
public:
    Reader(const loquet_option& option, std::string_view notation) : option_(option), rest_(trim(notation)) {}

    [[noreturn]] void refuse(const std::string& why) const {
        throw std::runtime_error("option " + std::string(option_.name) + ": " + why);
    }

    bool take(std::string_view piece) {
        if (!rest_.starts_with(piece)) {
            return false;
        }
        rest_ = trim(rest_.substr(piece.size()));
        return true;
    }

    std::int64_t integer() {
        std::int64_t value = 0;
        const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
        if (error != std::errc()) {
            refuse("a whole number is expected, such as 20");
        }
        rest_ = trim(rest_.substr(static_cast<std::size_t>(end - rest_.data())));
        if ((option_.minimum != 0 || option_.maximum != 0) && (value < option_.minimum || value > option_.maximum)) {
            refuse(std::to_string(value) + " is outside " + std::to_string(option_.minimum) + " to "
                   + std::to_string(option_.maximum));
        }
        return value;
    }

    std::string text() {
        if (!rest_.starts_with('"')) {
            refuse("a text in double quotes is expected");
        }
        rest_.remove_prefix(1);
        std::string value;
        while (!rest_.empty() && rest_.front() != '"') {
            const char c = rest_.front();
            rest_.remove_prefix(1);
            if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
                refuse("a text has no control characters; write \\n for a new line");
            }
            value += c == '\\' ? escaped() : std::string(1, c);
        }
        if (rest_.empty()) {
            refuse("a text ends with a double quote");
        }
        rest_ = trim(rest_.substr(1));
        return value;
    }

    void end() const {
        if (!rest_.empty()) {
            refuse("there is more after the value");
        }
    }

private:
    std::string escaped() {
        static constexpr std::string_view letters = "\"\\nt";
        static constexpr std::string_view meanings = "\"\\\n\t";
        const auto known = rest_.empty() ? std::string_view::npos : letters.find(rest_.front());
        if (known == std::string_view::npos) {
            refuse("a backslash is followed by one of \" \\ n t");
        }
        rest_.remove_prefix(1);
        return {meanings[known]};
    }

    const loquet_option& option_;
    std::string_view rest_;
};

} // namespace

OptionValue parse_value(const loquet_option& option, std::string_view notation) {
    Reader reader(option, notation);
    OptionValue value;
    switch (option.type) {
    case LOQUET_OPTION_TEXT:
        value.text = reader.text();
        break;
    case LOQUET_OPTION_INTEGER:
        value.integer = reader.integer();
        break;
    case LOQUET_OPTION_BOOLEAN:
        value.integer = reader.take("true") ? 1 : 0;
        if (value.integer == 0 && !reader.take("false")) {
            reader.refuse("true or false is expected");
        }
        break;
    case LOQUET_OPTION_TEXT_LIST:
        if (!reader.take("[")) {
            reader.refuse("a list is expected, such as [\"a\", \"b\"]");
        }
        for (bool first = true; !reader.take("]"); first = false) {
            if (!first && !reader.take(",")) {
                reader.refuse("a comma or the end of the list is expected");
            }
            value.items.push_back(reader.text());
        }
        break;
    default:
        reader.refuse("it is of no known type");
    }
    reader.end();
    return value;
}

std::map<std::string, std::string> parse_lines(std::string_view content) {
    std::map<std::string, std::string> values;
    for (std::size_t at = 0, number = 1; at < content.size(); ++number) {
        const std::size_t end = std::min(content.find('\n', at), content.size());
        const std::string_view line = trim(content.substr(at, end - at));
        at = end + 1;
        if (line.empty() || line.starts_with('#')) {
            continue;
        }
        const auto equals = line.find('=');
        if (equals == std::string_view::npos) {
            throw std::runtime_error("line " + std::to_string(number) + ": name = value is expected");
        }
        if (!values.emplace(trim(line.substr(0, equals)), trim(line.substr(equals + 1))).second) {
            throw std::runtime_error("line " + std::to_string(number) + ": this option was given before");
        }
    }
    return values;
}

OptionValues::OptionValues(const loquet_manifest& manifest, const std::map<std::string, std::string>& given) {
    std::map<std::string, std::string> left = given;
    for (size_t n = 0; n < manifest.option_count; ++n) {
        const loquet_option& option = manifest.options[n];
        const auto own = left.extract(option.name);
        lend(option, parse_value(option, own.empty() ? std::string_view(option.default_value) : own.mapped()));
    }
    if (!left.empty()) {
        throw std::runtime_error("the plugin has no option " + left.begin()->first);
    }
}

void OptionValues::lend(const loquet_option& option, OptionValue value) {
    const OptionValue& kept = values_.emplace_back(std::move(value));
    auto& items = items_.emplace_back();
    for (const std::string& item : kept.items) {
        items.push_back(sdk::text(item));
    }
    lent_.push_back({sizeof(loquet_option_value), option.name, option.type, sdk::text(kept.text), kept.integer,
                     items.data(), items.size()});
}

void OptionValues::set_integers(const loquet_manifest& manifest, bool greatest) {
    for (size_t n = 0; n < manifest.option_count; ++n) {
        const loquet_option& option = manifest.options[n];
        if (option.type == LOQUET_OPTION_INTEGER && (option.minimum != 0 || option.maximum != 0)) {
            lent_[n].integer = greatest ? option.maximum : option.minimum;
        }
    }
}

} // namespace loquet::sdk_conformance
