// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/totp/qr_rows.h"

#include <qrencode.h>

#include <memory>

namespace loquet::plugins_totp {
namespace {

using factor::SecureBytes;

constexpr int quiet = 4; // modules

struct WipeAndFree {
    void operator()(QRcode* code) const noexcept {
        OPENSSL_cleanse(code->data, static_cast<std::size_t>(code->width) * static_cast<std::size_t>(code->width));
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

SecureBytes row_of(const QRcode& code, int y) {
    SecureBytes row;
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

std::vector<SecureBytes> qr_rows(std::string_view text, std::size_t most_rows) {
    const Code code = smallest(text);
    std::vector<SecureBytes> rows;
    if (!code || static_cast<std::size_t>(code->width + 2 * quiet + 1) / 2 > most_rows) {
        return rows;
    }
    for (int y = -quiet; y < code->width + quiet; y += 2) {
        rows.push_back(row_of(*code, y));
    }
    return rows;
}

} // namespace loquet::plugins_totp
