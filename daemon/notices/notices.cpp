// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/notices/notices.h"

#include "daemon/audit/audit_log.h"
#include "daemon/store/accounts_table.h"
#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/base/random.h"
#include "lib/base/text.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>
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

using Variables = std::vector<model::MessageContent::Variable>;

Variables copy_of(const Variables& variables) {
    Variables copy;
    for (const auto& variable : variables) {
        copy.push_back({variable.name, variable.value.clone()});
    }
    return copy;
}

bool reaches(const model::PrivateAccount& account, Medium medium) {
    return !address_of(account, medium).empty();
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

namespace {

/// Of "2001:db8::/64" and "fe80::/64%eth0" what stands before the interface, which somebody else has named; empty where
/// it is no address.
std::string_view address_in(std::string_view host) {
    const std::string_view shown = host.substr(0, host.find('%'));
    const std::string address(shown.substr(0, shown.find('/')));
    std::array<std::uint8_t, sizeof(in6_addr)> bytes{};
    const bool is_one = ::inet_pton(AF_INET, address.c_str(), bytes.data()) == 1
                        || ::inet_pton(AF_INET6, address.c_str(), bytes.data()) == 1;
    return is_one ? shown : std::string_view();
}

std::string word_of(std::string_view chosen_by_others) {
    std::string word(chosen_by_others);
    std::ranges::replace_if(
        word,
        [](char c) {
            const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            return !letter && !(c >= '0' && c <= '9') && c != '-';
        },
        '_');
    return word;
}

/// No more than four digits stand together, nor with '-' behind any of them: a longer row is a number to call.
std::string without_numbers_to_call(std::string_view word) {
    constexpr std::size_t most = 4;
    std::string broken;
    std::size_t digits = 0;
    for (const char c : word) {
        if (c >= '0' && c <= '9') {
            if (digits == most) {
                broken += '_';
                digits = 0;
            }
            ++digits;
            broken += c;
            continue;
        }
        broken += c == '-' && digits > 0 ? '_' : c;
        digits = 0;
    }
    return broken;
}

std::string origin_of(std::string_view where) {
    const std::size_t colon = where.find(':');
    if (colon == std::string_view::npos || where == "user:0") {
        return {};
    }
    const std::string_view what = where.substr(colon + 1);
    if (where.starts_with("user:")) {
        return "UID " + word_of(what);
    }
    const std::string_view address = where.starts_with("host:") ? address_in(what) : std::string_view();
    return address.empty() ? without_numbers_to_call(word_of(what)) : std::string(address);
}

} // namespace

std::string place_in_notice(const std::string& machine, std::string_view where) {
    constexpr std::size_t both = limits::notice_machine_bytes + limits::notice_origin_bytes;
    const std::string name = base::printable(machine, both);
    const std::size_t left = both - std::min(name.size(), limits::notice_machine_bytes);
    const std::string origin = base::printable(origin_of(where), left);
    const std::string shortened = base::printable(name, both - origin.size());
    return origin.empty() ? shortened : shortened + ", " + origin;
}

std::vector<std::pair<std::string, std::string>> time_in_notice(Milliseconds wall) {
    std::vector<std::pair<std::string, std::string>> digits_of;
    const auto seconds = static_cast<std::time_t>(std::chrono::floor<std::chrono::seconds>(wall).count());
    std::tm local{};
    ::localtime_r(&seconds, &local);
    constexpr std::array<std::pair<const char*, const char*>, 5> pieces{
        {{"year", "%Y"}, {"month", "%m"}, {"day", "%d"}, {"hour", "%H"}, {"minute", "%M"}}};
    for (const auto& [name, format] : pieces) {
        std::array<char, 16> digits{};
        const std::size_t size = std::strftime(digits.data(), digits.size(), format, &local);
        digits_of.emplace_back(name, std::string(digits.data(), size));
    }
    return digits_of;
}

void add_place_and_time(Variables& variables, const std::string& machine, std::string_view where, Milliseconds wall) {
    variables.push_back({"place", base::Secret(place_in_notice(machine, where))});
    for (const auto& [name, digits] : time_in_notice(wall)) {
        variables.push_back({name, base::Secret(digits)});
    }
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
    case Notice::addresses_confirmed:
        return "notice.addresses_confirmed";
    case Notice::address_changed:
        return "notice.address_changed";
    case Notice::code_read_out:
        return "notice.code_read_out";
    case Notice::locked:
        return "notice.locked";
    case Notice::reopened:
        return "notice.reopened";
    case Notice::unlocked:
        return "notice.unlocked";
    case Notice::locked_by_failures:
        break;
    }
    return "notice.locked_by_failures";
}

Store::Work Notices::tell(model::Uid uid, Notice notice, const Origin& origin) {
    const auto [name, preferred] = store_.read([uid](const store::ReadTxn& txn) {
        const auto public_part = PublicAccounts::get(txn, uid);
        const auto private_part = PrivateAccounts::get(txn, uid);
        return std::pair(public_part ? public_part->name : "", private_part ? private_part->locale : "");
    });
    const bool with_code = notice != Notice::locked; // the code would lock what is locked
    const base::Secret code = draw_revocation_code();
    const model::Digest digest =
        store_.digest(store::DigestKind::revocation_code, revocation_code_in(code.reveal()).reveal());
    const outbox::Settings& settings = outbox_.settings();
    Variables variables;
    if (with_code) {
        variables.push_back({"code", code.clone()});
    }
    variables.push_back({"organisation", base::Secret(settings.organisation)});
    variables.push_back({"account", base::Secret(name)});
    add_place_and_time(variables, settings.machine, origin.where, clock_.wall());
    std::vector<Message> messages;
    for (const Medium medium : settings.media) {
        outbox::SendRequest request;
        request.medium = medium;
        request.account = uid;
        request.text = text_of(notice);
        request.variables = copy_of(variables);
        request.locale = preferred.empty() ? origin.locale : preferred;
        request.step = asked_by;
        request.proven = origin.proven;
        request.place = origin.place;
        request.lifetime = limits::longest_message_life;
        messages.push_back({medium, outbox_.enqueue(std::move(request))});
    }
    return [uid, digest, with_code, now = clock_.wall(), messages = std::move(messages)](store::WriteTxn& txn) mutable {
        auto private_part = PrivateAccounts::get(txn, uid);
        bool told = false;
        for (Message& message : messages) {
            if (private_part && reaches(*private_part, message.medium)) {
                message.write(txn);
                told = true;
            }
        }
        if (told && with_code) {
            keep(*private_part, digest, now);
            AccountsTable::put(txn, uid, *private_part);
        }
    };
}

} // namespace loquet::notices
