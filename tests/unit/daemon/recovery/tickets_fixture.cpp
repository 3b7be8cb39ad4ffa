// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/unit/daemon/recovery/tickets_fixture.h"

#include "daemon/store/accounts_table.h"
#include "daemon/store/meta_table.h"
#include "daemon/store/outbox_table.h"
#include "lib/base/secret.h"

#include <string_view>
#include <utility>

extern "C" {
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming): names that the linker makes
bool __real__ZN6loquet4base11same_secretESt17basic_string_viewIcSt11char_traitsIcEES4_(std::string_view a,
                                                                                       std::string_view b) noexcept;
bool __wrap__ZN6loquet4base11same_secretESt17basic_string_viewIcSt11char_traitsIcEES4_(std::string_view a,
                                                                                       std::string_view b) noexcept {
    ++loquet::recovery::comparisons;
    return __real__ZN6loquet4base11same_secretESt17basic_string_viewIcSt11char_traitsIcEES4_(a, b);
}
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)
}

namespace loquet::recovery {

using model::Medium;
using model::Uid;
using store::MetaTable;
using store::OutboxTable;
using store::ReadTxn;
using store::WriteTxn;

std::size_t comparisons = 0; // NOLINT: see the header

TicketsFixture::TicketsFixture() {
    make_accounts(2);
    restart();
}

void TicketsFixture::restart() {
    tickets_.reset();
    reopen();
    steady_ = model::SteadyTime(read(MetaTable::steady_time), clock_);
    outbox_ = std::make_unique<outbox::Outbox>(settings_, steady_, clock_);
    tickets_ = std::make_unique<Tickets>(outbox_.get(), *store_, steady_, clock_);
}

void TicketsFixture::wait(base::Milliseconds by) {
    clock_.advance(by);
    restart();
}

Tickets::Issue TicketsFixture::by_owner(Medium medium, std::uint32_t uid) const {
    Tickets::Issue request;
    request.account = Uid{uid};
    request.medium = medium;
    request.purpose = "recover-password";
    request.step = "send_code";
    request.proved = {"question"};
    request.place = store_->digest(store::DigestKind::place, "tty1");
    request.where = "tty:tty1";
    return request;
}

Tickets::Issue TicketsFixture::by_helpdesk(std::optional<Medium> medium, std::uint32_t uid) const {
    Tickets::Issue request;
    request.account = Uid{uid};
    request.issuer = model::TicketIssuer::helpdesk;
    request.medium = medium;
    request.purpose = "recover-password";
    request.actor = 1000;
    request.proven = true;
    return request;
}

TicketsFixture::Issued TicketsFixture::issue(Tickets::Issue request) {
    const std::uint64_t before = newest_message();
    auto [work, code, sends, serial] = tickets_->issue(std::move(request));
    write(std::move(work));
    restart();
    return {std::string(code.reveal()), codes_behind(before), sends};
}

std::string TicketsFixture::code_from(Tickets::Issue request) {
    const Issued issued = issue(std::move(request));
    return issued.sent.empty() ? issued.shown : issued.sent.front();
}

std::optional<Tickets::Match> TicketsFixture::find(const std::string& code, std::uint32_t uid,
                                                   std::initializer_list<model::TicketType> types) {
    return tickets_->find(account_of(uid), types, code_in(code));
}

std::optional<store::Kind> TicketsFixture::failure_of(store::Store::Work work) {
    const auto kind = store::kind_thrown_by([&] { write(std::move(work)); });
    restart();
    return kind;
}

std::optional<store::Kind> TicketsFixture::open(const Tickets::Match& match, std::uint64_t holder, std::uint32_t uid) {
    return failure_of(tickets_->open(Uid{uid}, match, holder));
}

std::optional<store::Kind> TicketsFixture::use(const Tickets::Match& match, std::uint64_t holder, std::uint32_t uid) {
    return failure_of(tickets_->use(Uid{uid}, match, holder));
}

std::vector<model::Ticket> TicketsFixture::list(std::uint32_t uid) {
    return read([&](const ReadTxn& txn) { return tickets_->list(txn, Uid{uid}); });
}

std::string TicketsFixture::state(std::uint32_t uid) {
    const auto tickets = list(uid);
    if (tickets.size() != 1) {
        return std::to_string(tickets.size()) + " tickets";
    }
    const model::Ticket& ticket = tickets.front();
    return std::string(to_text(ticket.state)) + (ticket.why.empty() ? "" : " " + ticket.why);
}

std::string TicketsFixture::why_refused() const {
    const auto newest = message(newest_message());
    return newest.state == model::MessageState::refused ? newest.why : std::string();
}

void TicketsFixture::change_account(std::uint32_t uid, const std::function<void(model::PrivateAccount&)>& change) {
    write([&](WriteTxn& txn) {
        auto private_part = store::PrivateAccounts::get(txn, Uid{uid}).value();
        change(private_part);
        store::AccountsTable::put(txn, Uid{uid}, private_part);
    });
    restart();
}

model::Account TicketsFixture::account_of(std::uint32_t uid) const {
    return read([&](const ReadTxn& txn) {
        return model::Account{store::PublicAccounts::get(txn, Uid{uid}).value(),
                              store::PrivateAccounts::get(txn, Uid{uid}).value()};
    });
}

std::uint64_t TicketsFixture::newest_message() const {
    return read([](const ReadTxn& txn) { return MetaTable::number(txn, "newest-message").value_or(0); });
}

std::vector<std::string> TicketsFixture::codes_behind(std::uint64_t number) const {
    std::vector<std::string> codes;
    read([&](const ReadTxn& txn) {
        const std::uint64_t newest = MetaTable::number(txn, "newest-message").value_or(0);
        for (std::uint64_t i = number + 1; i <= newest; ++i) {
            const auto content = OutboxTable::content(txn, i);
            if (!content) {
                continue;
            }
            for (const auto& variable : content->variables) {
                if (variable.name == "code") {
                    codes.emplace_back(variable.value.reveal());
                }
            }
        }
        return 0;
    });
    return codes;
}

} // namespace loquet::recovery
