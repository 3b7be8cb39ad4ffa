// SPDX-License-Identifier: LGPL-2.1-or-later
// loquetd: keeps accounts and judges logins (loquetd(8)).

#include "daemon/application.h"
#include "daemon/configuration.h"
#include "daemon/out_of_service.h"
#include "daemon/store/sealing.h"
#include "daemon/walk.h"
#include "lib/base/error.h"
#include "lib/base/log.h"

#include <getopt.h>
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <utility>

namespace {

constexpr const char* usage = "usage: loquetd [--config FILE] [--profiles FOLDER]... [--messages FOLDER]...\n          "
                              "     [--plugin-dir FOLDER] [--plugin-config-dir FOLDER]\n          "
                              "     [--check [--list-plugins] | --flows] [--version]\n          "
                              "     [--walk PURPOSE [--service SERVICE] [--as KIND] [--language LOCALE] [--json]]\n";

/// Secrets must not end in a core file, and nobody else's debugger may look.
void keep_memory_private() {
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    ::prctl(PR_SET_DUMPABLE, 0);
}

void block_signals() {
    sigset_t set;
    ::sigemptyset(&set);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) {
        ::sigaddset(&set, signal);
    }
    ::pthread_sigmask(SIG_BLOCK, &set, nullptr); // before the first thread; the loop takes them
    ::signal(SIGPIPE, SIG_IGN);                  // NOLINT(cert-err33-c): cannot fail for SIGPIPE
    ::signal(SIGXFSZ, SIG_IGN);                  // NOLINT(cert-err33-c): a file too large is an error, not a death
}

/// The machine's language, as systemd gives it to its services (locale.conf(5)).
std::string machine_locale() {
    for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
        const char* value = std::getenv(name); // NOLINT(concurrency-mt-unsafe): one thread yet
        if (value != nullptr && *value != '\0') {
            return value;
        }
    }
    return {};
}

loquet::Options parse(int argc, char** argv) {
    static const option options[] = {{"config", required_argument, nullptr, 'c'},
                                     {"profiles", required_argument, nullptr, 'p'},
                                     {"messages", required_argument, nullptr, 'm'},
                                     {"check", no_argument, nullptr, 'k'},
                                     {"plugin-dir", required_argument, nullptr, 'd'},
                                     {"plugin-config-dir", required_argument, nullptr, 'o'},
                                     {"list-plugins", no_argument, nullptr, 'l'},
                                     {"flows", no_argument, nullptr, 'f'},
                                     {"walk", required_argument, nullptr, 'w'},
                                     {"service", required_argument, nullptr, 's'},
                                     {"as", required_argument, nullptr, 'a'},
                                     {"language", required_argument, nullptr, 'g'},
                                     {"json", no_argument, nullptr, 'j'},
                                     {"version", no_argument, nullptr, 'v'},
                                     {"help", no_argument, nullptr, 'h'},
                                     {nullptr, 0, nullptr, 0}};
    loquet::Options parsed;
    loquet::WalkRequest walk;
    bool walks = false;
    bool of_walk = false; ///< an option that says nothing to anything else
    parsed.locale = machine_locale();
    for (int chosen = 0; (chosen = ::getopt_long(argc, argv, "", options, nullptr)) != -1;) { // NOLINT
        switch (chosen) {
        case 'c':
            parsed.config = optarg;
            break;
        case 'p':
            parsed.profiles.emplace_back(optarg);
            break;
        case 'm':
            parsed.messages.emplace_back(optarg);
            break;
        case 'd':
            parsed.plugins.modules = optarg;
            break;
        case 'o':
            parsed.plugins.options = optarg;
            break;
        case 'k':
            parsed.check = true;
            break;
        case 'l':
            parsed.check = parsed.list_plugins = true;
            break;
        case 'f':
            parsed.list_flows = true;
            break;
        case 'w':
            walks = true;
            walk.purpose = optarg;
            break;
        case 's':
            of_walk = true;
            walk.service = optarg;
            break;
        case 'a':
            of_walk = true;
            walk.as = optarg;
            break;
        case 'g':
            of_walk = true;
            walk.language = optarg;
            break;
        case 'j':
            of_walk = walk.json = true;
            break;
        case 'v':
            std::puts("loquetd " LOQUET_VERSION);
            std::exit(0); // NOLINT(concurrency-mt-unsafe): one thread yet
        case 'h':
            std::fputs(usage, stdout);
            std::exit(0); // NOLINT(concurrency-mt-unsafe)
        default:
            std::fputs(usage, stderr);
            std::exit(2); // NOLINT(concurrency-mt-unsafe)
        }
    }
    if (optind != argc || (of_walk && !walks)) {
        std::fputs(usage, stderr);
        std::exit(2); // NOLINT(concurrency-mt-unsafe)
    }
    if (walks) {
        parsed.walk = std::move(walk);
    }
    if (parsed.messages.empty()) {
        parsed.messages = loquet::messages::usual_folders();
    }
    if (const char* folder = std::getenv("STATE_DIRECTORY")) { // NOLINT(concurrency-mt-unsafe): StateDirectory=
        parsed.state = folder;
    }
    return parsed;
}

