// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/smtp/report.h"

#include "plugins/smtp/mail_fields.h"

#include <algorithm>
#include <vector>

namespace loquet::plugins_smtp {

namespace {

constexpr std::size_t most_parts = 16;      // a report has three
constexpr std::size_t most_recipients = 16; // a message of ours has one

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
        const std::string action = lower_case(words.substr(0, words.find_first_of(" \t(")));
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
