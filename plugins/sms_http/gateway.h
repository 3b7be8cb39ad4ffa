// SPDX-License-Identifier: LGPL-2.1-or-later
// The gateway that takes our short messages, as the options describe it. Plain values, checked once. One thread.
#pragma once

#include "lib/delivery/gateway.h"
#include "lib/delivery/transfer.h"
#include "plugins/sms_http/request_form.h"

#include <loquet/channel.hpp>
#include <regex.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace loquet::plugins_sms_http {

/// An administrator's regular expression over what a gateway answered. The C library's (POSIX, extended): unlike
/// std::regex it does not recurse over its input, which an outsider wrote.
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

/// The numbers that may be sent to: a list of ranges, so that nobody can have messages sent to numbers that earn money.
class PhoneRanges {
public:
    /// Each "+336xxxxxxxx" (this beginning, and as many digits as there are x) or "+49151" (this beginning). Throws
    /// sdk::Refusal.
    explicit PhoneRanges(std::vector<std::string> ranges);

    /// `number` is in E.164 (sdk::is_phone_number) and in one of the ranges.
    [[nodiscard]] bool hold(std::string_view number) const;

private:
    std::vector<std::string> ranges_;
};

struct Gateway {
    enum class Unicode {
        send,          ///< what the alphabet of 7 bits lacks makes a message of 70 characters
        transliterate, ///< what has a neighbour in that alphabet is replaced by it, where that makes all of it fit
        refuse
    };

    /// Throws sdk::Refusal.
    explicit Gateway(const sdk::Options& options);

    [[nodiscard]] static const loquet_manifest& manifest();

    delivery::GatewaySecret secret;
    std::string url;
    RequestForm form;
    std::string user;           ///< of HTTP's basic authentication, whose password is the secret; empty: none
    delivery::CurlList headers; ///< a secret may be among them
    std::vector<long> success_status;
    Pattern success;
    Pattern failure;
    Pattern later;
    Pattern reference;
    ReportUrl report_url;              ///< empty: it is not asked what became of a message
    delivery::CurlList report_headers; ///< a secret may be among them
    Pattern report_delivered;
    Pattern report_failed;
    PhoneRanges ranges;
    Unicode unicode;
    unsigned most_segments;
    bool near_addresses; ///< loopback and link-local, too
    long connections;
    delivery::TransferRules rules;
};

} // namespace loquet::plugins_sms_http
