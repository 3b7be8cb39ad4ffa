// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/smtp/mime.h"

#include "plugins/smtp/encoded_words.h"
#include "plugins/smtp/quoted_printable.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

namespace loquet::plugins_smtp {

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
