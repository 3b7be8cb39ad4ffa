// SPDX-License-Identifier: LGPL-2.1-or-later
// An administrator's regular expression over what a gateway answered. The C library's (POSIX, extended): unlike
// std::regex it does not recurse over its input, which an outsider wrote. One thread.
#pragma once

#include <regex.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace loquet::plugins_sms_http {

class Pattern {
public:
    /// Throws sdk::Refusal that names `option`. An empty expression is no pattern.
    Pattern(const char* option, const std::string& expression);

    [[nodiscard]] bool empty() const { return !compiled_; }
    [[nodiscard]] bool found_in(std::string_view text) const { return match(text).has_value(); }
    /// What its first group (...) matched, or all of it where it has none.
    [[nodiscard]] std::optional<std::string> match(std::string_view text) const;

private:
    struct Free {
        void operator()(regex_t* compiled) const noexcept;
    };
    std::unique_ptr<regex_t, Free> compiled_;
};

} // namespace loquet::plugins_sms_http
