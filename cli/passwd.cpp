// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/passwd.h"

#include "cli/own_dialog.h"
#include "lib/base/text.h"
#include "lib/protocol/names.h"

#include <fmt/format.h>

#include <memory>

namespace loquet::cli {

ExitCode passwd(Client& client, Output& output, const PasswdOptions& options) {
    const std::unique_ptr<Answerer> answerer =
        make_answerer(options.password_fd, PreparedAnswerer::LastLine::new_password);
    const protocol::Granted granted =
        run_own_dialog(client, {protocol::purpose::change_password, options.account, "passwd", "passwd"}, *answerer);
    std::string said = fmt::format("The password of {} was changed.", base::printable(granted.account));
    for (const std::string& message : granted.messages) {
        said += "\n" + base::printable(message);
    }
    output.done(said, {{{"account", "", granted.account}, {"messages", "", granted.messages}}});
    return ExitCode::done;
}

} // namespace loquet::cli
