// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/sms_http/pattern.h"

#include <loquet/channel.hpp>

#include <array>

namespace loquet::plugins_sms_http {

void Pattern::Free::operator()(regex_t* compiled) const noexcept {
    ::regfree(compiled);
    std::default_delete<regex_t>()(compiled);
}

Pattern::Pattern(const char* option, const std::string& expression) {
    if (expression.empty()) {
        return;
    }
    auto compiled = std::make_unique<regex_t>();
    if (const int result = ::regcomp(compiled.get(), expression.c_str(), REG_EXTENDED); result != 0) {
        std::array<char, 128> why{};
        ::regerror(result, compiled.get(), why.data(), why.size());
        throw sdk::Refusal(std::string(option) + " is no regular expression: " + why.data());
    }
    compiled_.reset(compiled.release());
}

std::optional<std::string> Pattern::match(std::string_view text) const {
    if (!compiled_) {
        return std::nullopt;
    }
    std::array<regmatch_t, 2> groups{};
    groups[0].rm_so = 0; // REG_STARTEND: no NUL ends the text
    groups[0].rm_eo = static_cast<regoff_t>(text.size());
    const char* data = text.data() == nullptr ? "" : text.data();
    if (::regexec(compiled_.get(), data, groups.size(), groups.data(), REG_STARTEND) != 0) {
        return std::nullopt;
    }
    const regmatch_t& chosen = groups[1].rm_so >= 0 ? groups[1] : groups[0];
    return std::string(
        text.substr(static_cast<std::size_t>(chosen.rm_so), static_cast<std::size_t>(chosen.rm_eo - chosen.rm_so)));
}

} // namespace loquet::plugins_sms_http
