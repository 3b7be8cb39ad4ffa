// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/fuzz/import/json_text.h"

#include <array>
#include <cstdint>
#include <cstdio>
#include <string_view>

namespace loquet::fuzz {

namespace {

std::string render_message(const std::string& text) {
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
std::string render_message(std::uint64_t number) {
    return std::to_string(number);
}
std::string render_message(bool value) {
    return value ? "true" : "false";
}
std::string render_message(const std::vector<std::string>& list) {
    std::string out;
    for (const std::string& text : list) {
        out += (out.empty() ? "[" : ",") + render_message(text);
    }
    return (out.empty() ? "[" : out) + ']';
}

} // namespace

std::string json_text(const Members& members) {
    std::string out;
    for (const auto& [key, value] : members) {
        out += (out.empty() ? "{" : ",") + render_message(key) + ':';
        out += std::visit([](const auto& held) { return render_message(held); }, value);
    }
    return (out.empty() ? "{" : out) + '}';
}

} // namespace loquet::fuzz
