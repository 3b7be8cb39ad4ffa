// SPDX-License-Identifier: LGPL-2.1-or-later
// What one dialog knows: who asked, about whom, how far it came. Loop thread; shared by the engine and the coroutine
// that answers, so that it outlives a caller who leaves.
#pragma once

#include "daemon/conversation/conversation.h"
#include "daemon/model/account.h"
#include "daemon/model/ids.h"
#include "lib/base/secret.h"
#include "lib/base/task.h"
#include "lib/bus/loop.h"
#include "lib/protocol/turn.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace loquet::conversation {

/// What the caller says of itself and of the place. What root says is believed; for others the daemon put in what it
/// knows (api/caller.h).
struct Client {
    std::uint32_t uid = 0; ///< of the caller, from the bus
    std::string sender;    ///< its unique name on the bus
    std::string service;   ///< PAM service
    std::string tty;
    std::string rhost;
    std::string seat;
    std::string locale;
    std::optional<std::uint32_t> account_uid; ///< the UID that the caller's NSS gives for the name
    std::optional<std::uint32_t>
        real_uid;               ///< who started a set-uid program such as passwd(1); absent: the caller itself
    bool account_phase = false; ///< PAM's account management without an authentication by us

    [[nodiscard]] bool is_root() const noexcept { return uid == 0; }
    /// Root itself, not somebody who runs a set-uid program: passwd(1) must ask its user for the current password.
    [[nodiscard]] bool acts_for_root() const noexcept { return is_root() && real_uid.value_or(0) == 0; }
    /// One word for the place, for counters and the audit.
    [[nodiscard]] std::string place() const;
};

/// Whom the dialog is about. Nothing in it says to a caller whether the account exists.
struct Subject {
    std::string name; ///< canonical where it can be one, else what was typed
    std::optional<model::Account> account;
    model::Digest identity;
    model::Digest seat;

    [[nodiscard]] std::optional<model::Uid> uid() const {
        return account ? std::optional(account->open.uid) : std::nullopt;
    }
    /// The same attempt as it would be if nobody had the name: for equal work behind a lock.
    [[nodiscard]] Subject as_stranger() const { return {name, std::nullopt, identity, seat}; }
};

struct Dialog {
    Dialog(std::string purpose_of, Client asked_by, Subject about, std::vector<FlowPart> parts)
        : purpose(std::move(purpose_of)), client(std::move(asked_by)), subject(std::move(about)),
          machine(std::move(parts)) {}

    std::string purpose;
    Client client;
    Subject subject;
    Conversation machine;
    std::map<std::string, base::SecureBytes> states; ///< of plugin steps, for this dialog
    std::uint32_t new_password_tries = 0;
    bool proved = false;                              ///< a step that proves something was granted
    std::uint64_t generation = 0;                     ///< of the account when that was; another ends the dialog
    bool judged = false;                              ///< a step that proves something was answered
    protocol::Reason reason = protocol::Reason::none; ///< what the account phase must know when it is granted
    std::vector<std::string> messages;                ///< shown when it is granted
    bus::Source timeout;
    base::TaskId task = 0; ///< in the engine's group: what is done for its last call
};

} // namespace loquet::conversation
