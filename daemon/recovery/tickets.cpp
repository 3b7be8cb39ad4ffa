// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/recovery/tickets.h"

namespace loquet::recovery {

base::Secret code_in(std::string_view) {
    return {};
}
base::Secret code_of(const model::Ticket&) {
    return {};
}
base::Secret grouped(const base::Secret& code) {
    return code.clone();
}
bool is_live(const model::Ticket&, std::uint64_t, base::Milliseconds) noexcept {
    return false;
}
Tickets::Issued Tickets::issue(Issue) {
    return {[](store::WriteTxn&) {}, {}, false};
}
std::optional<Tickets::Match> Tickets::find(const model::Account&, std::initializer_list<model::TicketType>,
                                            const base::Secret&) const {
    return std::nullopt;
}
store::Store::Work Tickets::open(model::Uid, const Match&, std::uint64_t) const {
    return [](store::WriteTxn&) {};
}
bool Tickets::holds(model::Uid, const Match&, std::uint64_t) const {
    return false;
}
store::Store::Work Tickets::use(model::Uid, const Match&, std::uint64_t) const {
    return [](store::WriteTxn&) {};
}
void Tickets::void_all(store::WriteTxn&, model::Uid, std::string_view) {}
std::vector<model::Ticket> Tickets::list(const store::ReadTxn&, model::Uid) const {
    return {};
}

} // namespace loquet::recovery
