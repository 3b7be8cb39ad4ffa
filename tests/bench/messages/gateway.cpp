// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/bench/messages/gateway.h"

#include "plugins/smtp/mime.h"

#include <cstdio>
#include <fstream>
#include <stdexcept>

namespace loquet::bench {

namespace {

constexpr int connections = 8; // what the channels have unless their options say otherwise

std::string mail() {
    constexpr std::int64_t written = 1'795'420'692'000;
    return plugins_smtp::compose({.from = "loquet@bench.invalid",
                                  .from_name = "",
                                  .to = "person@bench.invalid",
                                  .subject = subject_sent,
                                  .text = text_sent,
                                  .reference = "0123456789abcdef0123456789abcdef",
                                  .locale = "",
                                  .written = written});
}

std::string form() {
    std::string text;
    for (const char c : text_sent) {
        char coded[4] = {c, '\0', '\0', '\0'};
        if (c == ' ' || c == ':' || c == ',') {
            std::snprintf(coded, sizeof coded, "%%%02X", static_cast<unsigned>(c));
        }
        text += coded;
    }
    return "to=%2B33612345678&text=" + text;
}

} // namespace

Gateway Gateway::named(std::string_view channel) {
    if (channel != "smtp" && channel != "sms_http") {
        throw std::invalid_argument("the channels are smtp and sms_http");
    }
    return {std::string(channel), channel == "smtp" ? Speech::smtp : Speech::http};
}

std::string Gateway::what() const {
    return speech == Speech::smtp ? "mails" : "text messages";
}

void Gateway::write_options(const std::string& file, std::uint16_t port) const {
    std::ofstream options(file);
    if (speech == Speech::smtp) {
        options << "server = \"127.0.0.1\"\nport = " << port << "\nsecurity = \"none\"\n";
    } else {
        options << "url = \"http://127.0.0.1:" << port << "/send\"\nplain_http = true\nnear_addresses = true\n";
    }
    if (!options.flush()) {
        throw std::runtime_error("cannot write " + file);
    }
}

Sending Gateway::sending(std::uint16_t port) const {
    return {speech, port, speech == Speech::smtp ? mail() : form(), connections};
}

std::string Gateway::destination(std::uint32_t number) const {
    char telephone[16];
    std::snprintf(telephone, sizeof telephone, "+336%08u", number);
    return speech == Speech::smtp ? "person" + std::to_string(number) + "@bench.invalid" : telephone;
}

} // namespace loquet::bench
