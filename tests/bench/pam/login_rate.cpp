// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/bench/pam/application.h"
#include "tests/bench/pam/modes.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <stdexcept>

namespace loquet::bench {

namespace {

/// A name that ends in '#' is another one for each client: nobody waits in front of one account.
Login of_client(const Login& login, int client) {
    Login changed = login;
    if (changed.person.user.ends_with('#')) {
        changed.person.user.back() = static_cast<char>('0' + client);
    }
    return changed;
}

[[noreturn]] void be_client(const Login& login, const Settings& settings, int expected) {
    for (int i = 0; i < settings.times; ++i) {
        const int result = log_in(login, settings.authenticate_only);
        if (result != expected) {
            (void)std::fprintf(stderr, "the login of %s ended with %d, not %d\n", login.person.user.c_str(), result,
                               expected);
            ::_exit(1);
        }
    }
    ::_exit(0);
}

void run_clients(const Login& login, const Settings& settings, int expected) {
    std::vector<pid_t> children;
    for (int client = 0; client < settings.clients; ++client) {
        const pid_t child = ::fork();
        if (child == 0) {
            be_client(of_client(login, client), settings, expected);
        }
        children.push_back(child);
    }
    for (const pid_t child : children) {
        int status = 0;
        if (child < 0 || ::waitpid(child, &status, 0) != child || status != 0) {
            throw std::runtime_error("a client did not log in");
        }
    }
}

} // namespace

void measure_rate(const Settings& settings) {
    constexpr double microseconds_in_a_second = 1e6;
    const auto logins = read_logins(settings.words);
    const auto rate = [&](const Login& login, int expected) {
        const double took = microseconds([&] { run_clients(login, settings, expected); });
        return settings.clients * settings.times * microseconds_in_a_second / took;
    };
    Row row = settings.row;
    row.unit = "/s";
    for (int round = 0; round < settings.rounds; ++round) {
        row.figure.add(rate(logins.at(0), settings.expected));
        row.reference.add(rate(logins.at(1), settings.expected_of_peer));
    }
    row.ratio = row.figure / row.reference;
    row.print();
}

} // namespace loquet::bench
