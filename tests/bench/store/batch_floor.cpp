// SPDX-License-Identifier: LGPL-2.1-or-later
// The floor of row P21: LMDB by hand, a thousand records of 400 bytes in each durable transaction, under keys that come
// in no order. batch_floor FOLDER COUNT makes FOLDER/data.mdb anew and prints records a second and nothing else.
#include "daemon/store/environment.h"
#include "tests/bench/program.h"
#include "tests/bench/rounds.h"

#include <algorithm>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

namespace {

using namespace loquet; // NOLINT(google-build-using-namespace): a program of one file
using store::check;

constexpr std::size_t record_bytes = 400;
constexpr std::size_t in_one_commit = 1000;
constexpr std::size_t map_bytes = std::size_t{1} << 32U;

store::EnvHandle open_anew(const std::string& folder) {
    (void)std::remove((folder + "/data.mdb").c_str());
    MDB_env* env = nullptr;
    check(mdb_env_create(&env), "create");
    store::EnvHandle handle(env);
    check(mdb_env_set_mapsize(env, map_bytes), "size");
    check(mdb_env_open(env, folder.c_str(), 0, 0600), "open");
    return handle;
}

void put(MDB_env* env, std::mt19937_64& random, std::size_t records) {
    MDB_txn* begun = nullptr;
    check(mdb_txn_begin(env, nullptr, 0, &begun), "begin");
    store::TxnHandle txn(begun);
    MDB_dbi table = 0;
    check(mdb_dbi_open(txn.get(), nullptr, 0, &table), "table");
    std::string value(record_bytes, 'v');
    for (std::size_t i = 0; i < records; ++i) {
        auto key = random();
        MDB_val at{sizeof key, &key};
        MDB_val record{value.size(), value.data()};
        check(mdb_put(txn.get(), table, &at, &record, 0), "put");
    }
    check(mdb_txn_commit(txn.release()), "commit");
}

void measure(const std::vector<std::string>& words) {
    constexpr double microseconds_in_a_second = 1e6;
    const std::size_t count = std::stoul(words.at(1));
    const store::EnvHandle env = open_anew(words.at(0));
    std::mt19937_64 random(1);
    const double took = bench::microseconds([&] {
        for (std::size_t done = 0; done < count; done += in_one_commit) {
            put(env.get(), random, std::min(in_one_commit, count - done));
        }
    });
    std::printf("%g\n", static_cast<double>(count) * microseconds_in_a_second / took);
}

} // namespace

int main(int argc, char** argv) {
    return loquet::bench::program(argc, argv, measure);
}
