// SPDX-License-Identifier: LGPL-2.1-or-later
// Where a gateway is asked what became of a message: a URL in which {gateway_reference} (the gateway's name for it),
// {reference} (ours) and {secret} stand for what they say, in its path or its query. Each is written so that it can be
// nothing but a value. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace loquet::plugins_sms_http {

class ReportUrl {
public:
    /// Of one message; lent.
    struct Values {
        std::string_view gateway_reference;
        std::string_view reference;
        std::string_view secret;
    };

    /// An empty text is no URL: nobody is asked. Throws sdk::Refusal for a variable that there is not, and where none
    /// says which message is meant.
    explicit ReportUrl(std::string_view text);

    [[nodiscard]] bool empty() const { return pieces_.empty(); }
    /// False where there is nothing to ask by: the gateway gave the message no name, and is asked by that.
    [[nodiscard]] bool can_name(const Values& values) const;
    /// A secret, where {secret} is in it.
    [[nodiscard]] std::string write(const Values& values) const;

private:
    enum class Source { constant, gateway_reference, reference, secret };
    struct Piece {
        Source source;
        std::string constant;
    };
    [[nodiscard]] bool has(Source source) const;

    std::vector<Piece> pieces_;
};

} // namespace loquet::plugins_sms_http
