// SPDX-License-Identifier: LGPL-2.1-or-later
// A text as the body of a mail: RFC 2045, 6.7. A pure function.
#pragma once

#include <string>
#include <string_view>

namespace loquet::plugins_smtp {

/// Appends `text`, whose lines end in \n, to `out`: lines of at most 76 characters that end in CR LF, printable ASCII
/// alone. No line begins with a dot or with "From ", so that nothing on the way has a reason to change one. Every other
/// control character becomes "=XX".
void append_quoted_printable(std::string& out, std::string_view text);

} // namespace loquet::plugins_smtp
