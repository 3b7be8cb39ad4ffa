// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/accounts/import_lines.h"

#include "daemon/accounts/account_changes.h"
#include "daemon/accounts/json_object.h"
#include "daemon/accounts/new_account.h"
#include "daemon/audit/audit_log.h"
#include "daemon/model/audit_event.h"
#include "daemon/store/accounts_table.h"
#include "daemon/store/counters_table.h"
#include "daemon/store/public_accounts.h"
#include "daemon/store/sealing.h"
#include "daemon/work/crypt.h"
#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/base/secret.h"
#include "lib/base/text.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace loquet::accounts {

using base::Error;
using model::Uid;
using store::AccountsTable;
using store::GroupsTable;
using store::PrivateAccounts;
using store::PublicAccounts;
using store::WriteTxn;

namespace {

/// Takes the value where it has the type that the key wants.
template <class Value>
Value take(std::string_view key, JsonValue& value, const char* wanted) {
    auto* const taken = std::get_if<Value>(&value);
    require(taken != nullptr, [&] { return "\"" + std::string(key) + "\" is " + wanted; });
    return std::move(*taken);
}

bool can_be_a_hash(std::string_view text) {
    const auto fits = [](char c) { return c > ' ' && c < '\x7f' && c != ':' && c != ';'; }; // crypt(5)
    return text.size() <= limits::password_hash_bytes && std::all_of(text.begin(), text.end(), fits);
}

void take_member(ImportedAccount& account, std::string_view key, JsonValue& value) {
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
            const JsonText text = take<JsonText>(key, value, "a text");
            *field = base::as_text(text);
            return;
        }
    }
    if (key == "authorisations") {
        Authorisations& names = account.wanted.authorisations.emplace();
        for (const JsonText& name : take<std::vector<JsonText>>(key, value, "a list of texts")) {
            names.emplace_back(base::as_text(name));
        }
    } else if (key == "uid") {
        const auto number = take<std::uint64_t>(key, value, "a number");
        require(number <= UINT32_MAX, [&] { return "\"uid\" is too large a number"; });
        account.uid = model::Uid{static_cast<std::uint32_t>(number)};
    } else if (key == "confirmed") {
        account.wanted.confirmed = take<bool>(key, value, "true or false");
    } else if (key == "must_change") {
        account.must_change = take<bool>(key, value, "true or false");
    } else {
        throw base::Error(base::Error::Kind::invalid, "unknown key \"" + base::printable(key, 64) + "\"");
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

[[noreturn]] void conflict(const std::string& sentence) {
    throw Error(Error::Kind::conflict, sentence);
}

class Importer {
public:
    Importer(WriteTxn& txn, const ImportSettings& settings)
        : txn_(txn), settings_(settings), numbers_(txn, settings.rules.uids) {}

    /// True where the account was made. Throws Error (conflict, limited) before anything of it is written, apart from
    /// its organisation's group.
    bool import(const ImportedAccount& line) {
        const std::string& name = line.made.public_part.name;
        if (const auto uid = PublicAccounts::find(txn_, name)) {
            require_same(*uid, line);
            return false;
        }
        if (settings_.machine->users.contains(name) || settings_.machine->groups.contains(name)) {
            conflict("the name \"" + name + "\" is taken: another source of names on this machine has it");
        }
        model::PublicAccount public_part = line.made.public_part;
        if (line.uid) {
            require_free(*line.uid);
        }
        if (!line.made.private_part.organisation.empty()) {
            public_part.groups.push_back(group_of(line.made.private_part.organisation, line.uid));
        }
        public_part.uid = line.uid ? *line.uid : allocate();
        public_part.gid = public_part.uid.value;
        write(public_part, line);
        return true;
    }

    [[nodiscard]] std::vector<Uid> made() const {
        std::vector<Uid> uids;
        uids.reserve(events_.size());
        for (const model::AuditEvent& event : events_) {
            uids.push_back(event.account.value());
        }
        return uids;
    }

    /// The records of what was made.
    void finish() {
        numbers_.keep_place();
        if (!events_.empty()) {
            audit::AuditLog::append_all(txn_, events_);
        }
    }

private:
    /// Only of what the line says: the rest was never asked for.
    void require_same(Uid uid, const ImportedAccount& line) const {
        const auto public_part = PublicAccounts::get(txn_, uid).value_or(model::PublicAccount{});
        const auto private_part = PrivateAccounts::get(txn_, uid).value_or(model::PrivateAccount{});
        const auto same = [](bool said, const std::string& is, const std::string& wanted) {
            return !said || is == wanted;
        };
        const NewAccount& said = line.wanted;
        const bool all =
            (!line.uid || *line.uid == uid)
            && same(!said.display_name.empty(), public_part.display_name, line.made.public_part.display_name)
            && same(!said.home.empty(), public_part.home, line.made.public_part.home)
            && same(!said.shell.empty(), public_part.shell, line.made.public_part.shell)
            && same(!said.mail.empty(), private_part.mail, line.made.private_part.mail)
            && same(!said.phone.empty(), private_part.phone, line.made.private_part.phone)
            && same(!said.locale.empty(), private_part.locale, line.made.private_part.locale)
            && same(!said.organisation.empty(), private_part.organisation, line.made.private_part.organisation)
            && (!said.authorisations || private_part.authorisations == line.made.private_part.authorisations);
        if (!all) {
            conflict("there is an account \"" + line.made.public_part.name
                     + "\" already, and it is not as this line says: an import changes no account");
        }
    }

    [[nodiscard]] bool is_elsewhere(Uid number) const { return settings_.machine->numbers.contains(number.value); }

    void require_free(Uid number) const {
        if (AccountsTable::is_given(txn_, number)) {
            conflict("the number " + std::to_string(number.value) + " was given already, and no number is given twice");
        }
        if (is_elsewhere(number)) {
            conflict("the number " + std::to_string(number.value) + " is taken by another source of names");
        }
    }
    Uid allocate(std::optional<Uid> kept = std::nullopt) {
        return numbers_.allocate([&](Uid number) { return is_elsewhere(number) || number == kept; });
    }
    /// `kept`: a number that is for somebody else.
    std::uint32_t group_of(const std::string& organisation, std::optional<Uid> kept) {
        if (const auto gid = GroupsTable::of(txn_, organisation)) {
            return *gid;
        }
        const std::string name = settings_.rules.defaults.organisation_prefix + organisation;
        if (settings_.machine->groups.contains(name)) {
            conflict("the group \"" + name + "\" of this organisation exists elsewhere on this machine");
        }
        const Uid number = allocate(kept);
        GroupsTable::put(txn_, {number.value, organisation});
        return number.value;
    }

    void write(const model::PublicAccount& public_part, const ImportedAccount& line) {
        model::PrivateAccount private_part = line.made.private_part;
        private_part.created = settings_.wall;
        if (line.wanted.confirmed) {
            (void)confirm_addresses(private_part, settings_.wall);
        }
        model::Credential credential;
        if (!line.password_hash.empty()) {
            credential.password_hash = line.password_hash;
            credential.password_changed = settings_.wall;
            credential.must_change = line.must_change;
            private_part.generation = 1; // as for any first password
        }
        AccountsTable::put(txn_, public_part);
        AccountsTable::put(txn_, public_part.uid, private_part);
        AccountsTable::put(txn_, public_part.uid, credential);
        base::wipe(credential.password_hash.data(), credential.password_hash.size());
        model::AuditEvent event;
        event.kind = model::AuditKind::account_created;
        event.granted = true;
        event.account = public_part.uid;
        event.identity = txn_.digest(store::DigestKind::name, public_part.name);
        event.actor = settings_.actor;
        event.detail = line.password_hash.empty() ? "imported" : "imported with a password";
        event.time = settings_.wall;
        // What outsiders counted under the name while nobody had it is not the newcomer's.
        store::CountersTable::erase_attempts(txn_, event.identity);
        events_.push_back(std::move(event));
    }

    WriteTxn& txn_;
    const ImportSettings& settings_;
    store::UidCursor numbers_;
    std::vector<model::AuditEvent> events_;
};

} // namespace

ImportedAccount::~ImportedAccount() {
    password_hash.resize(password_hash.capacity()); // it was longer, or moved out of the object itself
    base::wipe(password_hash.data(), password_hash.size());
}

ImportedAccount read_import_line(std::string_view line, const ImportRules& rules) {
    ImportedAccount account;
    account.must_change = rules.must_change;
    read_json_object(line, [&](std::string_view key, JsonValue value) { take_member(account, key, value); });
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

ImportOutcome import_lines(WriteTxn& txn, const ImportLines& lines, const ImportSettings& settings) {
    ImportOutcome outcome;
    outcome.errors = lines.errors;
    Importer importer(txn, settings);
    for (const ImportLines::Line& line : lines.lines) {
        try {
            ++(importer.import(line.account) ? outcome.created : outcome.unchanged);
        } catch (const Error& refused) {
            if (refused.kind() != Error::Kind::conflict && refused.kind() != Error::Kind::limited) {
                throw;
            }
            outcome.errors.push_back({line.number, refused.what()});
        }
    }
    outcome.made = importer.made();
    importer.finish();
    return outcome;
}

} // namespace loquet::accounts
