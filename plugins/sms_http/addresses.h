// SPDX-License-Identifier: LGPL-2.1-or-later
// Where a gateway is not: on this machine or on its link, where a name that was bent could reach a service that trusts
// whoever is near. A pure function.
#pragma once

#include <sys/socket.h>

namespace loquet::plugins_sms_http {

/// Loopback, link-local, unspecified and multicast, of IPv4, IPv6 and IPv4 within IPv6; and whatever is neither.
[[nodiscard]] bool is_near(const sockaddr& address);

} // namespace loquet::plugins_sms_http
