// SPDX-License-Identifier: LGPL-2.1-or-later
// Row P23 of the performance table: which account has a mail address, against LMDB by hand in the same folder and in
// the same minute. identifiers_bench FOLDER [ACCOUNTS]; the folder's disk is the one that is measured.
#include "daemon/store/accounts_table.h"
#include "daemon/store/identifiers_table.h"
#include "daemon/store/sealing.h"
#include "daemon/store/store.h"
#include "lib/bus/loop.h"
#include "tests/bench/program.h"
#include "tests/bench/row.h"
#include "tests/bench/store/raw_lmdb.h"

#include <stdlib.h> // NOLINT(modernize-deprecated-headers): mkdtemp is POSIX, not C++

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <random>
#include <stdexcept>
#include <string>

namespace {

using namespace loquet; // NOLINT(google-build-using-namespace): a program of one file
using bench::Rounds;
using bench::Row;
using store::AccountsTable;

constexpr std::uint32_t accounts_of_the_row = 1'000'000;
constexpr std::uint32_t batch = 1000;
constexpr std::size_t record_bytes = 400;
constexpr int rounds = 7;
constexpr std::uint32_t lookups = 100'000;

std::string mail_of(std::uint32_t i) {
    return "person" + std::to_string(i) + "@example.org";
}

void fill(store::Store& store, std::uint32_t accounts) {
    for (std::uint32_t first = 0; first < accounts; first += batch) {
        store.write_now([first, last = std::min(first + batch, accounts)](store::WriteTxn& txn) {
            for (std::uint32_t i = first; i < last; ++i) {
                model::PublicAccount account;
                account.uid = model::Uid{i};
                account.name = "person" + std::to_string(i);
                model::PrivateAccount private_part;
                private_part.mail = mail_of(i);
                private_part.mail_confirmed = base::Milliseconds(1);
                AccountsTable::put(txn, account);
                AccountsTable::put(txn, account.uid, private_part);
            }
        });
    }
}

void measure(store::Store& store, bench::RawLmdb& raw, std::uint32_t accounts) {
    Rounds floor;
    Rounds found;
    const auto each = [&](auto lookup) {
        std::mt19937 random(1); // NOLINT(cert-msc32-c,cert-msc51-cpp): the same accounts in each round
        std::size_t sum = 0;
        const double took = bench::microseconds([&] {
                                for (std::uint32_t i = 0; i < lookups; ++i) {
                                    sum += lookup(static_cast<std::uint32_t>(random() % accounts));
                                }
                            })
                            / lookups;
        if (sum < lookups) {
            throw std::runtime_error("an account was not found");
        }
        return took;
    };
    for (int round = 0; round < rounds; ++round) {
        floor.add(each([&](auto i) { return raw.get_and_open(i); }));
        found.add(each([&](auto i) {
            return store.read([&](const store::ReadTxn& txn) {
                return store::IdentifiersTable::with_mail(txn, mail_of(i), 2).size();
            });
        }));
    }
    Row{.row = "P23",
        .what = "account by mail address, " + std::to_string(accounts) + " accounts",
        .unit = "us",
        .figure = found,
        .against = "LMDB get and AES-256-GCM open",
        .reference = floor,
        .ratio = found / floor,
        .target = bench::at_most(1.3)}
        .print();
}

void measure_in(const bench::Words& words) {
    std::string folder = words.at(0) + "/bench-identifiers-XXXXXX";
    const auto accounts = words.size() > 1 ? static_cast<std::uint32_t>(std::stoul(words[1])) : accounts_of_the_row;
    if (::mkdtemp(folder.data()) == nullptr) {
        throw std::runtime_error("cannot make " + folder);
    }
    {
        bus::Loop loop;
        const store::MasterKey key(base::Secret(std::string(store::MasterKey::size, 'k')));
        store::Store store({.folder = folder + "/store"}, key, loop);
        bench::RawLmdb raw(folder + "/raw", accounts, record_bytes);
        fill(store, accounts);
        measure(store, raw, accounts);
    }
    std::filesystem::remove_all(folder);
}

} // namespace

int main(int argc, char** argv) {
    return loquet::bench::program(argc, argv, measure_in);
}
