// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/sms_http/report_url.h"

#include "plugins/sms_http/percent_encoding.h"

#include <loquet/channel.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace loquet::plugins_sms_http {

ReportUrl::ReportUrl(std::string_view text) {
    constexpr std::array<std::pair<std::string_view, Source>, 3> variables{
        {{"{gateway_reference}", Source::gateway_reference},
         {"{reference}", Source::reference},
         {"{secret}", Source::secret}}};
    const bool is_url = !text.empty();
    while (!text.empty()) {
        const std::size_t brace = std::min(text.find_first_of("{}"), text.size());
        if (brace > 0) {
            pieces_.push_back({Source::constant, std::string(text.substr(0, brace))});
            text.remove_prefix(brace);
            continue;
        }
        const auto variable =
            std::ranges::find_if(variables, [&](const auto& entry) { return text.starts_with(entry.first); });
        if (variable == variables.end()) {
            throw sdk::Refusal("report_url: the variables are {gateway_reference}, {reference} and {secret}");
        }
        pieces_.push_back({variable->second, {}});
        text.remove_prefix(variable->first.size());
    }
    if (is_url && !has(Source::gateway_reference) && !has(Source::reference)) {
        throw sdk::Refusal("report_url must say which message it is about: {gateway_reference} or {reference}");
    }
}

bool ReportUrl::has(Source source) const {
    return std::ranges::find(pieces_, source, &Piece::source) != pieces_.end();
}

bool ReportUrl::can_name(const Values& values) const {
    return !values.gateway_reference.empty() || !has(Source::gateway_reference);
}

std::string ReportUrl::write(const Values& values) const {
    std::string out;
    out.reserve(8192); // it does not move, and leaves no copy behind
    for (const Piece& piece : pieces_) {
        switch (piece.source) {
        case Source::constant:
            out += piece.constant;
            break;
        case Source::gateway_reference:
            percent_encode(out, values.gateway_reference);
            break;
        case Source::reference:
            percent_encode(out, values.reference);
            break;
        case Source::secret:
            percent_encode(out, values.secret);
            break;
        }
    }
    return out;
}

} // namespace loquet::plugins_sms_http
