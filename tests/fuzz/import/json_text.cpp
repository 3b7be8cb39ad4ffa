// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/fuzz/import/json_text.h"

#include "lib/base/text.h"

#include <array>
#include <cstdint>
#include <cstdio>
#include <string_view>

namespace loquet::fuzz {

namespace {

std::string json_of(std::string_view text) {
    std::string out = "\"";
    for (const char character : text) {
        if (character == '"' || character == '\\') {
            out += '\\';
            out += character;
        } else if (static_cast<unsigned char>(character) < ' ') {
            std::array<char, 7> escape{};
            (void)std::snprintf(escape.data(), escape.size(), "\\u%04x", static_cast<unsigned>(character));
            out += escape.data();
        } else {
            out += character;
        }
    }
    return out + '"';
}
std::string json_of(std::uint64_t number) {
    return std::to_string(number);
}
std::string json_of(bool value) {
    return value ? "true" : "false";
}
std::string json_of(const accounts::JsonText& text) {
    return json_of(base::as_text(text));
}
std::string json_of(const std::vector<accounts::JsonText>& list) {
    std::string out;
    for (const accounts::JsonText& text : list) {
        out += (out.empty() ? "[" : ",") + json_of(text);
    }
    return (out.empty() ? "[" : out) + ']';
}

} // namespace

std::string json_text(const Members& members) {
    std::string out;
    for (const auto& [key, value] : members) {
        out += (out.empty() ? "{" : ",") + json_of(std::string_view(key)) + ':';
        out += std::visit([](const auto& held) { return json_of(held); }, value);
    }
    return (out.empty() ? "{" : out) + '}';
}

} // namespace loquet::fuzz
