// SPDX-License-Identifier: LGPL-2.1-or-later
// What somebody wants to have sent. Plain value.
#pragma once

#include "daemon/model/ids.h"
#include "daemon/model/outbox_entry.h"
#include "lib/base/clock.h"

#include <string>
#include <vector>

namespace loquet::outbox {

struct SendRequest {
    model::Medium medium = model::Medium::mail;
    model::Uid account;
    /// Where to: empty is the account's own address of that medium, as it stands when the message is written down.
    std::string destination;
    std::string text; ///< id in the message catalogues
    std::vector<model::MessageContent::Variable> variables;
    std::string locale;  ///< empty: English
    std::string step;    ///< that asks for it
    bool code = false;   ///< it carries a code: a newer generation of the account voids it, and its use is counted
    bool proven = false; ///< a factor was right in this dialog
    model::Digest place; ///< where it is asked for (DigestKind::place)
    base::Milliseconds lifetime{0}; ///< limits::shortest_message_life to longest_message_life; else an Error (invalid)
};

} // namespace loquet::outbox
