// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/smtp/bounce_mailbox.h"

#include "plugins/smtp/maildir.h"
#include "plugins/smtp/mbox.h"

#include <sys/stat.h>

namespace loquet::plugins_smtp {

std::unique_ptr<BounceMailbox> open_bounce_mailbox(const std::string& path) {
    struct stat found{};
    if (::stat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode)) {
        return std::make_unique<Maildir>(path);
    }
    return std::make_unique<Mbox>(path);
}

} // namespace loquet::plugins_smtp
