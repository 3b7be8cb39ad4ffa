// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/smtp/reply.h"

#include "lib/base/text.h"

#include <algorithm>
#include <array>

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

namespace {

using Matter = Verdict::Matter;

constexpr std::array addresses_that_are_wrong{
    StatusCode{5, 1, 1},  // bad destination mailbox address
    StatusCode{5, 1, 2},  // bad destination system address
    StatusCode{5, 1, 3},  // bad destination mailbox address syntax
    StatusCode{5, 1, 4},  // destination mailbox address ambiguous
    StatusCode{5, 1, 6},  // destination mailbox has moved
    StatusCode{5, 1, 10}, // recipient address has null MX (RFC 7505)
    StatusCode{5, 2, 1},  // mailbox disabled, not accepting messages
};

/// Only a status code tells a wrong address from a server that does not let us send: RFC 5321, 4.2.3, has 550 for both
/// ("mailbox not found, no access, or command rejected for policy reasons"), and servers use 551 and 553 for either.
/// 556 alone has one meaning (RFC 7504, 4): the domain takes no mail.
bool is_about_the_address(Stage stage, const Reply& reply) {
    if (stage < Stage::recipient) {
        return false;
    }
    return reply.status()
               ? std::ranges::find(addresses_that_are_wrong, *reply.status()) != addresses_that_are_wrong.end()
               : stage == Stage::recipient && reply.code() == 556;
}

bool is_about_login(const Reply& reply) {
    constexpr std::array<int, 4> codes{530, 534, 535, 538}; // RFC 4954, 4 and 6
    return std::ranges::find(codes, reply.code()) != codes.end() || reply.status() == StatusCode{5, 7, 8}
           || reply.status() == StatusCode{5, 7, 9} || reply.status() == StatusCode{5, 7, 11};
}

bool is_about_size(const Reply& reply) {
    return reply.status() ? reply.status() == StatusCode{5, 3, 4} || reply.status() == StatusCode{5, 2, 3}
                          : reply.code() == 552;
}

bool is_about_sender(const Reply& reply, const std::string& said) {
    return reply.status() == StatusCode{5, 1, 7} || reply.status() == StatusCode{5, 1, 8}
           || reply.status() == StatusCode{5, 7, 60} || said.find("sender") != std::string::npos;
}

std::string_view advice_for(Stage stage, const Reply& reply) {
    const std::string said = base::lower_ascii(reply.sentence());
    // Servers say only at RCPT what they hold against a name or a sender, so the text is looked at.
    if (stage == Stage::greeting || reply.code() == 504 || said.find("helo") != std::string::npos) {
        return "set our_name to the full name of this machine, with its domain";
    }
    if (stage == Stage::login || is_about_login(reply)) {
        return "look at user, password_file and security: the server wants another login";
    }
    if (stage == Stage::connection || reply.code() == 521) {
        return "the server takes no mail from this machine: have it allowed there, or name another server";
    }
    if (stage == Stage::tls) {
        return "look at security and port";
    }
    if (stage == Stage::sender || is_about_sender(reply, said)) {
        return "look at from, and whether user may send as that address";
    }
    if (is_about_size(reply)) {
        return "the server takes no message of this size for now";
    }
    if (stage >= Stage::data) {
        return "the server does not take this text: ask its administrator why";
    }
    if (reply.status() && reply.status()->subject != 7) {
        return "not about the address alone: ask the administrator of the mail server";
    }
    return "the server may not relay for this machine: look at user, or have it allowed there";
}

} // namespace

std::string_view to_text(Stage stage) noexcept {
    switch (stage) {
    case Stage::connection:
        return "the connection";
    case Stage::greeting:
        return "EHLO";
    case Stage::tls:
        return "STARTTLS";
    case Stage::login:
        return "AUTH";
    case Stage::sender:
        return "MAIL FROM";
    case Stage::recipient:
        return "RCPT TO";
    case Stage::data:
        return "DATA";
    case Stage::text:
        return "the text";
    }
    return "";
}

Stage stage_of(std::string_view command, Stage now) noexcept {
    struct Verb {
        std::string_view name; ///< with what stands behind it: a line within AUTH may begin with any letters
        Stage stage;
    };
    constexpr std::array<Verb, 7> verbs{{{"EHLO ", Stage::greeting},
                                         {"HELO ", Stage::greeting},
                                         {"STARTTLS\r\n", Stage::tls},
                                         {"AUTH ", Stage::login},
                                         {"MAIL FROM:", Stage::sender},
                                         {"RCPT TO:", Stage::recipient},
                                         {"DATA\r\n", Stage::data}}};
    const auto* const found =
        std::ranges::find_if(verbs, [&](const Verb& verb) { return command.starts_with(verb.name); });
    return found == verbs.end() ? now : found->stage;
}

Verdict judge(Stage stage, const Reply& reply) {
    if (reply.code() < 500) {
        return {Matter::later, {}};
    }
    if (is_about_the_address(stage, reply)) {
        return {Matter::recipient, {}};
    }
    return {Matter::site, advice_for(stage, reply)};
}

} // namespace loquet::plugins_smtp
