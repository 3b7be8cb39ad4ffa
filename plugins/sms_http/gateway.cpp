// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/sms_http/gateway.h"

#include "lib/delivery/channel.h"

#include <loquet/channel.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <utility>

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

PhoneRanges::PhoneRanges(std::vector<std::string> ranges) : ranges_(std::move(ranges)) {
    for (const std::string& range : ranges_) {
        const std::size_t fixed = std::min(range.find('x'), range.size());
        const bool sound =
            fixed >= 2 && range.size() <= 16 && range[0] == '+' && range[1] != '0'
            && range.find_first_not_of("0123456789", 1) == (fixed == range.size() ? std::string::npos : fixed)
            && range.find_first_not_of('x', fixed) == std::string::npos;
        if (!sound) {
            throw sdk::Refusal("ranges: " + range + " is not of the form +336xxxxxxxx or +336");
        }
    }
}

bool PhoneRanges::hold(std::string_view number) const {
    return sdk::is_phone_number(number) && std::ranges::any_of(ranges_, [&](std::string_view range) {
               const std::size_t fixed = std::min(range.find('x'), range.size());
               return number.starts_with(range.substr(0, fixed))
                      && (fixed == range.size() || number.size() == range.size());
           });
}

namespace {

constexpr loquet_option options_offered[] = {
    {"url", LOQUET_OPTION_TEXT, "\"https://gateway.invalid/send\"", "Where requests go.", 0, 0},
    {"notation", LOQUET_OPTION_TEXT, "\"form\"", "query (GET), form, json or xml (POST).", 0, 0},
    {"fields", LOQUET_OPTION_TEXT_LIST, "[\"to={number}\", \"text={text}\"]", "What a request says, name=value.", 0, 0},
    {"headers", LOQUET_OPTION_TEXT_LIST, "[]", "Further headers of HTTP; {secret} in one stands for the secret.", 0, 0},
    {"user", LOQUET_OPTION_TEXT, "\"\"", "Who logs in with the secret (basic); empty: nobody.", 0, 0},
    {"secret_file", LOQUET_OPTION_TEXT, "\"\"", "A file of root with the secret; empty: the unit's credential.", 0, 0},
    {"success_status", LOQUET_OPTION_TEXT_LIST, "[\"200\", \"201\", \"202\"]", "What HTTP says of a message taken.", 0,
     0},
    {"success", LOQUET_OPTION_TEXT, "\"\"", "What the answer to a message taken must match; empty: anything.", 0, 0},
    {"failure", LOQUET_OPTION_TEXT, "\"\"", "What an answer that refuses the message matches.", 0, 0},
    {"later", LOQUET_OPTION_TEXT, "\"\"", "What an answer that wants to be asked again matches.", 0, 0},
    {"reference", LOQUET_OPTION_TEXT, "\"\"", "What matches the gateway's name for the message, in (...).", 0, 0},
    {"report_url", LOQUET_OPTION_TEXT, "\"\"",
     "Where a message's fate is asked, with {gateway_reference}; empty: nowhere.", 0, 0},
    {"report_delivered", LOQUET_OPTION_TEXT, "\"\"", "What the answer for a message that arrived matches.", 0, 0},
    {"report_failed", LOQUET_OPTION_TEXT, "\"\"", "What the answer for one that never will matches.", 0, 0},
    {"ranges", LOQUET_OPTION_TEXT_LIST,
     "[\"+336xxxxxxxx\", \"+337xxxxxxxx\", \"+262639xxxxxx\", \"+26269xxxxxxx\", \"+59069xxxxxxx\", \"+59469xxxxxxx\", "
     "\"+59669xxxxxxx\"]",
     "The numbers that may be sent to; an x is a digit.", 0, 0},
    {"unicode", LOQUET_OPTION_TEXT, "\"transliterate\"", "send, transliterate or refuse what GSM's alphabet lacks.", 0,
     0},
    {"most_segments", LOQUET_OPTION_INTEGER, "3", "The most parts that one message may be billed as.", 1, 10},
    {"plain_http", LOQUET_OPTION_BOOLEAN, "false", "Permit a url without TLS.", 0, 0},
    {"near_addresses", LOQUET_OPTION_BOOLEAN, "false", "Permit a gateway on this machine or on its link.", 0, 0},
    delivery::ca_file_option,
    delivery::connections_option,
    delivery::connect_seconds_option,
    delivery::seconds_option,
};
constexpr loquet_manifest the_manifest{sizeof(loquet_manifest),
                                       "sms_http",
                                       "1.0",
                                       "Sends short messages through a gateway's HTTP interface.",
                                       nullptr,
                                       options_offered,
                                       std::size(options_offered)};

using CurlUrl = base::Handle<CURLU, curl_url_cleanup>;

bool has_part(const CurlUrl& url, CURLUPart part) {
    char* text = nullptr;
    const bool there = curl_url_get(url.get(), part, &text, 0) == CURLUE_OK;
    curl_free(text);
    return there;
}

std::string protocols_of(const sdk::Options& options) {
    return options.boolean("plain_http") ? "https,http" : "https";
}

void check_url(const sdk::Options& options, const std::string& name, const std::string& text) {
    const bool https = text.starts_with("https://");
    if (!https && !(options.boolean("plain_http") && text.starts_with("http://"))) {
        throw sdk::Refusal(name + " must begin with https:// (or with http://, where plain_http is true)");
    }
    const CurlUrl url(curl_url());
    const bool sound = std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; })
                       && curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) == CURLUE_OK
                       && has_part(url, CURLUPART_HOST) && !has_part(url, CURLUPART_USER)
                       && !has_part(url, CURLUPART_PASSWORD) && !has_part(url, CURLUPART_FRAGMENT);
    if (!sound) {
        throw sdk::Refusal(name + " must be a URL in ASCII, without a user, a password and a fragment");
    }
}

