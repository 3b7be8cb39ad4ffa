// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/conversation/place.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

namespace loquet::conversation {

namespace {

constexpr const char* this_machine = "127.0.0.1";
constexpr std::size_t bytes_of_a_network = 8; // of IPv6: a /64

std::string text_of(const in_addr& address) {
    std::array<char, INET_ADDRSTRLEN> text{};
    return ::inet_ntop(AF_INET, &address, text.data(), text.size()) == nullptr ? "" : text.data();
}

std::string place_of(const in_addr& address) {
    constexpr std::uint32_t loopback = 127;
    return ::ntohl(address.s_addr) >> 24U == loopback ? this_machine : text_of(address);
}

/// `zone`: the interface of a link-local address.
std::string place_of(const in6_addr& address, std::string_view zone) {
    if (IN6_IS_ADDR_LOOPBACK(&address)) {
        return this_machine;
    }
    if (IN6_IS_ADDR_V4MAPPED(&address)) {
        in_addr inner{};
        std::memcpy(&inner, &address.s6_addr[sizeof address - sizeof inner], sizeof inner);
        return place_of(inner);
    }
    in6_addr network{};
    std::memcpy(&network, &address, bytes_of_a_network);
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (::inet_ntop(AF_INET6, &network, text.data(), text.size()) == nullptr) {
        return {};
    }
    return std::string(text.data()) + "/64" + std::string(zone);
}

std::string name_place(std::string name) {
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    while (!name.empty() && name.back() == '.') {
        name.pop_back();
    }
    const bool is_this_machine = name == "localhost" || name == "localhost.localdomain" || name == "ip6-localhost";
    return is_this_machine ? this_machine : name;
}

} // namespace

std::string host_place(std::string_view host) {
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
        host = host.substr(1, host.size() - 2);
    }
    const std::size_t percent = host.find('%');
    const std::string_view zone = percent == std::string_view::npos ? std::string_view() : host.substr(percent);
    const std::string address(host.substr(0, percent));
    in_addr four{};
    in6_addr six{};
    if (::inet_pton(AF_INET, address.c_str(), &four) == 1) {
        return place_of(four);
    }
    if (::inet_pton(AF_INET6, address.c_str(), &six) == 1) {
        return place_of(six, IN6_IS_ADDR_LINKLOCAL(&six) ? zone : std::string_view());
    }
    return name_place(std::string(host));
}

std::optional<std::string> terminal_place(std::string_view tty) {
    constexpr std::string_view devices = "/dev/";
    if (tty.substr(0, devices.size()) == devices) {
        tty.remove_prefix(devices.size());
    }
    const auto begins_with = [&](std::string_view start) { return tty.substr(0, start.size()) == start; };
    // The terminals of old: /dev/ttyp0 to /dev/ttyef, and /dev/pty..
    const bool old_pseudo = begins_with("pty")
                            || (begins_with("tty") && tty.size() == 5
                                && std::string_view("pqrstuvwxyzabcde").find(tty[3]) != std::string_view::npos);
    const std::size_t colon = tty.find(':');
    const bool elsewhere = colon != std::string_view::npos && colon != 0;
    if (tty.empty() || tty == "tty" || tty == "ssh" || begins_with("pts/") || tty == "ptmx" || old_pseudo
        || elsewhere) {
        return std::nullopt;
    }
    return std::string(tty);
}

} // namespace loquet::conversation
