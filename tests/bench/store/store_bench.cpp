// SPDX-License-Identifier: LGPL-2.1-or-later
// Row P15 of the performance table: a lookup, a durable login write, and logins in parallel, each against LMDB by hand
// in the same folder and in the same minute. store_bench [FOLDER]; the folder's disk is the one that is measured.
#include "daemon/audit/audit_log.h"
#include "daemon/store/accounts_table.h"
#include "daemon/store/counters_table.h"
#include "daemon/store/sealing.h"
#include "daemon/store/store.h"
#include "lib/bus/loop.h"
#include "tests/bench/row.h"
#include "tests/bench/store/raw_lmdb.h"
#include "tests/support/loop_runner.h"

#include <stdlib.h>

#include <cstdio>
#include <exception>
#include <filesystem>
#include <random>
#include <string>

namespace {

using namespace loquet; // NOLINT(google-build-using-namespace): a program of one file
using bench::microseconds;
using bench::Rounds;
using bench::Row;
using store::AccountsTable;
using store::CountersTable;
using store::PrivateAccounts;
using store::PublicAccounts;

constexpr std::uint32_t accounts = 10000;
constexpr std::size_t record_bytes = 400;
constexpr int rounds = 7;
constexpr std::uint32_t lookups = 100000;
constexpr std::uint32_t logins = 320;
constexpr std::uint32_t parallel = 16;

std::string name_of(std::uint32_t i) {
    return "person" + std::to_string(i);
}

void fill(store::Store& store) {
    for (std::uint32_t batch = 0; batch < accounts; batch += 1000) {
        store.write_now([batch](store::WriteTxn& txn) {
            for (std::uint32_t i = batch; i < batch + 1000; ++i) {
                model::PublicAccount account;
                account.uid = model::Uid{i};
                account.name = name_of(i);
                account.display_name.assign(record_bytes - 2 * account.name.size() - 20, 'd');
                account.home = "/home/" + account.name;
                AccountsTable::put(txn, account);
                AccountsTable::put(txn, account.uid, model::PrivateAccount{});
            }
        });
    }
}

/// What a right password makes durable: counters, time of the login, audit record and the chain's head.
void record_login(store::WriteTxn& txn, std::uint32_t i) {
    const auto identity = txn.digest(store::DigestKind::name, name_of(i));
    auto counters = CountersTable::attempts(txn, identity);
    counters.account.last_success = 1700000000000 + i;
    CountersTable::put_attempts(txn, identity, CountersTable::Whose::account, counters);
    auto private_part = *PrivateAccounts::get(txn, model::Uid{i});
    private_part.last_login = base::Milliseconds(1700000000000 + i);
    AccountsTable::put(txn, model::Uid{i}, private_part);
    model::AuditEvent event;
    event.granted = true;
    event.account = model::Uid{i};
    event.identity = identity;
    event.purpose = "login";
    event.service = "sshd";
    audit::AuditLog::append(txn, event);
}

base::Task<void> log_in(store::Store& store, std::mt19937& random, std::uint32_t times) {
    for (std::uint32_t i = 0; i < times; ++i) {
        const auto who = static_cast<std::uint32_t>(random() % accounts);
        store::Store::Work work([who](store::WriteTxn& txn) { record_login(txn, who); });
        auto written = store.write(std::move(work));
        co_await written;
    }
}

void measure_lookups(store::Store& store, bench::RawLmdb& raw) {
    Rounds get;
    Rounds floor;
    Rounds ours;
    Rounds found;
    std::size_t sum = 0;
    const auto each = [&](auto lookup) {
        std::mt19937 random(1);
        return microseconds([&] {
                   for (std::uint32_t i = 0; i < lookups; ++i) {
                       sum += lookup(static_cast<std::uint32_t>(random() % accounts));
                   }
               })
               / lookups;
    };
    for (int round = 0; round < rounds; ++round) {
        get.add(each([&](auto i) { return raw.get(i); }));
        floor.add(each([&](auto i) { return raw.get_and_open(i); }));
        ours.add(each([&](auto i) {
            return store.read([&](const store::ReadTxn& txn) {
                return txn.get(store::Table::public_accounts, store::Key(model::Uid{i}))->size();
            });
        }));
        found.add(each([&](auto i) {
            return store.read([&](const store::ReadTxn& txn) {
                return PublicAccounts::get(txn, *PublicAccounts::find(txn, name_of(i)))->name.size();
            });
        }));
    }
    Row{"P15",        "lookup by number, sealed", "us", ours, "LMDB get and AES-256-GCM open", floor,
        ours / floor, bench::at_most(1.3)}
        .print();
    Row{"P15", "account by name, decoded", "us", found, "LMDB get, plain", get, found / get}.print();
    if (sum == 0) {
        std::puts("nothing was read");
    }
}

void measure_writes(store::Store& store, bench::RawLmdb& raw, bus::Loop& loop) {
    Rounds floor;
    Rounds same_puts;
    Rounds serial;
    Rounds together;
    Rounds commits;
    std::mt19937 random(2);
    for (int round = 0; round < rounds; ++round) {
        const auto raw_puts = [&](std::uint32_t puts) {
            return microseconds([&] {
                       for (std::uint32_t i = 0; i < logins; ++i) {
                           raw.put(static_cast<std::uint32_t>(random() % accounts), puts);
                       }
                   })
                   / logins;
        };
        floor.add(raw_puts(1));
        same_puts.add(raw_puts(4));
        serial.add(microseconds([&] { tests::wait_for(loop, log_in(store, random, logins)); }) / logins);
        const auto before = store.statistics();
        base::TaskGroup group([](const std::exception_ptr&) { std::puts("a login failed"); });
        together.add(microseconds([&] {
                         for (std::uint32_t i = 0; i < parallel; ++i) {
                             group.spawn(log_in(store, random, logins / parallel * 4));
                         }
                         while (group.active() != 0) {
                             loop.run_once(base::Milliseconds(1000));
                         }
                     })
                     / (logins * 4));
        const auto after = store.statistics();
        commits.add(static_cast<double>(after.writes - before.writes)
                    / static_cast<double>(after.commits - before.commits));
    }
    Row{"P15", "durable login write", "us", serial, "LMDB put and commit", floor, serial / floor, bench::at_most(1.2)}
        .print();
    Row{"P15", "durable login write", "us", serial, "LMDB four puts and commit", same_puts, serial / same_puts}.print();
    Row{"P15",
        "rate of 16 logins at a time",
        "us",
        together,
        "one after the other",
        serial,
        serial / together,
        bench::at_least(6)}
        .print();
    Row{"P15", "logins in one commit, 16 at a time", "", commits, "", {}, {}, {}}.print();
}

} // namespace

int main(int argc, char** argv) {
    std::string folder = argc > 1 ? argv[1] : std::filesystem::temp_directory_path().string();
    folder += "/bench-store-XXXXXX";
    if (::mkdtemp(folder.data()) == nullptr) {
        std::perror(folder.c_str());
        return 1;
    }
    int result = 0;
    try {
        bus::Loop loop;
        const store::MasterKey key(base::Secret(std::string(store::MasterKey::size, 'k')));
        store::Store store({.folder = folder + "/store"}, key, loop);
        bench::RawLmdb raw(folder + "/raw", accounts, record_bytes);
        fill(store);
        measure_lookups(store, raw);
        measure_writes(store, raw, loop);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        result = 1;
    }
    std::filesystem::remove_all(folder);
    return result;
}
