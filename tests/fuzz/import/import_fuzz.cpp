// SPDX-License-Identifier: LGPL-2.1-or-later
// A line of an import is what somebody wrote into a file. As JSON it is refused, or means the same when it is written
// anew; as an account it is refused with a printable sentence, or is one that every check lets through a second time.
#include "daemon/accounts/import_lines.h"
#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/base/text.h"
#include "tests/fuzz/import/json_text.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <span>

using namespace loquet;

namespace {

void require(bool held) {
    if (!held) {
        std::abort();
    }
}

/// Nothing where it was refused, in the way in which a line is to be refused.
template <class Read>
auto unless_refused(Read read) -> std::optional<decltype(read())> {
    try {
        return read();
    } catch (const base::Error& refused) {
        require(refused.kind() == base::Error::Kind::invalid && base::is_printable(refused.what()));
        return std::nullopt;
    }
}

fuzz::Members members_of(std::string_view text) {
    fuzz::Members members;
    accounts::read_json_object(text, [&](std::string_view key, accounts::JsonValue value) {
        require(base::is_utf8(key));
        members.emplace_back(key, std::move(value));
    });
    return members;
}

void accepted(const fuzz::Members& members) {
    require(members_of(fuzz::json_text(members)) == members);
}

accounts::ImportRules rules() {
    accounts::ImportRules rules;
    rules.uids = {30000, 59999};
    return rules;
}

/// What CreateAccount would be asked for, to make the same account.
accounts::NewAccount asked_for(const model::Account& account) {
    accounts::NewAccount wanted;
    wanted.name = account.public_part.name;
    wanted.display_name = account.public_part.display_name;
    wanted.home = account.public_part.home;
    wanted.shell = account.public_part.shell;
    wanted.mail = account.private_part.mail;
    wanted.phone = account.private_part.phone;
    wanted.locale = account.private_part.locale;
    wanted.organisation = account.private_part.organisation;
    wanted.authorisations = account.private_part.authorisations;
    return wanted;
}

void accepted(const accounts::ImportedAccount& account) {
    const model::Account again = make_account(asked_for(account.made), rules().defaults);
    auto private_part = account.made.private_part;
    if (private_part.state
        == model::AccountState::locked) { // by what stood in front of its hash, which CreateAccount has not
        require(!account.password_hash.empty() && base::is_printable(private_part.state_reason));
        private_part.state = again.private_part.state;
        private_part.state_reason = again.private_part.state_reason;
    }
    require(again.public_part == account.made.public_part && again.private_part == private_part);
    require(again.public_part.name.size() <= limits::account_name_bytes && again.public_part.groups.empty());
    require(!account.uid || (account.uid->value >= rules().uids.first && account.uid->value <= rules().uids.last));
    const std::string& hash = account.password_hash;
    require(hash.size() <= limits::password_hash_bytes);
    require(std::none_of(hash.begin(), hash.end(), [](char c) { return c <= ' ' || c > '~' || c == ':'; }));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view line = base::as_text(std::span(data, size));
    if (const auto members = unless_refused([&] { return members_of(line); })) {
        accepted(*members);
    }
    if (const auto account = unless_refused([&] { return accounts::read_import_line(line, rules()); })) {
        accepted(*account);
    }
    return 0;
}
