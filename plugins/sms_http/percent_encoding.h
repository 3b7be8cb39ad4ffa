// SPDX-License-Identifier: LGPL-2.1-or-later
// A value as a part of a URL. Pure.
#pragma once

#include <string>
#include <string_view>

namespace loquet::plugins_sms_http {

/// Appends `value`, of which all but the unreserved characters of RFC 3986, 2.3, are written as "%XX".
void percent_encode(std::string& out, std::string_view value);

} // namespace loquet::plugins_sms_http
