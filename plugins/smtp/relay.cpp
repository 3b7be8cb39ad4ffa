// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/smtp/relay.h"

#include "lib/delivery/channel.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <iterator>

namespace loquet::plugins_smtp {

namespace {

constexpr loquet_option options_offered[] = {
    {"server", LOQUET_OPTION_TEXT, "\"localhost\"", "The mail server's name, which its certificate must have.", 0, 0},
    {"port", LOQUET_OPTION_INTEGER, "587", "Its TCP port: 587 with starttls, 465 with tls.", 1, 65535},
    {"security", LOQUET_OPTION_TEXT, "\"starttls\"", "starttls, tls, or none to send everything in the clear.", 0, 0},
    delivery::ca_file_option,
    {"user", LOQUET_OPTION_TEXT, "\"\"", "Who logs in; empty: nobody.", 0, 0},
    {"password_file", LOQUET_OPTION_TEXT, "\"\"", "A file of root with the password; empty: the unit's credential.", 0,
     0},
    {"from", LOQUET_OPTION_TEXT, "\"loquet@localhost\"", "The sender's address.", 0, 0},
    {"from_name", LOQUET_OPTION_TEXT, "\"\"", "The sender's name as people see it.", 0, 0},
    {"our_name", LOQUET_OPTION_TEXT, "\"\"",
     "What we call ourselves (EHLO); empty: the machine's name, with the domain of from where it has none.", 0, 0},
    {"dsn", LOQUET_OPTION_BOOLEAN, "false", "Name each message to the server for its reports (RFC 3461).", 0, 0},
    {"bounces", LOQUET_OPTION_TEXT, "\"\"", "Where mail to the sender arrives: a Maildir; empty: nowhere.", 0, 0},
    delivery::connections_option,
    delivery::connect_seconds_option,
    delivery::seconds_option,
};
constexpr loquet_manifest the_manifest{sizeof(loquet_manifest),
                                       "smtp",
                                       "1.0",
                                       "Sends messages by mail, through a server that is reached with TLS.",
                                       nullptr,
                                       options_offered,
                                       std::size(options_offered)};

/// Letters, digits, dots and hyphens, or an address between brackets: nothing that a URL could misread.
bool is_host_name(std::string_view value) {
    const bool brackets = value.size() > 2 && value.front() == '[' && value.back() == ']';
    const std::string_view inner = brackets ? value.substr(1, value.size() - 2) : value;
    return value.size() <= 253 && std::ranges::all_of(inner, [&](char c) {
               const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
               return letter || (c >= '0' && c <= '9') || c == '.' || (brackets ? c == ':' : c == '-');
           });
}

std::string host_name(const sdk::Options& options, const char* name) {
    const std::string value(options.text(name));
    if (!is_host_name(value)) {
        throw sdk::Refusal(std::string(name) + " must be a host's name, or an address between brackets");
    }
    return value;
}

Relay::Security security_of(const sdk::Options& options) {
    using Security = Relay::Security;
    return delivery::choice<Security>(
        options, "security", {{"starttls", Security::starttls}, {"tls", Security::tls}, {"none", Security::none}});
}

/// Empty where it has none, or one that is no host's name.
std::string machine_name() {
    std::array<char, HOST_NAME_MAX + 1> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 && is_host_name(name.data()) ? name.data() : "";
}

/// What many servers want (RFC 5321, 4.1.4): a name with a domain, or an address between brackets.
bool is_full(std::string_view name) {
    const std::size_t dot = name.find('.');
    return name.starts_with('[') || (dot != std::string_view::npos && dot > 0 && dot + 1 < name.size());
}

std::string url_of(const sdk::Options& options) {
    const std::string server = host_name(options, "server");
    if (server.empty()) {
        throw sdk::Refusal("server must not be empty");
    }
    const char* scheme = security_of(options) == Relay::Security::tls ? "smtps://" : "smtp://";
    const HelloName hello =
        hello_name(host_name(options, "our_name"), machine_name(), std::string(options.text("from")));
    return scheme + server + ":" + std::to_string(options.integer("port")) + "/" + hello.name;
}

std::string line(const sdk::Options& options, const char* name) {
    const std::string value(options.text(name));
    if (value.size() > 255 || delivery::has_control_character(value)) {
        throw sdk::Refusal(std::string(name) + " must be one line of at most 255 bytes without control characters");
    }
    return value;
}

std::string sender(const sdk::Options& options) {
    if (!sdk::is_mail_address(options.text("from"))) {
        throw sdk::Refusal("from must be a mail address");
    }
    return std::string(options.text("from"));
}

std::string bounces_of(const sdk::Options& options) {
    const std::string path(options.text("bounces"));
    if (!path.empty() && (path.front() != '/' || path.find('\0') != std::string::npos)) {
        throw sdk::Refusal("bounces must be an absolute path");
    }
    return path;
}

} // namespace

HelloName hello_name(const std::string& option, const std::string& machine, std::string_view from) {
    const std::string consequence =
        ", which many servers refuse (504 need fully-qualified hostname): set our_name to the full name of this "
        "machine, with its domain";
    if (!option.empty()) {
        return {option, is_full(option) ? "" : "our_name is \"" + option + "\", without a domain" + consequence};
    }
    if (is_full(machine)) {
        return {machine, {}};
    }
    const std::string own = machine.empty() ? "localhost" : machine;
    const std::string domain(from.substr(from.find('@') + 1));
    const std::string begin = "our_name is empty, and the name of this machine, \"" + own + "\", has no domain: ";
    if (is_full(domain)) {
        return {own + "." + domain, begin + "the server is told \"" + own + "." + domain
                                        + "\", with the domain of from; where that is not its full name, set our_name"};
    }
    return {own, begin + "the server is told that" + consequence};
}

const loquet_manifest& Relay::manifest() {
    return the_manifest;
}

Relay::Relay(const sdk::Options& options)
    : url(url_of(options)), security(security_of(options)),
      rules(delivery::transfer_rules(options, security == Security::tls ? "smtps" : "smtp")),
      connections(static_cast<long>(options.integer("connections"))), from(sender(options)),
      from_name(line(options, "from_name")), user(line(options, "user")), dsn(options.boolean("dsn")),
      doubt(hello_name(std::string(options.text("our_name")), machine_name(), from).doubt),
      bounces(bounces_of(options)), password(std::string(options.text("password_file"))) {
    if (!user.empty() && password.empty()) {
        throw sdk::Refusal(
            "user is set, and there is no password: name a password_file, or give the unit a credential");
    }
    if (!user.empty() && security == Security::none) {
        throw sdk::Refusal("a password is not sent in the clear: set security to starttls or tls, or leave user empty");
    }
}

} // namespace loquet::plugins_smtp
