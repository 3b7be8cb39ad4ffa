// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/recovery/name_message.h"

#include "daemon/notices/notices.h"
#include "daemon/store/accounts_table.h"
#include "daemon/store/identifiers_table.h"
#include "lib/base/limits.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace loquet::recovery {

using base::Secret;
using model::Uid;
using store::ReadTxn;

namespace {

/// What a message is written of.
struct Owner {
    Uid pays;
    std::string locale; ///< that this account prefers
    std::string names;
    friend bool operator==(const Owner&, const Owner&) = default;
};

std::optional<Owner> owner_of(const ReadTxn& txn, const std::string& mail) {
    // One more than are told, to know that there are more.
    const std::vector<Uid> accounts = store::IdentifiersTable::with_mail(txn, mail, limits::accounts_per_address + 1);
    std::optional<Owner> owner;
    std::string names;
    for (const Uid uid : accounts) {
        const auto public_part = store::PublicAccounts::get(txn, uid);
        const auto private_part = store::PrivateAccounts::get(txn, uid);
        if (!public_part || !private_part) {
            continue;
        }
        if (!owner && private_part->state == model::AccountState::active) {
            owner = Owner{uid, private_part->locale, {}};
        }
        const bool fits = uid != accounts.back() || accounts.size() <= limits::accounts_per_address;
        names += (names.empty() ? "" : ", ") + (fits ? public_part->name : std::string("..."));
    }
    if (owner) {
        owner->names = std::move(names);
    }
    return owner;
}

} // namespace

bool NameMessages::can_send() const noexcept {
    return outbox_ != nullptr
           && std::ranges::find(outbox_->settings().media, model::Medium::mail) != outbox_->settings().media.end();
}

std::optional<store::Store::Work> NameMessages::tell(const Request& request) const {
    auto owner = store_.read([&](const ReadTxn& txn) { return owner_of(txn, request.mail); });
    if (!owner || !can_send()) {
        return std::nullopt;
    }
    outbox::SendRequest message;
    message.medium = model::Medium::mail;
    message.account = owner->pays;
    message.text = "names.mail";
    message.locale = owner->locale.empty() ? request.locale : owner->locale;
    message.step = request.step;
    message.proven = request.proven;
    message.confirmed = true;
    message.place = request.place;
    message.lifetime = limits::longest_message_life;
    message.variables.push_back({"names", Secret(owner->names)});
    message.variables.push_back({"organisation", Secret(outbox_->settings().organisation)});
    notices::add_place_and_time(message.variables, outbox_->settings().machine, request.where, clock_.wall());
    return [mail = request.mail, owner = *std::move(owner),
            write = outbox_->enqueue(std::move(message))](store::WriteTxn& txn) mutable {
        if (owner_of(txn, mail) == owner) {
            write(txn);
        }
    };
}

} // namespace loquet::recovery
