// SPDX-License-Identifier: LGPL-2.1-or-later
// One dialog of a walk: an engine on a store of its own, with one made-up person in it. Nothing is sent: what the
// outbox took up is read from it. One thread, which is the loop's.
#pragma once

#include "daemon/conversation/engine.h"
#include "daemon/outbox/outbox.h"
#include "daemon/recovery/tickets.h"
#include "daemon/store/store.h"
#include "daemon/walk_site.h"
#include "lib/base/secret.h"
#include "lib/protocol/plugin_messages.h"
#include "lib/protocol/turn.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace loquet {

/// A store of its own with one person in it, or with none, and what a stranger or that person does there.
class WalkScene {
public:
    enum class Challenges : std::uint8_t { asked, left_out };
    /// `factors`: what the account has set up, as far as its record says.
    WalkScene(WalkSite& site, WalkKind kind, Challenges challenges, const std::vector<std::string>& factors);
    WalkScene(const WalkScene&) = delete;
    WalkScene& operator=(const WalkScene&) = delete;
    ~WalkScene();

    static constexpr const char* name = "camille";
    static constexpr const char* mail = "camille@example.org";
    static constexpr const char* new_mail = "camille.nouvelle@example.org"; ///< of who changes it
    static constexpr const char* new_phone = "+33699887766";

    /// Throws what the engine throws.
    protocol::Turn begin(const std::string& purpose);
    protocol::Turn answer(protocol::Answers answers);
    /// Nothing where the dialog has ended.
    void cancel();

    /// Durable commits so far.
    [[nodiscard]] std::uint64_t commits() const { return store_->statistics().commits; }

    /// A message that the outbox took up or refused since the last call; `request` is how it would go out.
    struct Message {
        model::OutboxEntry entry;
        std::optional<protocol::DeliverRequest> request; ///< none: it is refused
        std::optional<base::Secret> code;
    };
    [[nodiscard]] std::vector<Message> new_messages();
    /// Of a ticket that the helpdesk reads out; empty where nobody has the name.
    [[nodiscard]] base::Secret operators_code();

    [[nodiscard]] conversation::Client client(const std::string& purpose) const;

private:
    void add_account(WalkKind kind, const std::vector<std::string>& factors);
    void lock_by_failures();

    WalkSite& site_;
    std::string folder_;
    config::Config settings_;
    std::unique_ptr<store::Store> store_;
    std::optional<model::SteadyTime> steady_;
    std::optional<outbox::Outbox> outbox_;
    std::optional<recovery::Tickets> tickets_;
    std::optional<conversation::Engine> engine_;
    std::optional<conversation::DialogId> dialog_;
    std::uint64_t seen_messages_ = 0;
};

} // namespace loquet
