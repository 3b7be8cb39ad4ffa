// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/smtp/report.h"

#include "lib/base/text.h"

#include <algorithm>
#include <vector>

namespace loquet::plugins_smtp {

namespace {

constexpr std::size_t longest_boundary = 70; // RFC 2046, 5.1.1

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

/// RFC 5322, 3.6.8: printable ASCII.
bool is_field_name(std::string_view name) {
    return !name.empty() && std::ranges::all_of(name, [](char c) { return c > ' ' && c <= '~'; });
}

/// One parameter behind a ";" is taken off `rest`: its name in lower case, and its value without quotation marks.
std::pair<std::string, std::string> take_parameter(std::string_view& rest) {
    const std::size_t equals = rest.find_first_of("=;");
    if (equals == std::string_view::npos || rest[equals] == ';') {
        rest.remove_prefix(equals == std::string_view::npos ? rest.size() : equals + 1);
        return {};
    }
    std::pair<std::string, std::string> parameter{base::lower_ascii(trimmed(rest.substr(0, equals))), {}};
    rest.remove_prefix(equals + 1);
    rest = trimmed(rest);
    const bool quoted = !rest.empty() && rest.front() == '"';
    std::size_t at = quoted ? 1 : 0;
    for (; at < rest.size() && (quoted ? rest[at] != '"' : rest[at] != ';' && !is_blank(rest[at])); ++at) {
        at += quoted && rest[at] == '\\' && at + 1 < rest.size() ? 1 : 0;
        parameter.second += rest[at];
    }
    rest.remove_prefix(std::min(rest.find(';', std::min(at, rest.size())), rest.size()));
    rest.remove_prefix(rest.empty() ? 0 : 1);
    return parameter;
}

} // namespace

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && is_blank(text.front())) {
        text.remove_prefix(1);
    }
    while (!text.empty() && is_blank(text.back())) {
        text.remove_suffix(1);
    }
    return text;
}

std::string_view take_line(std::string_view& text) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (!line.empty() && line.back() == '\r') {
        line.remove_suffix(1);
    }
    return line;
}

MailFields::MailFields(std::string_view& text) {
    bool goes_on = false; // a folded line belongs to the last field
    while (!text.empty()) {
        const std::string_view line = take_line(text);
        if (line.empty()) {
            return;
        }
        const std::size_t colon = line.find(':');
        if (is_blank(line.front())) {
            if (goes_on && fields_.back().value.size() < longest_field) {
                fields_.back().value.append(" ").append(trimmed(line).substr(0, longest_field));
            }
        } else if (const auto name = trimmed(line.substr(0, std::min(colon, line.size())));
                   colon != std::string_view::npos && is_field_name(name) && fields_.size() < most_fields) {
            fields_.push_back({name, std::string(trimmed(line.substr(colon + 1)).substr(0, longest_field))});
            goes_on = true;
        } else {
            goes_on = false;
        }
    }
}

std::string_view MailFields::find(std::string_view name) const {
    const std::string wanted = base::lower_ascii(name);
    const auto found =
        std::ranges::find_if(fields_, [&](const Field& field) { return base::lower_ascii(field.name) == wanted; });
    return found == fields_.end() ? std::string_view() : trimmed(found->value);
}

ContentType::ContentType(std::string_view value) {
    const std::size_t end = std::min(value.find(';'), value.size());
    type = base::lower_ascii(trimmed(value.substr(0, end)));
    value.remove_prefix(std::min(end + 1, value.size()));
    while (!value.empty()) {
        const auto [name, text] = take_parameter(value);
        if (name == "boundary" && boundary.empty() && text.size() <= longest_boundary) {
            boundary = text;
        } else if (name == "report-type" && report_type.empty()) {
            report_type = base::lower_ascii(text);
        }
    }
}

