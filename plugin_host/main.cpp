// SPDX-License-Identifier: LGPL-2.1-or-later
// loquet-plugin: the process of one plugin. Loads it, configures it, gives up what it does not need, and answers the
// daemon.
#include "lib/base/error.h"
#include "plugin_host/check.h"
#include "plugin_host/confinement.h"
#include "plugin_host/request_timer.h"
#include "plugin_host/server.h"

#include <getopt.h>
#include <pwd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>

namespace loquet::plugin_host {

namespace {

constexpr int exit_usage = 2;

constexpr const char* usage = "usage: loquet-plugin [--listen PATH] [--plugin-dir DIR] [--config-dir DIR]\n"
                              "                     [--allow-user USER]... [--check] NAME\n"
                              "Serves the plugin instance NAME on the socket that was handed over, or at PATH.\n";

struct Invocation {
    Folders folders;
    std::string listen;
    std::vector<std::string> users;
    bool check = false;
    std::string name;
};

std::optional<Invocation> parse(int argc, char** argv) {
    static const std::array<option, 6> known{{{"listen", required_argument, nullptr, 'l'},
                                              {"plugin-dir", required_argument, nullptr, 'p'},
                                              {"config-dir", required_argument, nullptr, 'c'},
                                              {"allow-user", required_argument, nullptr, 'u'},
                                              {"check", no_argument, nullptr, 'k'},
                                              {nullptr, 0, nullptr, 0}}};
    Invocation invocation;
    for (int found = 0; (found = ::getopt_long(argc, argv, "", known.data(), nullptr)) != -1;) {
        switch (found) {
        case 'l':
            invocation.listen = optarg;
            break;
        case 'p':
            invocation.folders.plugins = optarg;
            break;
        case 'c':
            invocation.folders.configuration = optarg;
            break;
        case 'u':
            invocation.users.emplace_back(optarg);
            break;
        case 'k':
            invocation.check = true;
            break;
        default:
            return std::nullopt;
        }
    }
    if (optind + 1 != argc) {
        return std::nullopt;
    }
    invocation.name = argv[optind];
    return invocation;
}

std::vector<uid_t> uids_of(const std::vector<std::string>& users) {
    std::vector<uid_t> uids;
    for (const std::string& user : users) {
        const passwd* entry = ::getpwnam(user.c_str()); // NOLINT(concurrency-mt-unsafe): before any thread
        if (entry == nullptr) {
            throw base::Error(base::Error::Kind::not_found, "there is no user " + user + " (--allow-user)");
        }
        uids.push_back(entry->pw_uid);
    }
    return uids;
}

int check(const Invocation& invocation) {
    const std::string lent = lend_credential(invocation.name);
    const auto complaints = check_instance(invocation.folders, invocation.name);
    if (!lent.empty()) {
        std::filesystem::remove_all(lent);
    }
    for (const std::string& complaint : complaints) {
        std::puts(complaint.c_str());
    }
    if (complaints.empty()) {
        std::puts("ok");
    }
    return complaints.empty() ? EXIT_SUCCESS : EXIT_FAILURE;
}

/// Throws what keeps the plugin from working, once it was told to those who wait at the socket that was handed over.
std::unique_ptr<PluginInstance> load(const Invocation& invocation, const std::vector<uid_t>& permitted) {
    try {
        return std::make_unique<PluginInstance>(invocation.folders, invocation.name);
    } catch (const base::Error& error) {
        if (invocation.listen.empty()) {
            std::string why = error.what();
            for (std::size_t end = 0; (end = why.find('\n', end)) != std::string::npos; end += 2) {
                why.replace(end, 1, "; ");
            }
            try {
                refuse_waiting(inherited_listener(), permitted, why);
            } catch (const base::Error& nobody_to_tell) {
                std::fprintf(stderr, "loquet-plugin: %s\n", nobody_to_tell.what());
            }
        }
        throw;
    }
}

int run(int argc, char** argv) {
    const auto invocation = parse(argc, argv);
    if (!invocation) {
        std::fputs(usage, stderr);
        return exit_usage;
    }
    give_up_privileges();
    if (invocation->check) {
        return check(*invocation);
    }
    prepare_c_library();
    const auto permitted = uids_of(invocation->users);
    const auto plugin = load(*invocation, permitted);
    base::Fd listener = invocation->listen.empty() ? inherited_listener() : make_listener(invocation->listen);
    Server server(std::move(listener), *plugin, permitted);
    RequestTimer::prepare();
    if (plugin->description().kind == protocol::PluginKind::channel) {
        filter_system_calls_of_channel();
    } else {
        filter_system_calls();
    }
    server.serve();
}

} // namespace

} // namespace loquet::plugin_host

int main(int argc, char** argv) {
    try {
        return loquet::plugin_host::run(argc, argv);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "loquet-plugin: %s\n", error.what());
        return EXIT_FAILURE;
    }
}
