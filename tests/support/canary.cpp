// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/support/canary.h"

#include "lib/base/file.h"
#include "lib/base/text.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <filesystem>
#include <limits>

namespace loquet::tests {

namespace {

struct Form {
    std::string name;
    std::string bytes;
};

/// Each byte followed (or led) by zeros: what UTF-16 and UTF-32 make of ASCII.
std::string widened(std::string_view text, std::size_t before, std::size_t after) {
    std::string wide;
    for (const char c : text) {
        wide.append(before, '\0').append(1, c).append(after, '\0');
    }
    return wide;
}

/// The base64 digits that depend on nothing but `text` when it begins `offset` bytes into a group of three.
std::string base64_inside(std::string_view text, std::size_t offset) {
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const std::string padded = std::string(offset, '\0') + std::string(text);
    std::string encoded;
    for (std::size_t i = 0; i + 3 <= padded.size(); i += 3) {
        std::uint32_t group = 0;
        for (std::size_t j = 0; j < 3; ++j) {
            group = group << 8U | static_cast<std::uint8_t>(padded[i + j]);
        }
        for (unsigned shift = 24; shift > 0; shift -= 6) {
            encoded += digits[group >> (shift - 6) & 63U];
        }
    }
    return offset == 0 ? encoded : encoded.substr(offset + 1);
}

std::vector<Form> forms_of(std::string_view text) {
    std::string hex = base::to_hex(base::as_bytes(text));
    std::string upper = hex;
    std::transform(hex.begin(), hex.end(), upper.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return {{"plain", std::string(text)},
            {"UTF-16LE", widened(text, 0, 1)},
            {"UTF-16BE", widened(text, 1, 0)},
            {"UTF-32LE", widened(text, 0, 3)},
            {"UTF-32BE", widened(text, 3, 0)},
            {"hexadecimal", hex},
            {"hexadecimal", upper},
            {"base64", base64_inside(text, 0)},
            {"base64", base64_inside(text, 1)},
            {"base64", base64_inside(text, 2)}};
}

} // namespace

std::vector<std::string> find_canaries(std::string_view bytes) {
    constexpr std::size_t beginning = 12;
    std::vector<std::string> found;
    for (const std::string_view secret : canary::all) {
        for (const Form& form : forms_of(secret.substr(0, beginning))) {
            if (bytes.find(form.bytes) != std::string_view::npos) {
                found.push_back(std::string(secret) + " (" + form.name + ")");
            }
        }
    }
    return found;
}

std::vector<std::string> find_canaries_in_file(const std::string& path) {
    return find_canaries(base::read_file(path, std::numeric_limits<std::size_t>::max() / 2));
}

std::vector<std::string> find_canaries_in_folder(const std::string& folder) {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (!entry.is_regular_file() || entry.is_symlink()) {
            continue;
        }
        for (const std::string& find : find_canaries_in_file(entry.path())) {
            found.push_back(find + " in " + entry.path().string());
        }
    }
    return found;
}

} // namespace loquet::tests
