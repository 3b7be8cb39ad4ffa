// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/smtp/reply.h"

#include <algorithm>

namespace loquet::plugins_smtp {

namespace {

constexpr std::size_t code_digits = 3;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// Up to three digits are taken off `text`; -1 where there are none, or more.
int take_number(std::string_view& text) {
    const auto end = static_cast<std::size_t>(std::ranges::find_if_not(text, is_digit) - text.begin());
    if (end == 0 || end > 3) {
        return -1;
    }
    int number = 0;
    for (const char c : text.substr(0, end)) {
        number = number * 10 + (c - '0');
    }
    text.remove_prefix(end);
    return number;
}

bool take(std::string_view& text, char c) {
    const bool there = text.starts_with(c);
    text.remove_prefix(there ? 1 : 0);
    return there;
}

/// A status code of the class `kind` is taken off the head of `text`; where there is none, `text` may be anything.
std::optional<StatusCode> take_status(std::string_view& text, int kind) {
    StatusCode status;
    status.kind = take_number(text);
    if (status.kind != kind || !take(text, '.')) {
        return std::nullopt;
    }
    status.subject = take_number(text);
    if (status.subject < 0 || !take(text, '.')) {
        return std::nullopt;
    }
    status.detail = take_number(text);
    return status.detail < 0 ? std::nullopt : std::optional(status);
}

/// "sorry, no mailbox here by that name (#5.1.1)", as qmail has it.
std::optional<StatusCode> status_inside(std::string_view text, int kind) {
    const std::size_t at = text.find("(#");
    if (at == std::string_view::npos) {
        return std::nullopt;
    }
    std::string_view rest = text.substr(at + 2);
    auto status = take_status(rest, kind);
    return status && rest.starts_with(')') ? status : std::nullopt;
}

std::string_view without_line_end(std::string_view line) {
    return line.substr(0, line.find_first_of("\r\n"));
}

std::string_view without_blanks(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
        text.remove_prefix(1);
    }
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) {
        text.remove_suffix(1);
    }
    return text;
}

} // namespace

void Reply::add(std::string_view line) {
    line = without_line_end(line);
    std::string_view rest = line;
    const int code = take_number(rest);
    if (code < 200 || code > 599 || line.size() - rest.size() != code_digits
        || (!rest.empty() && rest.front() != ' ' && rest.front() != '-')) {
        return;
    }
    if (complete_ || code != code_) {
        clear();
        code_ = code;
    }
    complete_ = !rest.starts_with('-');
    rest = without_blanks(rest.substr(rest.empty() ? 0 : 1));
    std::string_view text = rest;
    if (const auto status = take_status(text, code / 100); status && (text.empty() || text.front() == ' ')) {
        status_ = status;
        head_ = rest.substr(0, rest.size() - text.size());
        rest = without_blanks(text);
    } else if (!status_) {
        status_ = status_inside(rest, code / 100);
    }
    if (!rest.empty()) {
        text_.append(text_.empty() ? "" : " ").append(rest);
        text_.resize(std::min(text_.size(), longest_text));
    }
}

std::string Reply::sentence() const {
    if (code_ == 0) {
        return {};
    }
    std::string sentence = std::to_string(code_);
    for (const std::string* part : {&head_, &text_}) {
        sentence.append(part->empty() ? "" : " ").append(*part);
    }
    return sentence;
}

} // namespace loquet::plugins_smtp
