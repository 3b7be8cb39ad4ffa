// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/totp/hotp.h"

namespace loquet::plugins_totp {
namespace {

std::uint32_t byte_of(const SecureBytes& bytes, std::size_t at) {
    return static_cast<unsigned char>(bytes.at(at));
}

} // namespace

SecureBytes hotp(Digest digest, std::string_view seed, std::uint64_t counter, int digits) {
    char message[sizeof counter];
    for (std::size_t n = sizeof message; n > 0; --n, counter >>= 8U) {
        message[n - 1] = static_cast<char>(counter);
    }
    const SecureBytes mac = factor::hmac(digest, seed, std::string_view(message, sizeof message));
    // Dynamic truncation: the last half byte says from where on four bytes are the number.
    const std::size_t at = byte_of(mac, mac.size() - 1) & 15U;
    std::uint32_t number = (byte_of(mac, at) & 127U) << 24U | byte_of(mac, at + 1) << 16U | byte_of(mac, at + 2) << 8U
                           | byte_of(mac, at + 3);
    SecureBytes code(static_cast<std::size_t>(digits));
    for (auto digit = code.rbegin(); digit != code.rend(); ++digit, number /= 10) {
        *digit = static_cast<char>('0' + number % 10);
    }
    return code;
}

} // namespace loquet::plugins_totp