/// What root can read says nothing of what the daemon can.
void become_the_daemons_user() {
    const passwd* user = ::geteuid() == 0 ? ::getpwnam("loquet") : nullptr; // NOLINT(concurrency-mt-unsafe)
    if (user != nullptr
        && (::initgroups(user->pw_name, user->pw_gid) != 0 || ::setgid(user->pw_gid) != 0
            || ::setuid(user->pw_uid) != 0)) {
        throw loquet::base::system_error(errno, "cannot become the user loquet");
    }
}

/// Mistakes to standard error and what was asked for to standard output, one a line.
int tell(const std::vector<std::string>& mistakes, const std::vector<std::string>& found) {
    for (const std::string& mistake : mistakes) {
        std::fprintf(stderr, "%s\n", mistake.c_str());
    }
    for (const std::string& line : found) {
        std::puts(line.c_str());
    }
    return mistakes.empty() ? EXIT_SUCCESS : EXIT_FAILURE;
}

/// Looks at the files and does not serve.
int look(const loquet::Options& options) {
    become_the_daemons_user();
    if (options.walk) {
        return loquet::walk(options);
    }
    if (options.list_flows) {
        const loquet::FlowList list = loquet::list_flows(options);
        return tell(list.complaints, list.flows);
    }
    const loquet::ConfigurationCheck found = loquet::check_configuration(options);
    return tell(found.complaints, options.list_plugins ? found.plugins : std::vector<std::string>{});
}

bool stand_in(std::optional<loquet::OutOfService>& service) noexcept {
    try {
        service.emplace();
        return true;
    } catch (const std::exception&) {
        return false; // no bus, or another daemon
    }
}

/// Tried again until it succeeds, and callers are told so meanwhile. Null where the daemon was told to end before that.
std::unique_ptr<loquet::Application> start(const loquet::Options& options) {
    std::optional<loquet::OutOfService> meanwhile; // gives the name back when this returns
    for (;;) {
        try {
            auto application = std::make_unique<loquet::Application>(options);
            if (meanwhile) {
                application->wait_for_name();
                return meanwhile->hand_over() ? std::move(application) : nullptr;
            }
            return application;
        } catch (const std::exception& error) {
            if (!meanwhile && !stand_in(meanwhile)) {
                throw;
            }
            meanwhile->refuse_because(error.what());
        }
        if (!meanwhile->wait()) {
            return nullptr;
        }
    }
}

} // namespace

int main(int argc, char** argv) {
    const loquet::Options options = parse(argc, argv);
    const bool looks = options.check || options.list_flows || options.walk.has_value();
    keep_memory_private();
    loquet::store::restrict_openssl();
    block_signals();
    try {
        if (looks) {
            return look(options);
        }
        if (const auto application = start(options)) {
            application->run();
        }
        return EXIT_SUCCESS;
    } catch (const std::exception& error) {
        if (looks) {
            std::fprintf(stderr, "loquetd: %s\n", error.what());
            return EXIT_FAILURE;
        }
        loquet::log_findings(loquet::log::id::start_failed, error.what());
        return EXIT_FAILURE;
    }
}
