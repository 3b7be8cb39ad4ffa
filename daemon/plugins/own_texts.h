// SPDX-License-Identifier: LGPL-2.1-or-later
// Which texts of the catalogues a plugin may show. A person believes what is on the screen: a plugin that could ask
// under the daemon's "Password: ", or under another plugin's text, would be given what is not for it. Pure.
#pragma once

#include "lib/protocol/plugin_messages.h"

#include <string_view>

namespace loquet::plugins {

/// An id is FAMILY.WORDS. A plugin's own families are its name and its instance's; password rules have "rules" besides.
/// A family of the daemon's own texts (messages::is_daemons_family()) is no plugin's, whatever the plugin is called.
[[nodiscard]] bool is_own_text(std::string_view id, const protocol::DescribeResponse& plugin) noexcept;

/// Throws Error (invalid), with what its author has to do, for an answer that names another's text: in a prompt of any
/// style, a wait, a message to send, or a rule.
void require_own_texts(const protocol::StepResponse& response, const protocol::DescribeResponse& plugin);
void require_own_texts(const protocol::RulesResponse& response, const protocol::DescribeResponse& plugin);
// What follows names no texts: what these plugins say is for the helpdesk and the journal.
inline void require_own_texts(const protocol::Judgement& /*response*/, const protocol::DescribeResponse& /*plugin*/) {}
inline void require_own_texts(const protocol::DeliverResponse& /*response*/,
                              const protocol::DescribeResponse& /*plugin*/) {}
inline void require_own_texts(const protocol::ReceiptsResponse& /*response*/,
                              const protocol::DescribeResponse& /*plugin*/) {}

} // namespace loquet::plugins
