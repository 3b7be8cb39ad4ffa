// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/smtp/quoted_printable.h"

namespace loquet::plugins_smtp {

namespace {

constexpr std::size_t longest_line = 76; ///< the "=" of a soft end of line included

class Lines {
public:
    explicit Lines(std::string& out) : out_(&out) {}

    /// One octet, as itself or as =XX.
    void put(char octet, bool as_it_is) {
        const std::size_t size = as_it_is ? 1 : 3;
        if (used_ + size > longest_line - 1) {
            *out_ += '=';
            end();
        }
        const auto value = static_cast<unsigned char>(octet);
        constexpr std::string_view digits = "0123456789ABCDEF";
        if (as_it_is) {
            *out_ += octet;
        } else {
            ((*out_ += '=') += digits[value >> 4U]) += digits[value & 15U];
        }
        used_ += size;
    }
    void end() {
        *out_ += "\r\n";
        used_ = 0;
    }
    [[nodiscard]] bool at_begin() const { return used_ == 0; }
    /// Whether one more octet as itself opens a new line.
    [[nodiscard]] bool is_full() const { return used_ + 1 > longest_line - 1; }

private:
    std::string* out_;
    std::size_t used_ = 0;
};

bool is_safe(std::string_view text, std::size_t at, bool begins_line) {
    const char c = text[at];
    if (c == ' ') {
        return at + 1 < text.size() && text[at + 1] != '\n'; // a blank at the end of a line is lost on the way
    }
    if (begins_line && (c == '.' || c == 'F')) {
        return false;
    }
    return c > ' ' && c <= '~' && c != '=';
}

} // namespace

void append_quoted_printable(std::string& out, std::string_view text) {
    Lines lines(out);
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '\n') {
            lines.end();
        } else {
            lines.put(text[at], is_safe(text, at, lines.at_begin() || lines.is_full()));
        }
    }
    if (!lines.at_begin()) {
        lines.end();
    }
}

} // namespace loquet::plugins_smtp
