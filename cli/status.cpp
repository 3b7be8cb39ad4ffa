// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/status.h"

#include "cli/account_pages.h"
#include "cli/plugin.h"
#include "lib/protocol/names.h"

#include <algorithm>

namespace loquet::cli {

namespace {

Value count_accounts(Client& client, const std::string& state) {
    AccountPages pages(client, state, 0);
    std::uint64_t count = 0;
    for (std::size_t got = pages.next().size(); got > 0; got = pages.next().size()) {
        count += got;
    }
    return count;
}

} // namespace

ExitCode status(Client& client, Output& output) {
    const Properties manager = client.properties(protocol::root_path, protocol::manager_interface);
    const std::vector<Record> plugins = plugin::plugins_of(manager);
    std::vector<std::string> to_do;
    for (const Record& record : plugins) {
        if (plugin::is_failing(record)) {
            to_do.push_back(plugin::advice_for(record));
        }
    }
    const Value health = property(manager, "Health");
    const bool well = cell_text(health) == "ok";
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
    return well && to_do.empty() ? ExitCode::done : ExitCode::failed;
}

} // namespace loquet::cli
