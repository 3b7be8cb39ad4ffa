// SPDX-License-Identifier: LGPL-2.1-or-later
// Row P20: writing all accounts, and one change, until a name service knows them.
//   snapshot_bench all ROW COUNT FOLDER WORD...     against the floor's file, and against what the command WORD... does
//   snapshot_bench change ROW COUNT FOLDER LIBRARY  FOLDER is the directory that LIBRARY reads, filled by fill_names
#include "lib/directory/publisher.h"
#include "tests/bench/names/forms.h"
#include "tests/bench/names/fresh_process.h"
#include "tests/bench/names/name_service.h"
#include "tests/bench/row.h"

#include <cstdio>
#include <exception>
#include <filesystem>
#include <stdexcept>

namespace {

using namespace loquet; // NOLINT(google-build-using-namespace): a program of one file
using bench::microseconds;
using bench::Row;

constexpr int rounds = 3;
constexpr int changes = 20; ///< in a round
constexpr double microseconds_in_a_millisecond = 1000;

std::string with_count(const char* what, const std::string& count) {
    return std::string(what) + ", " + count + " accounts";
}

void write_all(const std::vector<std::string>& words) {
    const bench::Population population(static_cast<std::uint32_t>(std::stoul(words.at(2))));
    const std::string& folder = words.at(3);
    const std::vector<std::string> command(words.begin() + 4, words.end());
    Row floor{.row = words.at(1), .what = with_count("snapshot", words.at(2)), .unit = "ms", .figure = {}};
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

/// Asks again and again; what stands between is what the service itself does.
void wait_for(const bench::NameService& service, const std::string& name, uid_t uid) {
    passwd person{};
    char buffer[1024];
    int error = 0;
    while (service.getpwnam(name.c_str(), &person, buffer, sizeof buffer, &error) != NSS_STATUS_SUCCESS
           || person.pw_uid != uid) {
    }
}

void change_one(const std::vector<std::string>& words) {
    constexpr std::uint32_t newcomer = 4'000'000; // beyond everybody's number
    const auto service = bench::load_name_service(words.at(4));
    directory::Publisher publisher(words.at(3));
    Row row{.row = words.at(1),
            .what = with_count("one change, written and seen", words.at(2)),
            .unit = "ms",
            .figure = {}};
    row.target = bench::at_most(100);
    for (int round = 0; round < rounds; ++round) {
        bench::Rounds samples;
        for (int i = 0; i < changes; ++i) {
            const auto uid = static_cast<std::uint32_t>(newcomer + round * changes + i);
            const std::string name = "newcomer" + std::to_string(uid);
            samples.time([&] {
                publisher.amend(
                    [&](directory::ImageWriter& image) {
                        image.add(directory::PersonEntry{.uid = uid,
                                                         .gid = uid,
                                                         .name = name,
                                                         .gecos = name,
                                                         .home = "/",
                                                         .shell = "/bin/sh",
                                                         .groups = {}});
                    },
                    uid);
                wait_for(service, name, uid);
            });
        }
        row.figure.add(samples.median() / microseconds_in_a_millisecond);
    }
    row.print();
}

void run(const std::vector<std::string>& words) {
    const std::string& mode = words.at(0);
    if (mode == "all") {
        write_all(words);
    } else if (mode == "change") {
        change_one(words);
    } else {
        throw std::invalid_argument("snapshot_bench all|change WORD...");
    }
}

} // namespace

int main(int argc, char** argv) {
    try {
        run(std::vector<std::string>(argv + 1, argv + argc));
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