namespace {

constexpr std::size_t most_parts = 16;      // a report has three
constexpr std::size_t most_recipients = 16; // a message of Loquet has one

/// The parts between the lines with `boundary` (RFC 2046, 5.1.1); each views into `body`.
std::vector<std::string_view> split(std::string_view body, const std::string& boundary) {
    const std::string between = "--" + boundary;
    std::vector<std::string_view> parts;
    const char* begin = nullptr; // of the part that is being read
    while (!body.empty() && parts.size() < most_parts) {
        const char* const line_begin = body.data();
        const std::string_view line = trimmed(take_line(body));
        const bool last = line == between + "--";
        if (!last && line != between) {
            continue;
        }
        if (begin != nullptr) {
            parts.emplace_back(begin, static_cast<std::size_t>(line_begin - begin));
        }
        if (last) {
            return parts;
        }
        begin = body.data();
    }
    if (begin != nullptr && parts.size() < most_parts) { // cut off on its way
        parts.emplace_back(begin, static_cast<std::size_t>(body.data() + body.size() - begin));
    }
    return parts;
}

/// RFC 3461, 4: "+XX" is the octet of that number.
std::string from_xtext(std::string_view text) {
    const auto digit = [](char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1; };
    std::string plain;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool escape =
            text[at] == '+' && at + 2 < text.size() && digit(text[at + 1]) >= 0 && digit(text[at + 2]) >= 0;
        plain += escape ? static_cast<char>(digit(text[at + 1]) * 16 + digit(text[at + 2])) : text[at];
        at += escape ? 2 : 0;
    }
    return plain;
}

/// Without the angle brackets; empty where it is none.
std::string reference_in(std::string_view text) {
    if (text.starts_with('<')) {
        text.remove_prefix(1);
    }
    const std::string_view reference = text.substr(0, text.find_first_of("@>"));
    return sdk::is_reference(reference) ? std::string(reference) : std::string();
}

std::optional<sdk::Receipt::Outcome> outcome_of(std::string_view action) {
    using Outcome = sdk::Receipt::Outcome;
    if (action == "failed") {
        return Outcome::failed;
    }
    if (action == "delivered") {
        return Outcome::delivered;
    }
    if (action == "delayed" || action == "relayed" || action == "expanded") { // it is no longer in our server's hands
        return Outcome::delayed;
    }
    return std::nullopt;
}

/// "failed 5.1.1: 550 5.1.1 no such mailbox"
std::string sentence(const MailFields& recipient, const std::string& action) {
    std::string_view diagnosis = recipient.find("Diagnostic-Code");
    diagnosis.remove_prefix(std::min(diagnosis.find(';') + 1, diagnosis.size())); // "smtp;"
    std::string said = action;
    for (const auto& [before, what] : {std::pair(" ", recipient.find("Status")), {": ", trimmed(diagnosis)}}) {
        said += what.empty() ? std::string() : std::string(before).append(what);
    }
    return said;
}

/// The first outcome in the fields of a message/delivery-status (RFC 3464, 2), and the reference where it names one.
std::optional<sdk::Receipt> read_status(std::string_view status) {
    while (status.starts_with('\r') || status.starts_with('\n')) {
        status.remove_prefix(1);
    }
    const MailFields message(status);
    sdk::Receipt receipt;
    receipt.reference = reference_in(from_xtext(message.find("Original-Envelope-Id")));
    for (std::size_t count = 0; count < most_recipients && !status.empty(); ++count) {
        const MailFields recipient(status);
        const std::string_view words = recipient.find("Action"); // "delivered (to mailbox)"
        const std::string action = base::lower_ascii(words.substr(0, words.find_first_of(" \t(")));
        if (const auto outcome = outcome_of(action)) {
            receipt.outcome = *outcome;
            receipt.said = sentence(recipient, action);
            return receipt;
        }
    }
    return std::nullopt;
}

} // namespace

std::optional<sdk::Receipt> read_report(std::string_view mail) {
    if (mail.size() > longest_report) {
        return std::nullopt;
    }
    const ContentType type(MailFields(mail).find("Content-Type"));
    if (type.type != "multipart/report" || type.boundary.empty()
        || (!type.report_type.empty() && type.report_type != "delivery-status")) {
        return std::nullopt;
    }
    std::optional<sdk::Receipt> receipt;
    std::string returned; // the reference among the returned headers
    for (std::string_view part : split(mail, type.boundary)) {
        const std::string kind = ContentType(MailFields(part).find("Content-Type")).type;
        if (kind == "message/delivery-status" && !receipt) {
            receipt = read_status(part);
        } else if ((kind == "message/rfc822" || kind == "text/rfc822-headers") && returned.empty()) {
            returned = reference_in(MailFields(part).find("Message-ID"));
        }
    }
    if (receipt && receipt->reference.empty()) {
        receipt->reference = returned;
    }
    return receipt && !receipt->reference.empty() ? receipt : std::nullopt;
}

} // namespace loquet::plugins_smtp
