// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/delivery/channel.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>

namespace loquet::delivery {

namespace {

std::string written_time(std::int64_t milliseconds) {
    const auto seconds = static_cast<std::time_t>(milliseconds / 1000);
    std::tm utc{};
    ::gmtime_r(&seconds, &utc);
    std::array<char, 40> text{};
    return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc)};
}

} // namespace

TransferRules transfer_rules(const sdk::Options& options, std::string protocols) {
    std::string ca_file(options.text("ca_file"));
    if (!ca_file.empty() && (ca_file.front() != '/' || ::access(ca_file.c_str(), R_OK) != 0)) {
        throw sdk::Refusal("ca_file must be an absolute path of a file that can be read");
    }
    return {std::move(protocols), std::move(ca_file), std::chrono::seconds(options.integer("connect_seconds")),
            std::chrono::seconds(options.integer("seconds"))};
}

void refuse_word(const char* name, const std::vector<std::string_view>& known) {
    std::string sentence = std::string(name) + " must be ";
    for (std::size_t n = 0; n < known.size(); ++n) {
        sentence.append(n == 0 ? "" : n + 1 == known.size() ? " or " : ", ").append(known[n]);
    }
    throw sdk::Refusal(sentence);
}

bool has_control_character(std::string_view text, std::string_view permitted) {
    return std::ranges::any_of(text, [&](char c) {
        return ((c >= 0 && c < ' ') || c == '\x7f') && permitted.find(c) == std::string_view::npos;
    });
}

std::string message_head(const sdk::Delivery& delivery) {
    std::string head;
    const auto line = [&](const char* name, std::string_view value) {
        if (!value.empty()) {
            head.append(name).append(": ").append(value).append("\n");
        }
    };
    line("Reference", delivery.reference());
    line("To", delivery.destination());
    line("Subject", delivery.subject());
    line("Locale", delivery.locale());
    line("Attempt", std::to_string(delivery.attempt()));
    line("Date", written_time(delivery.now()));
    line("Expires", written_time(delivery.expires()));
    return head.append("\n");
}

} // namespace loquet::delivery
