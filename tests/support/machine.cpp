// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/support/machine.h"

#include "lib/base/error.h"
#include "lib/base/file.h"
#include "lib/base/secret.h"
#include "lib/bus/message.h"
#include "lib/protocol/names.h"
#include "lib/protocol/sealed_texts.h"
#include "paths.h"
#include "tests/support/artifacts.h"
#include "tests/support/canary.h"

#include <charconv>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

namespace loquet::tests {

namespace {

using base::Error;

constexpr base::Milliseconds bus_default{0};

/// Exactly as long as a master key has to be, and to be found nowhere but in its file.
std::string master_key() {
    std::string key(canary::master_key);
    key.resize(32, '=');
    return key;
}

std::string configuration_for(const TempFolder& folder) {
    return "[store]\nfolder = \"" + folder / "store" + "\"\nmaster_key = \"" + folder / "master-key"
           + "\"\n[directory]\nfolder = \"" + folder / "directory" + "\"\n[runtime]\nfolder = \"" + folder / "run"
           + "\"\n"
           // One cheap hash: tests ask for what happens, not for how long a guess takes.
           + "[hashing]\nmethod = \"yescrypt\"\ncost = 1\nworkers = 2\n";
}

void write_options(const std::string& folder, const std::map<std::string, std::string>& plugins) {
    for (const auto& [name, options] : plugins) {
        const std::string shipped = std::string(LOQUET_SOURCE_DIR) + "/etc/plugins/" + name + ".toml";
        if (!options.empty()) {
            base::replace_file(folder + "/" + name + ".toml", options, 0644);
        } else if (std::filesystem::exists(shipped)) {
            std::filesystem::copy_file(shipped, folder + "/" + name + ".toml");
        }
    }
}

} // namespace

Machine::Machine(MachineOptions options) : options_(std::move(options)) {
    for (const char* name : {"run", "run/plugins", "options", "loquet.toml.d", "messages"}) {
        base::make_folder(folder_ / name, 0700);
    }
    base::replace_file(folder_ / "master-key", master_key(), 0600);
    base::replace_file(configuration_file(), configuration_for(folder_), 0600);
    configure(options_.configuration);
    write_options(folder_ / "options", options_.plugins);
    plugins_ = std::make_unique<PluginHosts>(
        PluginHosts::Places{LOQUET_PLUGIN_PROGRAM, folder_ / "run/plugins",
                            options_.modules.empty() ? LOQUET_PLUGIN_MODULES : options_.modules, folder_ / "options"});
    for (const auto& [name, text] : options_.plugins) {
        plugins_->start(name);
    }
    start();
    wait_for_plugins();
}

Machine::~Machine() {
    if (const auto place = artifacts_folder(std::filesystem::path(folder()).filename())) {
        keep_traces(*place);
    }
}

void Machine::keep_traces(const std::filesystem::path& place) const {
    namespace fs = std::filesystem;
    std::error_code failed; // the search tells where nothing was kept; a destructor cannot
    fs::copy(store_folder(), place / "store", fs::copy_options::recursive, failed);
    std::ofstream(place / "log") << log();
    if (daemon_) {
        // Not copied: the kernel does not say how long these are.
        for (const char* shown : {"cmdline", "environ"}) {
            std::ofstream(place / shown)
                << std::ifstream("/proc/" + std::to_string(daemon_->pid()) + "/" + shown).rdbuf();
        }
    }
}

void Machine::configure(const std::string& configuration) {
    base::replace_file(folder_ / "loquet.toml.d/test.toml", configuration, 0600);
}

void Machine::start() {
    std::vector<std::string> environment = options_.environment;
    environment.push_back(bus_.variable());
    environment.emplace_back("LC_ALL=C.UTF-8"); // unless the test said otherwise, which comes first
    daemon_ = std::make_unique<Process>(
        Command{{LOQUET_DAEMON_PROGRAM, "--config", configuration_file(), "--profiles",
                 std::string(LOQUET_SOURCE_DIR) + "/etc/profiles", "--messages",
                 std::string(LOQUET_SOURCE_DIR) + "/etc/messages", "--messages", messages_folder(), "--plugin-dir",
                 options_.modules.empty() ? LOQUET_PLUGIN_MODULES : options_.modules, "--plugin-config-dir",
                 folder_ / "options"},
                environment,
                {}});
    bus::Connection connection = connect();
    const bool answered = eventually([&] { return owns_name(connection) || !daemon_->running(); });
    if (!answered || !daemon_->running()) {
        throw Error(Error::Kind::unavailable, "loquetd did not start:\n" + daemon_->errors());
    }
}

Outcome Machine::stop() {
    daemon_->signal(SIGTERM);
    Outcome outcome = daemon_->wait();
    earlier_log_ += outcome.errors;
    daemon_.reset();
    return outcome;
}

void Machine::kill() {
    daemon_->signal(SIGKILL);
    earlier_log_ += daemon_->wait().errors;
    daemon_.reset();
}

bool Machine::owns_name(bus::Connection& connection) const {
    const bus::Message question =
        connection.method_call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "NameHasOwner");
    bus::Writer(question.get()).text(protocol::bus_name);
    const bus::Message answer = connection.call(question, bus_default);
    return bus::Reader(answer.get()).boolean();
}

void Machine::wait_for_plugins() {
    bus::Connection connection = connect();
    std::string states;
    const bool ready = eventually([&] {
        const bus::Message question =
            connection.method_call(protocol::bus_name, protocol::root_path, "org.freedesktop.DBus.Properties", "Get");
        bus::Writer(question.get()).text(protocol::manager_interface).text("Plugins");
        const bus::Message answer = connection.call(question, bus_default);
        bus::Reader reader(answer.get());
        reader.enter(SD_BUS_TYPE_VARIANT, "aa{sv}");
        bool all = true;
        states.clear();
        for (const bus::Row& row : bus::read_rows(reader, 256)) {
            const std::string state = row.text("state");
            states += row.text("instance") + ": " + state + " " + row.text("detail") + "\n";
            all = all && (state == "ready" || !options_.plugins.contains(row.text("instance")));
        }
        return all;
    });
    if (!ready) {
        throw Error(Error::Kind::unavailable, "not all plugins answer:\n" + states + log());
    }
}

MachineAccount Machine::create_account(const std::string& name, std::string_view password, bool must_change,
                                       const std::string& mail) {
    bus::Connection connection = connect();
    const bus::Message request =
        connection.method_call(protocol::bus_name, protocol::root_path, protocol::manager_interface, "CreateAccount");
    base::Fd sealed;
    bus::Writer writer(request.get());
    writer.array("{sv}", [&] {
        writer.entry("name", name);
        if (!mail.empty()) {
            writer.entry("mail", mail).entry("confirmed", "b", [&] { writer.boolean(true); });
        }
        if (!password.empty()) {
            protocol::Answers answers;
            answers.emplace_back(password);
            sealed = protocol::seal_answers(answers);
            writer.entry("password", "h", [&] { writer.fd(sealed.get()); });
            writer.entry("must_change", "b", [&] { writer.boolean(must_change); });
        }
    });
    const bus::Message answer = connection.call(request, bus_default);
    MachineAccount account;
    account.path = bus::Reader(answer.get()).object_path();
    const std::string number = account.path.substr(account.path.rfind('/') + 1);
    std::from_chars(number.data(), number.data() + number.size(), account.uid);
    return account;
}

} // namespace loquet::tests
