// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/account.h"
#include "cli/password_input.h"
#include "lib/base/text.h"
#include "lib/protocol/answers.h"
#include "lib/protocol/names.h"

#include <fmt/format.h>

#include <array>

namespace loquet::cli::account {

namespace {

std::optional<base::Secret> password_of(const AddOptions& options) {
    if (options.no_password) {
        return std::nullopt;
    }
    if (options.password_fd) {
        std::vector<base::Secret> lines = read_password_lines(*options.password_fd, 1);
        return std::move(lines.front());
    }
    return ask_for_new_password();
}

void write_properties(bus::Writer& writer, const AddOptions& options) {
    const std::array<std::pair<const char*, const std::string*>, 7> texts{{
        {"name", &options.name},
        {"display_name", &options.display_name},
        {"mail", &options.mail},
        {"phone", &options.phone},
        {"shell", &options.shell},
        {"home", &options.home},
        {"organisation", &options.organisation},
    }};
    for (const auto& [key, text] : texts) {
        if (!text->empty()) {
            writer.entry(key, *text);
        }
    }
    if (!options.authorisations.empty()) {
        writer.entry("authorisations", "as", [&] { writer.texts(options.authorisations); });
    }
}

} // namespace

ExitCode add(Client& client, Output& output, const AddOptions& options) {
    protocol::Answers answers;
    if (std::optional<base::Secret> password = password_of(options)) {
        answers.push_back(std::move(*password));
    }
    client.let_polkit_ask();
    const bus::Message request = client.request(protocol::root_path, protocol::manager_interface, "CreateAccount");
    bus::Writer writer(request.get());
    writer.array("{sv}", [&] {
        write_properties(writer, options);
        if (!answers.empty()) {
            const base::Fd sealed = protocol::seal_answers(answers);
            writer.entry("password", "h", [&] { writer.fd(sealed.get()); });
        }
    });
    const bus::Message reply = client.call(request);
    const Properties created = client.properties(bus::Reader(reply.get()).object_path(), protocol::account_interface);
    const std::string name = cell_text(property(created, "Name"));
    output.done(fmt::format("The account {} (UID {}) was created.{}", name, cell_text(property(created, "UID")),
                            answers.empty() ? " It has no password: nobody can log in to it yet." : ""),
                {{{"account", "", property(created, "Name")}, {"uid", "", property(created, "UID")}}});
    return ExitCode::done;
}

} // namespace loquet::cli::account
