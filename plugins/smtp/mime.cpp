// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/smtp/mime.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

namespace loquet::plugins_smtp {

namespace {

constexpr std::size_t octets_per_word = 45; ///< 60 characters in base64, 72 with what is around them; 75 are the most
constexpr std::size_t longest_as_it_is = 60;

std::string base64(std::string_view octets) {
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    while (!octets.empty()) {
        const std::size_t count = std::min<std::size_t>(octets.size(), 3);
        unsigned group = 0;
        for (std::size_t n = 0; n < 3; ++n) {
            group = group << 8U | (n < count ? static_cast<unsigned char>(octets[n]) : 0U);
        }
        for (std::size_t n = 0; n < 4; ++n) {
            out += n <= count ? digits[group >> (18 - 6 * n) & 63U] : '=';
        }
        octets.remove_prefix(count);
    }
    return out;
}

bool continues_a_character(char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

bool is_printable_ascii(char c) {
    return c >= ' ' && c <= '~';
}

} // namespace

std::string encoded_words(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        std::size_t size = std::min(text.size(), octets_per_word);
        while (size < text.size() && size > octets_per_word - 3 && continues_a_character(text[size])) {
            --size; // RFC 2047, 5: no character is divided between two words
        }
        out.append(out.empty() ? "" : "\r\n ").append("=?UTF-8?B?").append(base64(text.substr(0, size))).append("?=");
        text.remove_prefix(size);
    }
    return out;
}

std::string unstructured(std::string_view text) {
    const bool plain = text.size() <= longest_as_it_is && std::ranges::all_of(text, is_printable_ascii)
                       && text.find("=?") == std::string_view::npos && !text.starts_with(' ') && !text.ends_with(' ');
    return plain ? std::string(text) : encoded_words(text);
}

std::string phrase(std::string_view text) {
    const auto is_plain = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == ' ';
    };
    const bool plain = text.size() <= longest_as_it_is && std::ranges::all_of(text, is_plain)
                       && text.find("  ") == std::string_view::npos && !text.starts_with(' ') && !text.ends_with(' ');
    return plain ? std::string(text) : encoded_words(text);
}

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

namespace {

/// "fr" of "fr_FR.UTF-8"; empty where it is no language.
std::string language_of(std::string_view locale) {
    const std::string_view language = locale.substr(0, locale.find_first_of("_.@"));
    const bool sound = language.size() >= 2 && language.size() <= 3
                       && std::ranges::all_of(language, [](char c) { return c >= 'a' && c <= 'z'; });
    return sound ? std::string(language) : std::string();
}

} // namespace

std::string mail_date(std::int64_t milliseconds) {
    constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"}; // whatever the language of the process
    const auto seconds = static_cast<std::time_t>(milliseconds / 1000);
    std::tm utc{};
    ::gmtime_r(&seconds, &utc);
    std::array<char, 80> text{};
    const int size = std::snprintf(text.data(), text.size(), "%s, %d %s %d %02d:%02d:%02d +0000",
                                   days.at(static_cast<std::size_t>(utc.tm_wday)), utc.tm_mday,
                                   months.at(static_cast<std::size_t>(utc.tm_mon)), utc.tm_year + 1900, utc.tm_hour,
                                   utc.tm_min, utc.tm_sec);
    return {text.data(), static_cast<std::size_t>(size)};
}

std::string compose(const Mail& mail) {
    std::string out;
    out.reserve(1024 + 4 * mail.subject.size() + 4 * mail.text.size()); // it never moves, and leaves no copy behind
    const auto line = [&](std::string_view name, const std::string& value) {
        out.append(name).append(": ").append(value).append("\r\n");
    };
    const std::string from(mail.from);
    line("From", mail.from_name.empty() ? from : phrase(mail.from_name) + "\r\n <" + from + ">");
    line("To", std::string(mail.to));
    line("Subject", unstructured(mail.subject));
    line("Date", mail_date(mail.written));
    line("Message-ID", "<" + std::string(mail.reference) + "@" + from.substr(from.find('@') + 1) + ">");
    line("Auto-Submitted", "auto-generated"); // RFC 3834: nobody's absence is to be answered
    if (const std::string language = language_of(mail.locale); !language.empty()) {
        line("Content-Language", language);
    }
    line("MIME-Version", "1.0");
    line("Content-Type", "text/plain; charset=utf-8");
    line("Content-Transfer-Encoding", "quoted-printable");
    out.append("\r\n");
    append_quoted_printable(out, mail.text);
    return out;
}

} // namespace loquet::plugins_smtp
