// SPDX-License-Identifier: LGPL-2.1-or-later
// Rows P5 and P6: what a name service costs a process that begins, and what a process that goes on.
//   fresh_bench first ROW WHAT COUNT PROGRAM OURS [REFERENCE LABEL MOST]...
//   fresh_bench cold ROW WHAT COUNT PROGRAM OURS FILES REFERENCE FILES LABEL MOST    the files leave the page cache
//   first fresh_bench memory ROW COUNT PROGRAM OURS fresh_bench calls ROW COUNT OURS
// PROGRAM is first_lookup; COUNT says of how many accounts one is drawn; `first` asks each service for all of these
// once before it measures, so that what a service keeps in memory is there.
#include "tests/bench/names/fresh_process.h"
#include "tests/bench/names/lookups.h"
#include "tests/bench/names/references.h"
#include "tests/bench/names/system_calls.h"
#include "tests/bench/program.h"

#include <cstdio>

namespace {

using namespace loquet::bench; // NOLINT(google-build-using-namespace): a program of one file

constexpr int rounds = 5;
constexpr int processes_a_round = 40;
constexpr int cold_processes_a_round = 8;
constexpr double nanoseconds_in_a_microsecond = 1000;
constexpr std::size_t warm_questions = 100'000;

/// The accounts that one process after the other is told to ask for.
class Names {
public:
    explicit Names(const std::string& count) : population_(static_cast<std::uint32_t>(std::stoul(count))) {}
    const std::string& next() {
        return population_.name(static_cast<std::uint32_t>(random_() % population_.persons()));
    }
    [[nodiscard]] const Population& population() const { return population_; }

private:
    Population population_;
    std::mt19937 random_{1};
};

struct Contender {
    std::string library;
    Rounds* figures;
    std::string files; ///< to be cold; empty: as they are
};

void interleave(const std::string& program, Names& names, int processes, const std::vector<Contender>& contenders) {
    for (int round = 0; round < rounds; ++round) {
        std::vector<Rounds> samples(contenders.size());
        for (int i = 0; i < processes; ++i) {
            const std::string& name = names.next();
            for (std::size_t c = 0; c < contenders.size(); ++c) {
                if (!contenders[c].files.empty()) {
                    make_cold(contenders[c].files);
                }
                samples[c].add(numbers_of({program, contenders[c].library, name, "0"}).at(0)
                               / nanoseconds_in_a_microsecond);
            }
        }
        for (std::size_t c = 0; c < contenders.size(); ++c) {
            contenders[c].figures->add(samples[c].median());
        }
    }
}

void measure_first(const std::vector<std::string>& words) {
    Row row{.row = words.at(1), .what = words.at(2), .unit = "us", .figure = {}};
    Names names(words.at(3));
    auto references = read_references(words, 6);
    std::vector<Contender> contenders{{words.at(5), &row.figure, ""}};
    for (Reference& reference : references) {
        contenders.push_back({reference.library, &reference.figures, ""});
    }
    for (const Contender& contender : contenders) {
        for (std::uint32_t i = 0; i < names.population().persons(); ++i) {
            (void)numbers_of({words.at(4), contender.library, names.population().name(i), "0"});
        }
    }
    interleave(words.at(4), names, processes_a_round, contenders);
    print_rows(row, references);
}

void measure_cold(const std::vector<std::string>& words) {
    Row row{.row = words.at(1), .what = words.at(2), .unit = "us", .figure = {}};
    Names names(words.at(3));
    std::vector<Reference> references{{words.at(7), words.at(9), at_most(std::stod(words.at(10)))}};
    interleave(words.at(4), names, cold_processes_a_round,
               {{words.at(5), &row.figure, words.at(6)}, {words.at(7), &references[0].figures, words.at(8)}});
    print_rows(row, references);
}

void measure_memory(const std::vector<std::string>& words) {
    Row first{.row = words.at(1), .what = "private memory that the first lookup takes", .unit = "kB", .figure = {}};
    Row growth{.row = words.at(1), .what = "its growth over a million lookups", .unit = "kB", .figure = {}};
    first.target = at_most(24);
    growth.target = at_most(0);
    Names names(words.at(2));
    for (int round = 0; round < rounds; ++round) {
        const auto figures = numbers_of({words.at(3), words.at(4), names.next(), "1000000"});
        first.figure.add(figures.at(1));
        growth.figure.add(figures.at(2));
    }
    first.print();
    growth.print();
}

Rounds count_calls(const Names& names, const std::string& library) {
    const NameService service = load_name_service(library);
    Lookups lookups(names.population(), Operation::getpwnam, 0);
    Rounds counted;
    for (int round = 0; round < rounds; ++round) {
        const auto ask = [&](std::size_t times) { lookups.ask_all(service, times); };
        counted.add(static_cast<double>(system_calls_of([&] { ask(1000); }, [&] { ask(warm_questions); })));
    }
    return counted;
}

void measure_calls(const std::vector<std::string>& words) {
    Row row{.row = words.at(1), .what = "system calls of 100 000 warm lookups", .unit = "", .figure = {}};
    row.target = at_most(0);
    const Names names(words.at(2));
    row.figure = count_calls(names, words.at(3));
    row.print();
}

} // namespace

int main(int argc, char** argv) {
    return loquet::bench::program(
        argc, argv,
        {{"first", measure_first}, {"cold", measure_cold}, {"memory", measure_memory}, {"calls", measure_calls}});
}
