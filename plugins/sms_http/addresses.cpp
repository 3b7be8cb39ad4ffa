// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/sms_http/addresses.h"

#include <netinet/in.h>

#include <cstdint>
#include <cstring>

namespace loquet::plugins_sms_http {

namespace {

bool is_near_v4(std::uint32_t address) {
    const std::uint32_t first = address >> 24U;
    return first == 0 || first == 127 || first >= 224 || address >> 16U == 0xA9FEU;
}

} // namespace

bool is_near(const sockaddr& address) {
    if (address.sa_family == AF_INET) {
        sockaddr_in v4{};
        std::memcpy(&v4, &address, sizeof v4);
        return is_near_v4(ntohl(v4.sin_addr.s_addr));
    }
    if (address.sa_family != AF_INET6) {
        return true;
    }
    sockaddr_in6 v6{};
    std::memcpy(&v6, &address, sizeof v6);
    const in6_addr& ip = v6.sin6_addr;
    if (IN6_IS_ADDR_V4MAPPED(&ip) || IN6_IS_ADDR_V4COMPAT(&ip)) { // ::1 and :: are of the second form
        std::uint32_t inner = 0;
        std::memcpy(&inner, &ip.s6_addr[12], sizeof inner);
        return is_near_v4(ntohl(inner));
    }
    return IN6_IS_ADDR_LOOPBACK(&ip) || IN6_IS_ADDR_UNSPECIFIED(&ip) || IN6_IS_ADDR_LINKLOCAL(&ip)
           || IN6_IS_ADDR_MULTICAST(&ip);
}

} // namespace loquet::plugins_sms_http
