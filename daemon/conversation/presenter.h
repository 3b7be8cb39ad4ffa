// SPDX-License-Identifier: LGPL-2.1-or-later
// From the precise outcome to what a caller may see: every refusal that the profile does not disclose becomes the same
// sentence. Loop thread.
#pragma once

#include "daemon/config/config.h"
#include "lib/messages/catalogue.h"
#include "lib/protocol/plugin_messages.h"
#include "lib/protocol/turn.h"

#include <string>

namespace loquet::conversation {

/// What a catalogue puts into the text of a plugin's message.
[[nodiscard]] messages::Variables variables_of(const protocol::Message& message);

class Presenter {
public:
    Presenter(const messages::Catalogue& texts, const config::Config& settings) : texts_(texts), settings_(settings) {}

    /// Everything but Denied passes. Denied loses its reason and its retry_after unless they are disclosed (busy,
    /// unavailable and rules always are: they say nothing about an account; and revoked, which its owner brings
    /// about), and gets its text.
    [[nodiscard]] protocol::Turn present(protocol::Turn turn, const std::string& locale) const;

private:
    [[nodiscard]] protocol::Denied present(protocol::Denied denied, const std::string& locale) const;

    const messages::Catalogue& texts_;
    const config::Config& settings_;
};

} // namespace loquet::conversation
