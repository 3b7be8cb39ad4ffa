// SPDX-License-Identifier: LGPL-2.1-or-later
// What is shown: to a caller, for whom every refusal that the profile does not disclose becomes the same sentence; and
// to plugins, which get those facts of an account that their manifest names (sdk/include/loquet/plugin.h). Loop thread.
#pragma once

#include "daemon/config/config.h"
#include "daemon/conversation/dialog.h"
#include "lib/messages/catalogue.h"
#include "lib/protocol/plugin_messages.h"
#include "lib/protocol/turn.h"
#include "lib/protocol/values.h"

#include <string>
#include <vector>

namespace loquet::conversation {

/// All known facts; the plugin client sends on only those that the manifest asks for. Nobody's account has the typed
/// name as its only fact. `none` of the contacts before anybody proved who they are; `whole` for the password rules,
/// which must refuse them.
enum class Contacts : std::uint8_t { none, masked, whole };
[[nodiscard]] std::vector<protocol::NamedText> facts_of(const Subject& subject, Contacts contacts);

/// Those of the site's media, in its order, for which the account has an address. Nobody's account has all of them, so
/// that a step does for it what it does for others.
[[nodiscard]] std::vector<protocol::Medium> media_of(const Subject& subject, const std::vector<protocol::Medium>& site);
/// The fact `media`: "mail sms".
[[nodiscard]] protocol::NamedText fact_of(const std::vector<protocol::Medium>& media);

/// What a catalogue puts into the text of a plugin's message.
[[nodiscard]] messages::Variables variables_of(const protocol::Message& message);

class Presenter {
public:
    Presenter(const messages::Catalogue& texts, const config::Config& settings) : texts_(texts), settings_(settings) {}

    /// As the dialog's caller may see it. Ask and Wait pass; so does Granted of a purpose that lets somebody in, and of
    /// every other one it becomes Done. Denied loses its reason and its retry_after unless they are disclosed (busy,
    /// unavailable and rules always are: they say nothing about an account; and revoked and taken_over, which its owner
    /// brings about), and gets its text. That of a refusal follows from what was asked for last, which is the same for
    /// every name: a code that was refused is not called a password.
    [[nodiscard]] protocol::Turn present(protocol::Turn turn, const Dialog& dialog) const;

private:
    [[nodiscard]] protocol::Denied present(protocol::Denied denied, const std::string& locale,
                                           protocol::PromptRole answered, bool recovers) const;

    const messages::Catalogue& texts_;
    const config::Config& settings_;
};

} // namespace loquet::conversation
