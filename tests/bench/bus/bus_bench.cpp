// SPDX-License-Identifier: LGPL-2.1-or-later
// Rows P14, P16 and P19, and what makes the accounts of the others, against the loquetd of a bus:
//   bus_bench ADDRESS methods ACCOUNT     two methods beside an echo of plain sd-bus, all on the CPUs of this process
//   bus_bench ADDRESS ping PID...         a ping while those processes run, and while they are stopped
//   bus_bench ADDRESS find COUNT          asks for the accounts person0 ... of fill_accounts, a tenth of them twice
//   bus_bench ADDRESS create NAME...      makes accounts whose password need not be changed: it is on standard input
//   bus_bench ADDRESS start ACCOUNT COMMAND...   starts the daemon, ends it when it knows the account, and prints the
//                                                milliseconds in between and nothing else
#include "lib/base/error.h"
#include "lib/base/secret.h"
#include "lib/bus/connection.h"
#include "lib/protocol/names.h"
#include "lib/protocol/sealed_texts.h"
#include "tests/bench/bus/echo_service.h"
#include "tests/bench/child.h"
#include "tests/bench/program.h"
#include "tests/bench/row.h"

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace loquet; // NOLINT(google-build-using-namespace): a program of one file
using bench::Rounds;
using bench::Row;

constexpr int rounds = 7;
constexpr int calls = 2000;
constexpr base::Milliseconds bus_default{0};

class Client {
public:
    explicit Client(const std::string& address) : connection_(bus::Connection::at(address)) {}

    void echo(const std::string& text) {
        const bus::Message call = connection_.method_call(bench::echo_name, bench::echo_path, bench::echo_name, "Echo");
        bus::Writer(call.get()).text(text);
        (void)connection_.call(call, bus_default);
    }
    void ping() {
        (void)connection_.call(
            connection_.method_call(protocol::bus_name, protocol::root_path, "org.freedesktop.DBus.Peer", "Ping"),
            bus_default);
    }
    void version() {
        const bus::Message call =
            connection_.method_call(protocol::bus_name, protocol::root_path, "org.freedesktop.DBus.Properties", "Get");
        bus::Writer(call.get()).text(protocol::manager_interface).text("Version");
        (void)connection_.call(call, bus_default);
    }
    void find(const std::string& account) {
        const bus::Message call = connection_.method_call(protocol::bus_name, protocol::root_path,
                                                          protocol::manager_interface, "FindAccount");
        bus::Writer(call.get()).text(account);
        (void)connection_.call(call, bus_default);
    }

private:
    bus::Connection connection_;
};

/// The median of many calls.
template <class Call>
double one_call(Call call) {
    Rounds samples;
    for (int i = 0; i < calls; ++i) {
        samples.time(call);
    }
    return samples.median();
}

void measure_methods(const std::string& address, const std::string& account) {
    const bench::EchoService service(address);
    Client client(address);
    const std::string text(64, 'x');
    Rounds echo;
    Rounds plain;
    Rounds asking;
    for (int round = 0; round < rounds; ++round) {
        echo.add(one_call([&] { client.echo(text); }));
        plain.add(one_call([&] { client.version(); }));
        asking.add(one_call([&] { client.find(account); }));
    }
    const std::string floor = "sd-bus echo of 64 bytes";
    Row{"P14", "property read, no work", "us", plain, floor, echo, plain / echo, bench::at_most(1.15)}.print();
    Row{"P14", "FindAccount: who calls, and a lookup", "us", asking, floor, echo, asking / echo, bench::at_most(1.2)}
        .print();
}

void send_all(const std::vector<pid_t>& processes, int number) {
    for (const pid_t process : processes) {
        if (::kill(process, number) != 0) {
            throw std::runtime_error("a process of the load has ended");
        }
    }
}

void measure_ping(const std::string& address, const std::vector<pid_t>& load) {
    constexpr useconds_t hashes_end_within = 500'000; // those that were begun before their clients were stopped
    Client client(address);
    Row row{.row = "P16", .what = "ping of the bus while all workers hash", .unit = "us", .figure = {}};
    row.against = "the same, idle";
    row.target = bench::at_most(1.5);
    for (int round = 0; round < rounds; ++round) {
        send_all(load, SIGSTOP);
        ::usleep(hashes_end_within);
        row.reference.add(one_call([&] { client.ping(); }));
        send_all(load, SIGCONT);
        ::usleep(hashes_end_within);
        row.figure.add(one_call([&] { client.ping(); }));
    }
    row.ratio = row.figure / row.reference;
    row.print();
}

void find_accounts(const std::string& address, int count) {
    Client client(address);
    for (int i = 0; i < count + count / 10; ++i) {
        client.find("person" + std::to_string(i % count));
    }
}

void create_account(const std::string& address, const std::string& name, const base::Secret& password) {
    bus::Connection connection = bus::Connection::at(address);
    const bus::Message request =
        connection.method_call(protocol::bus_name, protocol::root_path, protocol::manager_interface, "CreateAccount");
    protocol::Answers answers;
    answers.push_back(password.clone());
    const base::Fd sealed = protocol::seal_answers(answers);
    bus::Writer writer(request.get());
    writer.array("{sv}", [&] {
        writer.entry("name", name);
        writer.entry("password", "h", [&] { writer.fd(sealed.get()); });
        writer.entry("must_change", "b", [&] { writer.boolean(false); });
    });
    (void)connection.call(request, bus_default);
}

bool answers(Client& client, const std::string& account) {
    try {
        client.find(account);
        return true;
    } catch (const base::Error& error) {
        if (error.kind() != base::Error::Kind::unavailable) { // which it is while nobody has the daemon's name
            throw;
        }
        return false;
    }
}

void measure_start(const std::string& address, const std::string& account, const std::vector<std::string>& command) {
    constexpr double microseconds_in_a_millisecond = 1000;
    constexpr useconds_t between_tries = 300;
    Client client(address);
    std::optional<bench::Child> daemon;
    const double took = bench::microseconds([&] {
        daemon.emplace(command);
        while (!answers(client, account)) {
            daemon->must_run();
            ::usleep(between_tries);
        }
    });
    std::printf("%g\n", took / microseconds_in_a_millisecond);
}

base::Secret password_from_input() {
    std::string line;
    std::getline(std::cin, line);
    return base::Secret::take(line);
}

void run(const std::vector<std::string>& words) {
    const std::string& address = words.at(0);
    const std::string& mode = words.at(1);
    if (mode == "methods") {
        measure_methods(address, words.at(2));
    } else if (mode == "ping") {
        std::vector<pid_t> load;
        for (std::size_t i = 2; i < words.size(); ++i) {
            load.push_back(std::stoi(words[i]));
        }
        measure_ping(address, load);
    } else if (mode == "find") {
        find_accounts(address, std::stoi(words.at(2)));
    } else if (mode == "start") {
        measure_start(address, words.at(2), {words.begin() + 3, words.end()});
    } else if (mode == "create") {
        const base::Secret password = password_from_input();
        for (std::size_t i = 2; i < words.size(); ++i) {
            create_account(address, words[i], password);
        }
    } else {
        throw std::invalid_argument("bus_bench ADDRESS methods|ping|find|create|start WORD...");
    }
}

} // namespace

int main(int argc, char** argv) {
    return loquet::bench::program(argc, argv, run);
}
