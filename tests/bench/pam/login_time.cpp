// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/bench/pam/application.h"
#include "tests/bench/pam/modes.h"

#include <crypt.h>

#include <fstream>
#include <iostream>
#include <memory>
#include <stdexcept>

namespace loquet::bench {

namespace {

constexpr double microseconds_in_a_millisecond = 1000;

/// A name that ends in '#' is another one in each round: nobody fails often enough to be locked.
Login in_round(const Login& login, int round) {
    Login changed = login;
    if (std::string& user = changed.person.user; user.ends_with('#')) {
        user.back() = '-';
        user += std::to_string(round);
    }
    return changed;
}

void must_log_in(const Login& login, bool authenticate_only, int expected) {
    const int result = log_in(login, authenticate_only);
    if (result != expected) {
        throw std::runtime_error("the login of " + login.person.user + " by " + login.service + " ended with "
                                 + std::to_string(result) + ", not " + std::to_string(expected));
    }
}

/// One sample of each in turn, `times` times, so that the machine's moods meet all alike; then the medians.
template <class... Works>
void one_round(const Settings& settings, std::pair<Rounds*, Works>... things) {
    std::vector<Rounds> samples(sizeof...(things));
    for (int i = 0; i < settings.times; ++i) {
        std::size_t which = 0;
        (samples[which++].time(things.second), ...);
    }
    std::size_t which = 0;
    (things.first->add(samples[which++].median() / microseconds_in_a_millisecond), ...);
}

/// After failures, so that they are not "in a row" for ever; and before everything, so that no first time is counted.
void refresh(const Settings& settings, const Login& login) {
    if (!settings.right.empty()) {
        Login right = login;
        right.person.password = settings.right;
        must_log_in(right, settings.authenticate_only, PAM_SUCCESS);
    }
}

} // namespace

void compare_logins(const Settings& settings) {
    const auto logins = read_logins(settings.words);
    Row row = settings.row;
    row.unit = "ms";
    for (int round = 0; round < settings.rounds; ++round) {
        const Login ours = in_round(logins.at(0), round);
        const Login peer = in_round(logins.at(1), round);
        refresh(settings, ours);
        const auto our_login = [&] { must_log_in(ours, settings.authenticate_only, settings.expected); };
        const auto peer_login = [&] { must_log_in(peer, settings.authenticate_only, settings.expected_of_peer); };
        our_login();
        peer_login();
        one_round(settings, std::pair(&row.figure, our_login), std::pair(&row.reference, peer_login));
    }
    row.ratio = row.figure / row.reference;
    row.print();
}

void measure_surplus(const Settings& settings) {
    const Login login = read_logins(settings.words).at(0);
    auto data = std::make_unique<crypt_data>();
    const auto hash = [&] {
        const char* made =
            ::crypt_rn(login.person.password.c_str(), settings.setting.c_str(), data.get(), sizeof *data);
        if (made == nullptr) {
            throw std::runtime_error("crypt(3) does not take " + settings.setting);
        }
    };
    Row row = settings.row;
    row.unit = "ms";
    Rounds whole;
    for (int round = 0; round < settings.rounds; ++round) {
        const auto go = [&] { must_log_in(login, settings.authenticate_only, settings.expected); };
        go();
        one_round(settings, std::pair(&whole, go), std::pair(&row.reference, hash));
    }
    row.figure = whole - row.reference;
    row.print();
}

void print_figure(const Settings& settings) {
    const Login login = read_logins(settings.words).at(0);
    const auto go = [&] { must_log_in(login, settings.authenticate_only, settings.expected); };
    go();
    Rounds figure;
    one_round(settings, std::pair(&figure, go));
    std::cout << figure.median() << '\n';
}

void keep_logging_in(const Settings& settings) {
    const Login login = read_logins(settings.words).at(0);
    for (;;) {
        must_log_in(login, settings.authenticate_only, settings.expected);
    }
}

void repeat_login(const Settings& settings) {
    const Login login = read_logins(settings.words).at(0);
    for (int i = 0; i < settings.times; ++i) {
        must_log_in(login, settings.authenticate_only, settings.expected);
    }
}

void print_memory(const Settings& settings) {
    const Login login = read_logins(settings.words).at(0);
    const auto print = [] {
        std::ifstream rollup("/proc/self/smaps_rollup");
        for (std::string word; rollup >> word;) {
            long kilobytes = 0;
            if (word == "Private_Dirty:" && rollup >> kilobytes) {
                std::cout << kilobytes << '\n';
            }
        }
    };
    const int result = log_in(login, settings.authenticate_only, print);
    if (result != settings.expected) {
        throw std::runtime_error("the login of " + login.person.user + " ended with " + std::to_string(result));
    }
}

} // namespace loquet::bench
