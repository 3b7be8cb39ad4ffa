// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/account.h"
#include "cli/machine_check.h"
#include "cli/plugin.h"
#include "cli/verbs.h"
#include "lib/base/error.h"
#include "lib/directory/reader.h"
#include "lib/protocol/names.h"

#include <algorithm>
#include <optional>

namespace loquet::cli {

namespace {

Value count_accounts(Client& client, const std::string& state) {
    account::AccountPages pages(client, state, 0);
    std::uint64_t count = 0;
    for (std::size_t got = pages.next().size(); got > 0; got = pages.next().size()) {
        count += got;
    }
    return count;
}

/// The first account that is published: from the service where the caller may list accounts, else from the directory of
/// names, which everybody may read.
std::optional<account::ListedAccount> somebody(Client& client) {
    try {
        std::vector<account::ListedAccount> page = account::AccountPages(client, "", 1).next();
        return page.empty() ? std::nullopt : std::optional(std::move(page.front()));
    } catch (const base::Error& error) {
        if (error.kind() != base::Error::Kind::denied) {
            throw;
        }
    }
    std::optional<account::ListedAccount> found;
    directory::Reader reader(LOQUET_DIRECTORY_FOLDER);
    reader.ask([&](const directory::View& view) {
        directory::Cursor cursor;
        directory::Person person;
        if (view.next_person(cursor, person) == directory::Found::yes) {
            found = account::ListedAccount{"", std::string(person.name), person.uid, ""};
        }
    });
    return found;
}

/// What keeps this machine's logins from the service, however well that is.
std::vector<std::string> findings_of_machine(Client& client) {
    const MachineCheck machine;
    std::vector<std::string> findings = machine.pam();
    const auto append = [&findings](const std::vector<std::string>& more) {
        findings.insert(findings.end(), more.begin(), more.end());
    };
    const std::vector<std::string> sources = machine.name_sources();
    append(sources);
    if (const auto account = sources.empty() ? somebody(client) : std::nullopt) {
        append(machine.name(account->name, account->uid));
    }
    append(machine.permissions());
    return findings;
}

/// What the service says of itself is not all: a login that never comes to it is no better.
std::string health_of(const Properties& manager, bool things_to_do) {
    const std::string health = cell_text(property(manager, "Health"));
    return health == "ok" && things_to_do ? "not ok" : health;
}

} // namespace

ExitCode status(Client& client, Output& output) {
    const Properties manager = client.properties(protocol::root_path, protocol::manager_interface);
    const std::vector<Record> plugins = plugin::plugins_of(manager);
    std::vector<std::string> to_do;
    for (const Record& record : plugins) {
        const auto mistakes = client.serves_this_machine() ? plugin::mistakes_of(record) : std::vector<std::string>();
        if (plugin::is_failing(record) || !mistakes.empty()) {
            to_do.push_back(plugin::advice_for(record, mistakes));
        }
    }
    if (client.serves_this_machine()) {
        const std::vector<std::string> findings = findings_of_machine(client);
        to_do.insert(to_do.end(), findings.begin(), findings.end());
    }
    const std::string health = health_of(manager, !to_do.empty());
    Record record{{{"version", "Version", property(manager, "Version")},
                   {"schema_version", "Store schema", property(manager, "SchemaVersion")},
                   {"profile", "Profile", property(manager, "Profile")},
                   {"health", "Health", health},
                   {"locked_accounts", "Locked accounts", count_accounts(client, "locked")},
                   {"disabled_accounts", "Disabled accounts", count_accounts(client, "disabled")},
                   {"plugins", "Plugins", plugins}}};
    if (output.form() == Output::Form::program) {
        record.fields.push_back({"to_do", "", to_do});
    }
    output.show(record);
    if (output.form() == Output::Form::people) {
        output.advise(to_do);
    }
    return health == "ok" && to_do.empty() ? ExitCode::done : ExitCode::failed;
}

} // namespace loquet::cli
