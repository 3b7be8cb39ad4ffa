// SPDX-License-Identifier: LGPL-2.1-or-later
// Rows P1 to P4: name services that are asked in turn, in one process, about one population.
//   names_bench ask ROW WHAT COUNT HOT OPERATION OURS [REFERENCE LABEL MOST]...   HOT 0: about all of COUNT
//   names_bench enumerate ROW WHAT COUNT OURS [REFERENCE LABEL MOST]...
//   names_bench figure COUNT OPERATION LIBRARY                                    prints nanoseconds and nothing else
//   names_bench repeat COUNT LIBRARY TIMES   every operation so often, for scripts/growth; measures nothing
// A library is "glibc", "files" or the path of a libnss_NAME.so.2.
#include "tests/bench/names/lookups.h"
#include "tests/bench/names/references.h"
#include "tests/bench/program.h"

#include <cstdio>

namespace {

using namespace loquet::bench; // NOLINT(google-build-using-namespace): a program of one file

constexpr int rounds = 5;
constexpr int turns = 5; ///< of each service in a round
constexpr std::size_t lookups_a_turn = 20'000;

std::uint32_t number(const std::string& word) {
    return static_cast<std::uint32_t>(std::stoul(word));
}

std::vector<NameService> load(const std::string& ours, const std::vector<Reference>& references) {
    std::vector<NameService> services{load_name_service(ours)};
    for (const Reference& reference : references) {
        services.push_back(load_name_service(reference.library));
    }
    return services;
}

/// Measures all once a round; `measure(service)` is asked for each in turn, and the median of its turns is the round's.
template <class Measure>
void interleave(Row row, std::vector<Reference> references, const std::vector<NameService>& services, int in_turn,
                Measure measure) {
    for (int round = 0; round < rounds; ++round) {
        std::vector<Rounds> samples(services.size());
        for (int turn = 0; turn < in_turn; ++turn) {
            for (std::size_t i = 0; i < services.size(); ++i) {
                samples[i].add(measure(services[i]));
            }
        }
        row.figure.add(samples[0].median());
        for (std::size_t i = 0; i < references.size(); ++i) {
            references[i].figures.add(samples[i + 1].median());
        }
    }
    print_rows(row, references);
}

void ask(const std::vector<std::string>& words) {
    const Row row{.row = words.at(1), .what = words.at(2), .unit = "ns", .figure = {}};
    const Population population(number(words.at(3)));
    const std::uint32_t hot = number(words.at(4));
    const auto references = read_references(words, 7);
    const auto services = load(words.at(6), references);
    Lookups lookups(population, operation_named(words.at(5)), hot);
    for (const NameService& service : services) {
        lookups.warm(service, hot);
    }
    interleave(row, references, services, turns,
               [&](const NameService& service) { return lookups.ask(service, lookups_a_turn); });
}

void enumerate_all(const std::vector<std::string>& words) {
    const Row row{.row = words.at(1), .what = words.at(2), .unit = "ns", .figure = {}};
    const Population population(number(words.at(3)));
    const auto references = read_references(words, 5);
    interleave(row, references, load(words.at(4), references), 1,
               [&](const NameService& service) { return enumerate(service, population); });
}

void print_figure(const std::vector<std::string>& words) {
    const Population population(number(words.at(1)));
    Lookups lookups(population, operation_named(words.at(2)), 0);
    const NameService service = load_name_service(words.at(3));
    Rounds samples;
    (void)lookups.ask(service, lookups_a_turn); // everything is touched before it counts
    for (int turn = 0; turn < turns; ++turn) {
        samples.add(lookups.ask(service, lookups_a_turn));
    }
    std::printf("%g\n", samples.median());
}

void repeat(const std::vector<std::string>& words) {
    const Population population(number(words.at(1)));
    const NameService service = load_name_service(words.at(2));
    for (const char* operation : {"getpwnam", "getpwuid", "getgrnam", "initgroups", "miss"}) {
        Lookups(population, operation_named(operation), 0).ask_all(service, number(words.at(3)));
    }
}

} // namespace

int main(int argc, char** argv) {
    return loquet::bench::program(
        argc, argv, {{"ask", ask}, {"enumerate", enumerate_all}, {"figure", print_figure}, {"repeat", repeat}});
}
