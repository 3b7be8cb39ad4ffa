// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/notices/revocation_code.h"

#include "daemon/audit/audit_log.h"
#include "daemon/store/accounts_table.h"
#include "lib/base/error.h"
#include "lib/base/random.h"

#include <algorithm>
#include <array>
#include <string>

namespace loquet::notices {

using base::Milliseconds;
using base::SecureBytes;
using model::PrivateAccount;
using store::AccountsTable;
using store::PrivateAccounts;
using store::PublicAccounts;

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

} // namespace loquet::notices
