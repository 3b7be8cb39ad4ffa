// SPDX-License-Identifier: LGPL-2.1-or-later
// Tickets of the accounts 1 and 2 on a real store and outbox, killed and started anew after each step: what is not in
// the store is gone. The test's thread, which is the loop's.
#pragma once

#include "daemon/recovery/tickets.h"
#include "tests/unit/daemon/outbox/outbox_fixture.h"

#include <chrono>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace loquet::recovery {

using namespace std::chrono_literals;

/// How often base::same_secret was called.
extern std::size_t comparisons; // NOLINT: a wrapped function has no other place for it

class TicketsFixture : public outbox::OutboxFixture {
protected:
    static constexpr std::initializer_list<model::TicketType> recovering{model::TicketType::recover};

    TicketsFixture();

    void restart();
    /// Time passes, and the daemon starts anew.
    void wait(base::Milliseconds by);

    /// What somebody at a prompt asks for, and what an operator does; without a medium the code is read out.
    [[nodiscard]] Tickets::Issue by_owner(model::Medium medium, std::uint32_t uid = 1) const;
    [[nodiscard]] Tickets::Issue by_helpdesk(std::optional<model::Medium> medium, std::uint32_t uid = 1) const;

    /// Asks for it durably.
    struct Issued {
        std::string shown;             ///< to the operator
        std::vector<std::string> sent; ///< codes, as they stand in the messages that were written down for it
        bool sends = false;
    };
    Issued issue(Tickets::Issue request);
    /// The code that somebody has now, sent or shown.
    std::string code_from(Tickets::Issue request);

    [[nodiscard]] std::optional<Tickets::Match> find(const std::string& code, std::uint32_t uid = 1,
                                                     std::initializer_list<model::TicketType> types = recovering);
    /// The kind of the Error with which the work fails.
    std::optional<store::Kind> open(const Tickets::Match& match, std::uint64_t holder, std::uint32_t uid = 1);
    std::optional<store::Kind> use(const Tickets::Match& match, std::uint64_t holder, std::uint32_t uid = 1);
    std::optional<store::Kind> failure_of(store::Store::Work work);

    [[nodiscard]] std::vector<model::Ticket> list(std::uint32_t uid = 1);
    /// State and reason of the only ticket: "waiting", "void account-changed".
    [[nodiscard]] std::string state(std::uint32_t uid = 1);
    /// Why the newest message was refused; empty where it was not.
    [[nodiscard]] std::string why_refused() const;
    void change_account(std::uint32_t uid, const std::function<void(model::PrivateAccount&)>& change);
    [[nodiscard]] model::Account account_of(std::uint32_t uid) const;
    [[nodiscard]] std::uint64_t newest_message() const;
    /// Codes in the messages behind that number.
    [[nodiscard]] std::vector<std::string> codes_behind(std::uint64_t number) const;

    std::unique_ptr<Tickets> tickets_;
};

} // namespace loquet::recovery
