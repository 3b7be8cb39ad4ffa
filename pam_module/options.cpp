// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pam_module/options.h"

#include "lib/base/text.h"

#include <array>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

namespace loquet::pam {

namespace {

constexpr std::array<std::pair<std::string_view, bool Options::*>, 5> switches{{
    {"try_first_pass", &Options::try_first_pass},
    {"use_first_pass", &Options::use_first_pass},
    {"use_authtok", &Options::use_authtok},
    {"quiet", &Options::quiet},
    {"debug", &Options::debug},
}};

bool set_switch(Options& options, std::string_view word) {
    for (const auto& [name, member] : switches) {
        if (word == name) {
            options.*member = true;
            return true;
        }
    }
    return false;
}

bool set_self_service(Options& options, std::string_view value) {
    options.self_service = value == "yes";
    return value == "yes" || value == "no";
}

bool set_timeout(Options& options, std::string_view value) {
    int seconds = 0;
    const auto [aborted, error] = std::from_chars(value.begin(), value.end(), seconds);
    const base::Milliseconds timeout = std::chrono::seconds(seconds);
    if (error != std::errc() || aborted != value.end() || timeout < Options::shortest_timeout
        || timeout > Options::longest_timeout) {
        return false;
    }
    options.timeout = timeout;
    return true;
}

std::optional<std::string_view> value_of(std::string_view word, std::string_view name) {
    if (word.starts_with(name)) {
        return word.substr(name.size());
    }
    return std::nullopt;
}

bool understood(Options& options, std::string_view word) {
    if (const auto value = value_of(word, "self_service=")) {
        return set_self_service(options, *value);
    }
    if (const auto value = value_of(word, "timeout=")) {
        return set_timeout(options, *value);
    }
    return set_switch(options, word);
}

} // namespace

Options parse_options(std::span<const char* const> words) {
    Options options;
    for (const char* word : words) {
        if (!understood(options, word)) {
            options.complaints.push_back("the option '" + base::printable(word, 64)
                                         + "' is ignored; pam_loquet(8) lists those there are");
        }
    }
    return options;
}

} // namespace loquet::pam
