// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/bench/messages/listener.h"

#include <cstdlib>

namespace loquet::bench {

namespace {

constexpr std::string_view line_end = "\r\n";
constexpr std::string_view head_end = "\r\n\r\n";

class SmtpListener final : public Listener {
public:
    [[nodiscard]] std::string_view greeting() const override { return "220 sink ESMTP\r\n"; }

    [[nodiscard]] Reply hear(std::string_view bytes) override {
        heard_ += bytes;
        Reply reply;
        while (in_data_ ? take_data(reply) : take_line(reply)) {
        }
        return reply;
    }

private:
    bool take_data(Reply& reply) {
        constexpr std::string_view end = "\r\n.\r\n";
        const std::size_t at = heard_.find(end);
        if (at == std::string::npos) {
            return false;
        }
        heard_.erase(0, at + end.size());
        in_data_ = false;
        ++reply.messages;
        reply.said += "250 2.0.0 taken\r\n";
        return true;
    }

    bool take_line(Reply& reply) {
        const std::size_t at = heard_.find(line_end);
        if (at == std::string::npos) {
            return false;
        }
        const std::string command = heard_.substr(0, 4);
        heard_.erase(0, at + line_end.size());
        if (command == "EHLO") {
            reply.said += "250-sink\r\n250-8BITMIME\r\n250 SIZE 10240000\r\n";
        } else if (command == "DATA") {
            in_data_ = true;
            reply.said += "354 go on\r\n";
        } else if (command == "QUIT") {
            reply.end = true;
            reply.said += "221 bye\r\n";
        } else {
            reply.said += "250 2.1.0 yes\r\n";
        }
        return true;
    }

    std::string heard_;
    bool in_data_ = false;
};

class HttpListener final : public Listener {
public:
    [[nodiscard]] Reply hear(std::string_view bytes) override {
        heard_ += bytes;
        Reply reply;
        while (take_request(reply)) {
        }
        return reply;
    }

private:
    bool take_request(Reply& reply) {
        const std::size_t head = heard_.find(head_end);
        if (head == std::string::npos || heard_.size() < head + head_end.size() + body_bytes(head)) {
            return false;
        }
        heard_.erase(0, head + head_end.size() + body_bytes(head));
        ++reply.messages;
        reply.said += "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK";
        return true;
    }

    [[nodiscard]] std::size_t body_bytes(std::size_t head) const {
        constexpr std::string_view field = "\r\nContent-Length: "; // as libcurl writes it
        const std::size_t at = heard_.find(field);
        return at < head ? std::strtoul(heard_.c_str() + at + field.size(), nullptr, 10) : 0;
    }

    std::string heard_;
};

} // namespace

std::unique_ptr<Listener> listen_to_smtp() {
    return std::make_unique<SmtpListener>();
}

std::unique_ptr<Listener> listen_to_http() {
    return std::make_unique<HttpListener>();
}

} // namespace loquet::bench
