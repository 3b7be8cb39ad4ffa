// SPDX-License-Identifier: LGPL-2.1-or-later
// loquetd: keeps accounts and judges logins (loquetd(8)).

#include "daemon/application.h"
#include "daemon/store/sealing.h"
#include "lib/base/error.h"
#include "lib/base/log.h"

#include <getopt.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>

namespace {

constexpr const char* usage =
    "usage: loquetd [--config FILE] [--profiles FOLDER]... [--messages FOLDER]... [--version]\n";

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
    static const option options[] = {
        {"config", required_argument, nullptr, 'c'},   {"profiles", required_argument, nullptr, 'p'},
        {"messages", required_argument, nullptr, 'm'}, {"version", no_argument, nullptr, 'v'},
        {"help", no_argument, nullptr, 'h'},           {nullptr, 0, nullptr, 0}};
    loquet::Options parsed;
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
    if (optind != argc) {
        std::fputs(usage, stderr);
        std::exit(2); // NOLINT(concurrency-mt-unsafe)
    }
    if (parsed.messages.empty()) {
        parsed.messages = loquet::messages::usual_folders();
    }
    return parsed;
}

} // namespace

int main(int argc, char** argv) {
    loquet::Options options = parse(argc, argv);
    keep_memory_private();
    loquet::store::restrict_openssl();
    block_signals();
    try {
        loquet::Application application(std::move(options));
        application.run();
        return EXIT_SUCCESS;
    } catch (const std::exception& error) {
        loquet::log::error(loquet::log::id::start_failed, error.what());
        return EXIT_FAILURE;
    }
}
