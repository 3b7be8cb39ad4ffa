// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/notices/notices.h"

#include "daemon/notices/revocation_code.h"
#include "daemon/store/accounts_table.h"
#include "lib/base/limits.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace loquet::notices {

using model::Medium;
using model::Notice;
using store::AccountsTable;
using store::PrivateAccounts;
using store::Store;

namespace {

constexpr const char* asked_by = "notice";

/// A message for one medium, to be written down where the account has an address of it.
struct Message {
    Medium medium;
    Store::Work write;
};

bool reaches(const model::PrivateAccount& account, Medium medium) {
    return medium == Medium::mail ? !account.mail.empty() : !account.phone.empty();
}

} // namespace

std::string_view text_of(Notice notice) noexcept {
    switch (notice) {
    case Notice::password_changed:
        return "notice.password_changed";
    case Notice::password_reset:
        return "notice.password_reset";
    case Notice::factor_set_up:
        return "notice.factor_set_up";
    case Notice::factor_removed:
        return "notice.factor_removed";
    case Notice::locked:
        return "notice.locked";
    case Notice::locked_by_failures:
        break;
    }
    return "notice.locked_by_failures";
}

Store::Work Notices::tell(model::Uid uid, Notice notice, const Origin& origin) {
    const auto account = store_.read([uid](const store::ReadTxn& txn) { return PrivateAccounts::get(txn, uid); });
    const base::Secret code = draw_revocation_code();
    const model::Digest digest =
        store_.digest(store::DigestKind::revocation_code, revocation_code_in(code.reveal()).reveal());
    std::vector<Message> messages;
    for (const Medium medium : outbox_.settings().media) {
        outbox::SendRequest request;
        request.medium = medium;
        request.account = uid;
        request.text = text_of(notice);
        request.variables.push_back({"code", code.clone()});
        request.locale = account && !account->locale.empty() ? account->locale : origin.locale;
        request.step = asked_by;
        request.proven = origin.proven;
        request.place = origin.place;
        request.lifetime = limits::longest_message_life;
        messages.push_back({medium, outbox_.enqueue(std::move(request))});
    }
    return [uid, digest, now = clock_.wall(), messages = std::move(messages)](store::WriteTxn& txn) mutable {
        auto private_part = PrivateAccounts::get(txn, uid);
        bool told = false;
        for (Message& message : messages) {
            if (private_part && reaches(*private_part, message.medium)) {
                message.write(txn);
                told = true;
            }
        }
        if (told) {
            keep(*private_part, digest, now);
            AccountsTable::put(txn, uid, *private_part);
        }
    };
}

} // namespace loquet::notices
