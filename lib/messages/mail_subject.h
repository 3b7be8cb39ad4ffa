// SPDX-License-Identifier: LGPL-2.1-or-later
// The subject of a mail whose text is in the catalogues. Pure, apart from the catalogue it reads.
#pragma once

#include "lib/messages/catalogue.h"

#include <string>
#include <string_view>

namespace loquet::messages {

/// That of "<text>_subject", or of "mail.subject" where the catalogue has none of its own. One printable line, at most
/// limits::delivery_subject_bytes; it has no variables, so that no code is ever in it.
[[nodiscard]] std::string mail_subject(const Catalogue& texts, std::string_view locale, std::string_view text);

} // namespace loquet::messages
