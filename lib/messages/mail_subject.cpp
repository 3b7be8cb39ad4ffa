// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/messages/mail_subject.h"

#include "lib/base/limits.h"
#include "lib/base/text.h"

namespace loquet::messages {

namespace {
constexpr std::string_view general_subject = "mail.subject";
}

std::string mail_subject(const Catalogue& texts, std::string_view locale, std::string_view text) {
    const std::string own = std::string(text) + "_subject";
    return base::printable(texts.render(locale, texts.has(own) ? std::string_view(own) : general_subject),
                           limits::delivery_subject_bytes);
}

} // namespace loquet::messages
