// SPDX-License-Identifier: LGPL-2.1-or-later
// Row P20: from the daemon to a process that asks a name service. LIBRARY is the NSS module.
//   visible_bench change ROW COUNT LIBRARY ADDRESS    makes accounts by the bus, each until the module knows it; COUNT:
//   how
//                                                     many the daemon has
//   visible_bench all LIBRARY NAME COMMAND...         starts the daemon, ends it when the module knows NAME, and prints
//   the
//                                                     milliseconds in between and nothing else
#include "lib/bus/connection.h"
#include "lib/protocol/names.h"
#include "tests/bench/child.h"
#include "tests/bench/names/name_service.h"
#include "tests/bench/program.h"
#include "tests/bench/row.h"

#include <unistd.h>

#include <cstdio>
#include <functional>
#include <optional>
#include <stdexcept>

namespace {

using namespace loquet; // NOLINT(google-build-using-namespace): a program of one file
using bench::NameService;
using bench::Row;

constexpr int rounds = 3;
constexpr int changes = 10; ///< in a round
constexpr double microseconds_in_a_millisecond = 1000;
constexpr useconds_t between_looks = 200; ///< of each: the daemon needs the CPU, too
constexpr double longest_microseconds = 60e6;

void wait_for(const NameService& service, const std::string& name, const std::function<void()>& meanwhile) {
    passwd person{};
    char buffer[1024];
    int error = 0;
    for (double waited = 0;
         service.getpwnam(name.c_str(), &person, buffer, sizeof buffer, &error) != NSS_STATUS_SUCCESS;
         waited += between_looks) {
        if (waited > longest_microseconds) {
            throw std::runtime_error("nobody sees the account " + name);
        }
        meanwhile();
        ::usleep(between_looks);
    }
}

void create(bus::Connection& connection, const std::string& name) {
    const bus::Message request =
        connection.method_call(protocol::bus_name, protocol::root_path, protocol::manager_interface, "CreateAccount");
    bus::Writer writer(request.get());
    writer.array("{sv}", [&] { writer.entry("name", name); });
    (void)connection.call(request, base::Milliseconds(0));
}

void measure_changes(const std::vector<std::string>& words) {
    Row row{.row = words.at(1), .what = "a new account until NSS knows it, ", .unit = "ms", .figure = {}};
    row.what += words.at(2) + " accounts";
    row.target = bench::at_most(100);
    const NameService service = bench::load_name_service(words.at(3));
    bus::Connection connection = bus::Connection::at(words.at(4));
    for (int round = 0; round < rounds; ++round) {
        bench::Rounds samples;
        for (int i = 0; i < changes; ++i) {
            const std::string name = "newcomer" + std::to_string(round) + "-" + std::to_string(i);
            samples.time([&] {
                create(connection, name);
                wait_for(service, name, [] {});
            });
        }
        row.figure.add(samples.median() / microseconds_in_a_millisecond);
    }
    row.print();
}

void measure_all(const std::vector<std::string>& words) {
    const NameService service = bench::load_name_service(words.at(1));
    std::optional<bench::Child> daemon;
    const double took = bench::microseconds([&] {
        daemon.emplace(std::vector<std::string>(words.begin() + 3, words.end()));
        wait_for(service, words.at(2), [&] { daemon->must_run(); });
    });
    std::printf("%g\n", took / microseconds_in_a_millisecond);
}

} // namespace

int main(int argc, char** argv) {
    return loquet::bench::program(argc, argv, {{"change", measure_changes}, {"all", measure_all}});
}
