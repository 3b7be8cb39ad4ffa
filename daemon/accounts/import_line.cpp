// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/accounts/import_line.h"

#include "daemon/accounts/fields.h"
#include "daemon/accounts/json_object.h"
#include "daemon/work/crypt.h"
#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/base/secret.h"
#include "lib/base/text.h"

#include <algorithm>
#include <array>
#include <utility>

namespace loquet::accounts {

namespace {

/// Takes the value where it has the type that the key wants.
template <class Value>
Value take(const std::string& key, JsonValue& value, const char* wanted) {
    auto* const taken = std::get_if<Value>(&value);
    require(taken != nullptr, [&] { return "\"" + key + "\" is " + wanted; });
    return std::move(*taken);
}

bool can_be_a_hash(std::string_view text) {
    const auto fits = [](char c) { return c > ' ' && c < '\x7f' && c != ':' && c != ';'; }; // crypt(5)
    return text.size() <= limits::password_hash_bytes && std::all_of(text.begin(), text.end(), fits);
}

void take_member(ImportedAccount& account, const std::string& key, JsonValue& value) {
    const std::array<std::pair<std::string_view, std::string*>, 9> texts{
        {{"name", &account.wanted.name},
         {"display_name", &account.wanted.display_name},
         {"home", &account.wanted.home},
         {"shell", &account.wanted.shell},
         {"mail", &account.wanted.mail},
         {"phone", &account.wanted.phone},
         {"locale", &account.wanted.locale},
         {"organisation", &account.wanted.organisation},
         {"password_hash", &account.password_hash}}};
    for (const auto& [name, field] : texts) {
        if (key == name) {
            *field = take<std::string>(key, value, "a text");
            return;
        }
    }
    if (key == "authorisations") {
        account.wanted.authorisations = take<std::vector<std::string>>(key, value, "a list of texts");
    } else if (key == "uid") {
        const auto number = take<std::uint64_t>(key, value, "a number");
        require(number <= UINT32_MAX, [&] { return "\"uid\" is too large a number"; });
        account.uid = model::Uid{static_cast<std::uint32_t>(number)};
    } else if (key == "must_change") {
        account.must_change = take<bool>(key, value, "true or false");
    } else {
        throw base::Error(base::Error::Kind::invalid, "an account has no \"" + base::printable(key, 64) + "\"");
    }
}

/// A hash is one that can be verified in a login's time; '!' and '*' in front of it lock the account.
void take_password(ImportedAccount& account) {
    const std::string_view text = account.password_hash;
    const std::string_view unlocked = work::without_lock(text);
    if (!unlocked.empty() && unlocked.size() != text.size()) {
        account.made.private_part.state = model::AccountState::locked;
        account.made.private_part.state_reason = "its password was locked where it was imported from";
    }
    account.password_hash.erase(0, text.size() - unlocked.size());
    if (account.password_hash.empty()) {
        return;
    }
    switch (work::fault_of(account.password_hash)) {
    case work::HashFault::none:
        return;
    case work::HashFault::no_hash:
        refuse("\"password_hash\" is not a hash: no method of crypt(5) makes such a text, so nobody could log in with "
               "it; leave it out, or write the hash as shadow(5) has it");
    case work::HashFault::too_costly:
        refuse("\"password_hash\" costs too much: one login would take many seconds or too much memory; leave it out, "
               "and give the person a new password");
    }
}

} // namespace

ImportedAccount::~ImportedAccount() {
    base::wipe(password_hash.data(), password_hash.size());
}

ImportedAccount read_import_line(std::string_view line, const ImportRules& rules) {
    ImportedAccount account;
    account.must_change = rules.must_change;
    read_json_object(line, [&](const std::string& key, JsonValue value) { take_member(account, key, value); });
    account.made = make_account(account.wanted, rules.defaults);
    require(account.password_hash.empty() || !rules.without_passwords,
            [&] { return "\"password_hash\" is there, and this import is one without passwords"; });
    require(can_be_a_hash(account.password_hash),
            [&] { return "\"password_hash\" is not accepted: write it as shadow(5) has it, in the form of crypt(5)"; });
    take_password(account);
    require(!account.uid || (account.uid->value >= rules.uids.first && account.uid->value <= rules.uids.last), [&] {
        return "\"uid\" is not one of those that accounts get: " + std::to_string(rules.uids.first) + " to "
               + std::to_string(rules.uids.last);
    });
    return account;
}

} // namespace loquet::accounts
