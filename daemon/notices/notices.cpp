// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/notices/notices.h"

#include "daemon/audit/audit_log.h"
#include "daemon/store/accounts_table.h"
#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/base/random.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

namespace loquet::notices {

using base::Milliseconds;
using base::SecureBytes;
using model::Medium;
using model::Notice;
using model::PrivateAccount;
using store::AccountsTable;
using store::PrivateAccounts;
using store::PublicAccounts;
using store::Store;

namespace {

/// Crockford's base 32, in small letters: none is taken for another.
constexpr std::string_view alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::size_t group = 5;
constexpr const char* reason = "its owner says that a change was not theirs";

bool is_between(char c) {
    return c == '-' || c == ' ';
}

/// As the alphabet's author has it: o is 0, i and l are 1, and capital letters are small ones.
char symbol_of(char typed) {
    const char c = typed >= 'A' && typed <= 'Z' ? static_cast<char>(typed - 'A' + 'a') : typed;
    if (c == 'o') {
        return '0';
    }
    return c == 'i' || c == 'l' ? '1' : c;
}

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

base::Secret draw_revocation_code() {
    std::array<std::uint8_t, revocation_code_symbols> random{};
    base::fill_random(random);
    SecureBytes code;
    code.reserve(revocation_code_symbols + 1);
    for (const std::uint8_t byte : random) {
        if (code.size() == group) {
            code.push_back('-');
        }
        code.push_back(static_cast<std::uint8_t>(alphabet[byte % alphabet.size()])); // 256 is a multiple of 32
    }
    base::wipe(random.data(), random.size());
    return base::Secret(std::move(code));
}

base::Secret revocation_code_in(std::string_view typed) {
    SecureBytes code;
    code.reserve(revocation_code_symbols);
    for (const char c : typed) {
        if (is_between(c)) {
            continue;
        }
        const char symbol = symbol_of(c);
        if (code.size() == revocation_code_symbols || alphabet.find(symbol) == std::string_view::npos) {
            return {};
        }
        code.push_back(static_cast<std::uint8_t>(symbol));
    }
    return code.size() == revocation_code_symbols ? base::Secret(std::move(code)) : base::Secret();
}

void keep(PrivateAccount& account, const model::Digest& code, Milliseconds now) {
    auto& codes = account.revocation_codes;
    std::erase_if(codes, [&](const model::RevocationCode& old) { return old.until <= now; });
    if (codes.size() >= revocation_codes_kept) {
        codes.erase(codes.begin());
    }
    codes.push_back({code, now + revocation_code_life});
}

bool runs(const PrivateAccount& account, const model::Digest& code, Milliseconds now) {
    return std::any_of(account.revocation_codes.begin(), account.revocation_codes.end(),
                       [&](const model::RevocationCode& kept) { return kept.code == code && kept.until > now; });
}

void revoke(store::WriteTxn& txn, model::Uid uid, Milliseconds wall) {
    const auto public_part = PublicAccounts::get(txn, uid);
    auto private_part = PrivateAccounts::get(txn, uid);
    if (!public_part || !private_part) {
        throw base::Error(base::Error::Kind::not_found, "there is no account with this number");
    }
    if (private_part->state == model::AccountState::active) {
        private_part->state = model::AccountState::locked;
        private_part->state_reason = reason;
    }
    private_part->revocation_codes.clear();
    private_part->trusted_places.clear();
    ++private_part->generation;
    AccountsTable::put(txn, uid, *private_part);
    model::AuditEvent event;
    event.kind = model::AuditKind::account_locked;
    event.granted = true;
    event.account = uid;
    event.identity = txn.digest(store::DigestKind::name, public_part->name);
    event.detail.assign("locked: ").append(reason);
    event.time = wall;
    audit::AuditLog::append(txn, event);
}

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
    case Notice::reopened:
        return "notice.reopened";
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
