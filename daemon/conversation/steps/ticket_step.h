// SPDX-License-Identifier: LGPL-2.1-or-later
// What a person does with tickets (daemon/recovery): asks for a code at their address and types it, at once or later.
// Loop thread.
#pragma once

#include "daemon/config/flow_tables.h"
#include "daemon/conversation/steps/step.h"
#include "daemon/outbox/outbox.h"
#include "daemon/recovery/name_message.h"
#include "daemon/recovery/tickets.h"
#include "lib/messages/catalogue.h"

#include <optional>
#include <string>
#include <vector>

namespace loquet::conversation {

/// The question for the code of a ticket; `text`: its id in the catalogues.
[[nodiscard]] protocol::Prompt code_prompt(const Dialog& dialog, const messages::Catalogue& texts,
                                           std::string_view text);
/// What cannot be a code is no guess: it is asked for once more, a few times. Nothing where it may be one.
[[nodiscard]] std::optional<Effects> ask_code_again(Dialog& dialog, const base::Secret& typed,
                                                    const messages::Catalogue& texts);

/// Sends a code when it begins, to the person of that name if there is one with an address, and asks for it. Nothing
/// that it says depends on the account. Who was identified by a mail address gets the name with the code; where several
/// accounts have it, all their names and no code. An empty answer asks for the code once more.
class TicketStep final : public FixedStep {
public:
    /// `kind`: one of config::is_ticket(). `outbox` nullptr: nothing is sent, and a code of the helpdesk may be typed.
    TicketStep(config::StepKind kind, recovery::Tickets& tickets, const recovery::NameMessages& names,
               const outbox::Outbox* outbox, const messages::Catalogue& texts)
        : kind_(kind), tickets_(tickets), names_(names), outbox_(outbox), texts_(texts) {}

    [[nodiscard]] bool proves() const noexcept override { return true; }
    [[nodiscard]] bool acts() const noexcept override { return true; }
    [[nodiscard]] bool sends() const noexcept override { return !media().empty(); }
    base::Task<Effects> begin(Dialog& dialog, const Subject& subject) override;
    base::Task<Effects> answer(Dialog& dialog, const Subject& subject, protocol::Answers answers) override;

private:
    /// Of the site, those by which this step sends.
    [[nodiscard]] std::vector<model::Medium> media() const;
    [[nodiscard]] Effects ask_medium(const Dialog& dialog, bool again) const;
    [[nodiscard]] Effects ask_code(const Dialog& dialog, bool sent) const;
    [[nodiscard]] Effects send(const Dialog& dialog, const Subject& subject) const;

    config::StepKind kind_;
    recovery::Tickets& tickets_;
    recovery::NameMessages names_;
    const outbox::Outbox* outbox_;
    const messages::Catalogue& texts_;
};

/// Asks for a code that was sent, or read out by the helpdesk, before.
class CodeStep final : public FixedStep {
public:
    CodeStep(const recovery::Tickets& tickets, const messages::Catalogue& texts) : tickets_(tickets), texts_(texts) {}

    [[nodiscard]] bool proves() const noexcept override { return true; }
    base::Task<Effects> begin(Dialog& dialog, const Subject& subject) override;
    base::Task<Effects> answer(Dialog& dialog, const Subject& subject, protocol::Answers answers) override;

private:
    const recovery::Tickets& tickets_;
    const messages::Catalogue& texts_;
};

} // namespace loquet::conversation
