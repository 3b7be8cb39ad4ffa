// SPDX-License-Identifier: LGPL-2.1-or-later
// Row P20: writing all accounts into FOLDER, against the floor's file, and against what the command WORD... does.
//   snapshot_bench ROW COUNT FOLDER WORD...
#include "tests/bench/names/forms.h"
#include "tests/bench/names/fresh_process.h"
#include "tests/bench/program.h"
#include "tests/bench/row.h"

#include <filesystem>

namespace {

using namespace loquet; // NOLINT(google-build-using-namespace): a program of one file
using bench::microseconds;
using bench::Row;

constexpr int rounds = 3;
constexpr double microseconds_in_a_millisecond = 1000;

void measure(const std::vector<std::string>& words) {
    const bench::Population population(static_cast<std::uint32_t>(std::stoul(words.at(1))));
    const std::string& folder = words.at(2);
    const std::vector<std::string> command(words.begin() + 3, words.end());
    Row floor{.row = words.at(0), .what = "snapshot of " + words.at(1) + " accounts", .unit = "ms", .figure = {}};
    floor.against = "CDB floor";
    floor.target = bench::at_most(1.5);
    Row peer{floor};
    peer.against = "makedb";
    peer.target = bench::at_most(0.5);
    const auto time = [](bench::Rounds& rounds_of_it, auto work) {
        rounds_of_it.add(microseconds(work) / microseconds_in_a_millisecond);
    };
    std::filesystem::create_directory(folder + "/directory");
    for (int round = 0; round < rounds; ++round) {
        time(floor.figure, [&] { bench::publish(population, folder + "/directory"); });
        time(floor.reference, [&] { bench::write_cdb(population, folder + "/cdb"); });
        time(peer.reference, [&] { (void)bench::numbers_of(command); });
    }
    peer.figure = floor.figure;
    for (Row* row : {&floor, &peer}) {
        row->ratio = row->figure / row->reference;
        row->print();
    }
}

} // namespace

int main(int argc, char** argv) {
    return loquet::bench::program(argc, argv, measure);
}
