// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/totp/key_uri.h"

namespace loquet::plugins_totp {
namespace {

bool is_unreserved(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.'
           || c == '_' || c == '~';
}

std::string_view name_of(Digest digest) {
    return digest == Digest::sha1 ? "SHA1" : digest == Digest::sha256 ? "SHA256" : "SHA512";
}

void append(SecureBytes& out, std::string_view text) {
    out.insert(out.end(), text.begin(), text.end());
}

} // namespace

SecureBytes base32(std::string_view bytes) {
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    SecureBytes out;
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

SecureBytes in_groups(std::string_view text) {
    SecureBytes out;
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

SecureBytes key_uri(const Generator& generator, std::string_view issuer, std::string_view account) {
    SecureBytes uri;
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

} // namespace loquet::plugins_totp
