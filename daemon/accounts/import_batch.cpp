// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/accounts/import_batch.h"

#include "daemon/audit/audit_log.h"
#include "daemon/model/audit_event.h"
#include "daemon/store/accounts_table.h"
#include "daemon/store/counters_table.h"
#include "daemon/store/public_accounts.h"
#include "daemon/store/sealing.h"
#include "lib/base/error.h"
#include "lib/base/text.h"

#include <optional>
#include <utility>

namespace loquet::accounts {

namespace {

using base::Error;
using model::Uid;
using store::AccountsTable;
using store::GroupsTable;
using store::PrivateAccounts;
using store::PublicAccounts;
using store::WriteTxn;

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
    importer.finish();
    return outcome;
}

} // namespace loquet::accounts
