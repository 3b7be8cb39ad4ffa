// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/model/outbox_entry.h"

namespace loquet::model {

std::string_view to_text(MessageState state) noexcept {
    switch (state) {
    case MessageState::queued:
        return "queued";
    case MessageState::sending:
        return "sending";
    case MessageState::sent:
        return "sent";
    case MessageState::deferred:
        return "deferred";
    case MessageState::refused:
        return "refused";
    case MessageState::expired:
        return "expired";
    }
    return "refused";
}

} // namespace loquet::model
