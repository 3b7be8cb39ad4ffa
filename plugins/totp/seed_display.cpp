// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/totp/seed_display.h"

#include <qrencode.h>

#include <memory>

namespace loquet::plugins_totp {

using sdk::SecureText;

namespace {

bool is_unreserved(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.'
           || c == '_' || c == '~';
}

std::string_view name_of(Digest digest) {
    return digest == Digest::sha1 ? "SHA1" : digest == Digest::sha256 ? "SHA256" : "SHA512";
}

void append(SecureText& out, std::string_view text) {
    out.insert(out.end(), text.begin(), text.end());
}

} // namespace

SecureText base32(std::string_view bytes) {
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    SecureText out;
    out.reserve(bytes.size() * 8 / 5);
    std::uint32_t bits = 0;
    unsigned int count = 0;
    for (const char byte : bytes) {
        bits = bits << 8U | static_cast<unsigned char>(byte);
        for (count += 8; count >= 5; count -= 5) {
            out.push_back(alphabet[(bits >> (count - 5)) & 31U]);
        }
    }
    return out;
}

SecureText in_groups(std::string_view text) {
    SecureText out;
    out.reserve(text.size() * 5 / 4);
    for (std::size_t at = 0; at < text.size(); at += 4) {
        append(out, at == 0 ? "" : " ");
        append(out, text.substr(at, 4));
    }
    return out;
}

std::string percent_encoded(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        if (is_unreserved(c)) {
            out += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            out += {'%', digits[byte >> 4U], digits[byte & 15U]};
        }
    }
    return out;
}

SecureText key_uri(const Generator& generator, std::string_view issuer, std::string_view account) {
    SecureText uri;
    uri.reserve(256);
    append(uri, "otpauth://totp/");
    if (!issuer.empty()) {
        append(uri, percent_encoded(issuer));
        append(uri, ":");
    }
    append(uri, percent_encoded(account));
    append(uri, "?secret=");
    append(uri, view(base32(view(generator.seed))));
    if (!issuer.empty()) {
        append(uri, "&issuer=");
        append(uri, percent_encoded(issuer));
    }
    if (generator.digest != Digest::sha1) {
        append(uri, "&algorithm=");
        append(uri, name_of(generator.digest));
    }
    if (generator.digits != fewest_digits) {
        append(uri, "&digits=");
        append(uri, std::to_string(generator.digits));
    }
    return uri;
}

namespace {

constexpr int quiet = 4; // modules

struct WipeAndFree {
    void operator()(QRcode* code) const noexcept {
        sdk::wipe(code->data, static_cast<std::size_t>(code->width) * static_cast<std::size_t>(code->width));
        QRcode_free(code);
    }
};
using Code = std::unique_ptr<QRcode, WipeAndFree>;

/// Of that version at least; 0: of the smallest one.
Code encode(std::string_view text, int version, QRecLevel level) {
    return Code(QRcode_encodeData(static_cast<int>(text.size()), reinterpret_cast<const unsigned char*>(text.data()),
                                  version, level));
}

Code smallest(std::string_view text) {
    Code code = encode(text, 0, QR_ECLEVEL_L);
    for (const QRecLevel level : {QR_ECLEVEL_M, QR_ECLEVEL_Q, QR_ECLEVEL_H}) {
        Code surer = code ? encode(text, code->version, level) : nullptr;
        if (surer && surer->version == code->version) {
            code = std::move(surer);
        }
    }
    return code;
}

/// Whether the module is light; beside the code everything is.
bool is_light(const QRcode& code, int x, int y) {
    const bool inside = x >= 0 && x < code.width && y >= 0 && y < code.width;
    return !inside || (code.data[y * code.width + x] & 1U) == 0;
}

SecureText row_of(const QRcode& code, int y) {
    SecureText row;
    const bool is_last = y + 1 == code.width + quiet; // a row of characters has room for two, and their number is odd
    for (int x = -quiet; x < code.width + quiet; ++x) {
        const bool upper = is_light(code, x, y);
        const bool lower = !is_last && is_light(code, x, y + 1);
        const std::string_view block = upper && lower ? "█" : upper ? "▀" : lower ? "▄" : " ";
        row.insert(row.end(), block.begin(), block.end());
    }
    return row;
}

} // namespace

std::vector<SecureText> qr_rows(std::string_view text, std::size_t most_rows) {
    const Code code = smallest(text);
    std::vector<SecureText> rows;
    if (!code || static_cast<std::size_t>(code->width + 2 * quiet + 1) / 2 > most_rows) {
        return rows;
    }
    for (int y = -quiet; y < code->width + quiet; y += 2) {
        rows.push_back(row_of(*code, y));
    }
    return rows;
}

} // namespace loquet::plugins_totp
