// SPDX-License-Identifier: LGPL-2.1-or-later
// A message on its way to a person: what the outbox keeps of it. Plain values; times are of the daemon's steady clock
// (steady_time.h).
#pragma once

#include "daemon/model/ids.h"
#include "lib/base/clock.h"
#include "lib/base/secret.h"
#include "lib/protocol/values.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace loquet::model {

using protocol::Medium;

enum class MessageState : std::uint8_t {
    queued = 1,   ///< nobody was asked yet
    sending = 2,  ///< handed to a channel, which has not said what became of it
    sent = 3,     ///< a gateway said yes; final, unless it turns out to have bounced
    deferred = 4, ///< to be tried again at `next`
    refused = 5,  ///< by us, or by a gateway for good; `why` says which; final
    expired = 6,  ///< what it carries is of no more use; final
};
[[nodiscard]] std::string_view to_text(MessageState state) noexcept;
[[nodiscard]] constexpr bool is_final(MessageState state) noexcept {
    return state == MessageState::sent || state == MessageState::refused || state == MessageState::expired;
}

/// What is handed to a channel, as far as it is a secret or tells who is meant. Gone from the store with the final
/// state.
struct MessageContent {
    struct Variable {
        std::string name;
        base::Secret value;
    };
    std::string destination; ///< a mail address or an E.164 number
    std::string locale;      ///< of the text; empty: English
    std::vector<Variable> variables;
};

/// What is known of a message for as long as it is listed.
struct OutboxEntry {
    MessageState state = MessageState::queued;
    Medium medium = Medium::mail;
    std::string why;               ///< of the state, a word for the helpdesk: "budget:account", "gateway", "bounced"
    std::string said;              ///< what the gateway said last, printable
    std::string gateway_reference; ///< the gateway's own name for it
    std::string reference;         ///< ours, 32 hexadecimal digits, the same at each attempt
    std::string masked;            ///< the destination as the helpdesk sees it
    Digest destination;            ///< what one destination's messages have in common
    Uid account;
    std::uint64_t generation = 0; ///< of the account when it was written; a later one voids a code
    std::string step;             ///< that asked for it
    std::string text;             ///< id in the message catalogues
    bool code = false;            ///< it carries a code that somebody is expected to type
    std::string channel;          ///< the instance that was asked last
    std::uint32_t attempts = 0;   ///< how often it was handed to a channel
    std::uint32_t unknown = 0;    ///< attempts of which nobody knows the outcome: it may have arrived more than once
    base::Milliseconds created{0};
    base::Milliseconds expires{0}; ///< never handed on at or after this
    base::Milliseconds next{0};    ///< when it is due
    base::Milliseconds changed{0}; ///< when it came into this state
    friend bool operator==(const OutboxEntry&, const OutboxEntry&) = default;
};

} // namespace loquet::model
