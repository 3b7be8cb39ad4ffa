// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/enrol.h"

#include "cli/own_dialog.h"
#include "lib/base/text.h"
#include "lib/protocol/names.h"

#include <fmt/format.h>

#include <memory>
#include <optional>

namespace loquet::cli {

ExitCode enrol(Client& client, Output& output, const std::string& account) {
    const std::unique_ptr<Answerer> answerer = make_answerer(std::nullopt, PreparedAnswerer::LastLine::like_the_others);
    const protocol::Granted granted =
        run_own_dialog(client, {protocol::purpose::manage_secrets, account, "loquetctl", "enrol"}, *answerer);
    output.done(fmt::format("The second factor of {} is set up.", base::printable(granted.account)),
                {{{"account", "", granted.account}, {"messages", "", granted.messages}}});
    return ExitCode::done;
}

} // namespace loquet::cli