std::string url_of(const sdk::Options& options) {
    std::string text(options.text("url"));
    check_url(options, "url", text);
    return text;
}

/// A variable in the name of the host would let a gateway choose who is asked.
ReportUrl report_url_of(const sdk::Options& options) {
    const std::string_view text = options.text("report_url");
    ReportUrl url(text);
    if (!url.empty()) {
        check_url(options, "report_url", url.write({"x", "x", "x"}));
        const std::size_t host_end = text.find_first_of("/?", text.find("://") + 3);
        if (text.find('{') < host_end) {
            throw sdk::Refusal("report_url: a variable may stand behind the host's name only");
        }
    }
    return url;
}

RequestForm::Notation notation_of(const sdk::Options& options) {
    using Notation = RequestForm::Notation;
    return delivery::choice<Notation>(
        options, "notation",
        {{"query", Notation::query}, {"form", Notation::form}, {"json", Notation::json}, {"xml", Notation::xml}});
}

Gateway::Unicode unicode_of(const sdk::Options& options) {
    using Unicode = Gateway::Unicode;
    return delivery::choice<Unicode>(
        options, "unicode",
        {{"send", Unicode::send}, {"transliterate", Unicode::transliterate}, {"refuse", Unicode::refuse}});
}

/// libcurl would put a line end on the wire, and with it a header of somebody else's.
void check_header(const std::string& line) {
    const std::size_t colon = line.find(": ");
    const bool sound = colon != std::string::npos && colon > 0 && line.size() <= 2048
                       && std::all_of(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(colon),
                                      [](char c) {
                                          return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z')
                                                 || (c >= 'A' && c <= 'Z') || c == '-';
                                      })
                       && std::ranges::all_of(line, [](char c) { return c >= ' ' && c <= '~'; });
    if (!sound) {
        throw sdk::Refusal("headers: each must be of the form Name: value, in ASCII");
    }
}

delivery::CurlList headers_of(const sdk::Options& options, const char* content_type, const std::string& secret) {
    constexpr std::string_view variable = "{secret}";
    delivery::CurlList list;
    for (std::string line : options.list("headers")) {
        check_header(line);
        if (const std::size_t at = line.find(variable); at != std::string::npos) {
            line.reserve(line.size() + secret.size());
            line.replace(at, variable.size(), secret); // GatewaySecret holds no control character
        }
        delivery::append(list, line);
        sdk::wipe(line);
    }
    if (*content_type != '\0') {
        delivery::append(list, std::string("Content-Type: ") + content_type);
    }
    delivery::append(list, "Expect:"); // a request is short: nobody is asked first whether it may come
    return list;
}

std::vector<long> statuses(const sdk::Options& options) {
    std::vector<long> all;
    for (const std::string& text : options.list("success_status")) {
        long status = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), status);
        if (error != std::errc() || end != text.data() + text.size() || status < 200 || status > 299) {
            throw sdk::Refusal("success_status: " + text + " is not between 200 and 299");
        }
        all.push_back(status);
    }
    return all;
}

Pattern pattern(const sdk::Options& options, const char* name) {
    return {name, std::string(options.text(name))};
}

} // namespace

const loquet_manifest& Gateway::manifest() {
    return the_manifest;
}

Gateway::Gateway(const sdk::Options& options)
    : secret(std::string(options.text("secret_file"))), url(url_of(options)),
      form(notation_of(options), options.list("fields")), user(options.text("user")),
      headers(headers_of(options, form.content_type(), secret.text())), success_status(statuses(options)),
      success(pattern(options, "success")), failure(pattern(options, "failure")), later(pattern(options, "later")),
      reference(pattern(options, "reference")), report_url(report_url_of(options)),
      report_headers(headers_of(options, "", secret.text())), report_delivered(pattern(options, "report_delivered")),
      report_failed(pattern(options, "report_failed")), ranges(options.list("ranges")), unicode(unicode_of(options)),
      most_segments(static_cast<unsigned>(options.integer("most_segments"))),
      near_addresses(options.boolean("near_addresses")), connections(static_cast<long>(options.integer("connections"))),
      rules(delivery::transfer_rules(options, protocols_of(options))) {
    if (!user.empty() && secret.empty()) {
        throw sdk::Refusal("user is set, and there is no secret: name a secret_file, or give the unit a credential");
    }
    if (!report_url.empty() && report_delivered.empty() && report_failed.empty()) {
        throw sdk::Refusal(
            "report_url is set, and neither report_delivered nor report_failed says what an answer means");
    }
}

} // namespace loquet::plugins_sms_http
