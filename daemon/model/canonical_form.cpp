// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/model/canonical_form.h"

#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/base/text.h"

#include <algorithm>
#include <array>

namespace loquet::model {

using base::Error;

namespace {

bool starts_name(char c) {
    return (c >= 'a' && c <= 'z') || c == '_';
}
bool continues_name(char c) {
    return starts_name(c) || (c >= '0' && c <= '9') || c == '.' || c == '-';
}

[[noreturn]] void refuse(std::string_view what, std::string_view typed, const std::string& why) {
    throw Error(Error::Kind::invalid,
                "the " + std::string(what) + " \"" + base::printable(typed, 80) + "\" is not accepted: " + why);
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool fits_domain(std::string_view domain) {
    const auto allowed = [](char c) {
        return is_digit(c) || (c >= 'a' && c <= 'z') || c == '-' || c == '.' || static_cast<unsigned char>(c) >= 0x80;
    };
    return !domain.empty() && std::all_of(domain.begin(), domain.end(), allowed) && domain.front() != '.'
           && domain.front() != '-' && domain.back() != '.' && domain.back() != '-'
           && domain.find("..") == std::string_view::npos;
}

bool fits_local_part(std::string_view local) {
    constexpr std::string_view refused = " \"\\<>()[],;:";
    return !local.empty() && local.size() <= limits::mail_local_bytes && local.front() != '-'
           && local.find_first_of(refused) == std::string_view::npos;
}

/// The first code point, so that a mask never cuts one in two.
std::string_view first_character(std::string_view text) {
    std::size_t end = 0;
    return base::next_code_point(text, end) ? text.substr(0, end) : std::string_view{};
}

} // namespace

std::optional<std::string> canonical_name(std::string_view typed) {
    if (typed.empty() || typed.size() > limits::account_name_bytes) {
        return std::nullopt;
    }
    std::string name = base::lower_ascii(typed);
    const bool well_formed = starts_name(name.front()) && std::all_of(name.begin(), name.end(), continues_name)
                             && name.back() != '.' && name.back() != '-' && name.find("..") == std::string::npos;
    if (!well_formed) {
        return std::nullopt;
    }
    return name;
}

std::optional<std::string> name_in_any_width(std::string_view typed) {
    constexpr char32_t first = 0xFF01; // of '!' to '~'
    constexpr char32_t last = 0xFF5E;
    if (typed.size() > 3 * limits::account_name_bytes) {
        return std::nullopt;
    }
    std::string narrow;
    for (std::size_t at = 0; at < typed.size();) {
        const auto c = base::next_code_point(typed, at);
        if (!c) {
            return std::nullopt;
        }
        const char32_t folded = *c >= first && *c <= last ? *c - first + U'!' : *c;
        if (folded > U'~') {
            return std::nullopt;
        }
        narrow += static_cast<char>(folded);
    }
    return canonical_name(narrow);
}

std::string require_account_name(std::string_view typed) {
    auto name = canonical_name(typed);
    if (!name) {
        throw base::Error(base::Error::Kind::invalid,
                          "the name \"" + base::printable(typed, 64)
                              + "\" is not accepted: 1 to 32 of a-z, 0-9, '_', '-' and '.', beginning with a letter or "
                                "'_', not ending in '-' or '.', without \"..\"");
    }
    return *std::move(name);
}

std::string require_mail(std::string_view typed) {
    if (typed.empty()) {
        return {};
    }
    if (typed.size() > limits::mail_bytes) {
        refuse("mail address", typed, "it is longer than " + std::to_string(limits::mail_bytes) + " bytes");
    }
    const std::size_t at = typed.find('@');
    if (at == std::string_view::npos || typed.find('@', at + 1) != std::string_view::npos) {
        refuse("mail address", typed, "it needs one '@'");
    }
    if (!base::is_utf8(typed) || !base::is_printable(typed) || !fits_local_part(typed.substr(0, at))) {
        refuse("mail address", typed,
               "before the '@' come 1 to " + std::to_string(limits::mail_local_bytes)
                   + " bytes without spaces, quotes, brackets, commas, colons or a leading '-'");
    }
    const std::string domain = base::lower_ascii(typed.substr(at + 1));
    if (!fits_domain(domain)) {
        refuse("mail address", typed, "after the '@' comes a domain: letters, digits, '-' and single dots");
    }
    return std::string(typed.substr(0, at + 1)) + domain;
}

std::optional<std::string> canonical_mail(std::string_view typed) {
    const std::size_t first = typed.find_first_not_of(" \t");
    if (first == std::string_view::npos) {
        return std::nullopt;
    }
    typed = typed.substr(first, typed.find_last_not_of(" \t") - first + 1);
    try {
        return base::lower_ascii(require_mail(typed));
    } catch (const Error&) {
        return std::nullopt;
    }
}

std::string require_phone(std::string_view typed) {
    if (typed.empty()) {
        return {};
    }
    constexpr std::string_view dropped = " -./()";
    constexpr std::size_t fewest_digits = 7;
    std::string number;
    for (const char c : typed.substr(0, 2 * (limits::phone_digits + 1) + 1)) {
        if (dropped.find(c) == std::string_view::npos) {
            number += c;
        }
    }
    const bool international = number.size() > 1 && number[0] == '+' && number[1] != '0'
                               && std::all_of(number.begin() + 1, number.end(), is_digit)
                               && typed.size() <= 2 * (limits::phone_digits + 1);
    if (!international || number.size() - 1 < fewest_digits || number.size() - 1 > limits::phone_digits) {
        refuse("phone number", typed,
               "write it in the international form, '+', country code and number, 7 to 15 digits: +33612345678");
    }
    return number;
}

std::string masked_mail(std::string_view mail) {
    const std::size_t at = mail.find('@');
    if (at == std::string_view::npos) {
        return mail.empty() ? "" : "***";
    }
    const std::string_view domain = mail.substr(at + 1);
    const std::size_t dot = domain.rfind('.');
    const std::string_view ending = dot == std::string_view::npos ? std::string_view{} : domain.substr(dot);
    return std::string(first_character(mail)) + "***@" + std::string(first_character(domain)) + "***"
           + std::string(ending);
}

std::string masked_phone(std::string_view phone) {
    constexpr std::size_t shown_front = 3; // '+' and two digits
    constexpr std::size_t shown_back = 2;
    if (phone.size() <= shown_front + shown_back) {
        return std::string(phone.size(), '*');
    }
    return std::string(phone.substr(0, shown_front)) + std::string(phone.size() - shown_front - shown_back, '*')
           + std::string(phone.substr(phone.size() - shown_back));
}

namespace {

constexpr std::array<std::string_view, 44> of_two_digits{
    "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46",
    "47", "48", "49", "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63",
    "64", "65", "66", "81", "82", "84", "86", "90", "91", "92", "93", "94", "95", "98"};

std::size_t length_of_code(std::string_view digits) {
    if (digits.starts_with('1') || digits.starts_with('7')) {
        return 1;
    }
    const std::string_view two = digits.substr(0, 2);
    const bool listed = std::find(of_two_digits.begin(), of_two_digits.end(), two) != of_two_digits.end();
    return listed ? 2 : 3;
}

} // namespace

std::string_view calling_code(std::string_view number) noexcept {
    if (!number.starts_with('+')) {
        return {};
    }
    const std::string_view digits = number.substr(1);
    const std::string_view code = digits.substr(0, length_of_code(digits));
    const bool whole = code.size() == length_of_code(digits)
                       && std::all_of(code.begin(), code.end(), [](char c) { return c >= '0' && c <= '9'; });
    return whole ? code : std::string_view{};
}

} // namespace loquet::model
