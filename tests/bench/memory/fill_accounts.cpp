// SPDX-License-Identifier: LGPL-2.1-or-later
// Rows P9, P17 to P20: a store with many accounts, person0 and so on, for a loquetd to start on.
//   fill_accounts FOLDER MASTER_KEY_FILE COUNT [HASH]
// With HASH each has a password of that hash (crypt(5)) and a mail address.
#include "daemon/store/accounts_table.h"
#include "daemon/store/store.h"
#include "lib/bus/loop.h"
#include "tests/bench/program.h"

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

namespace {

using namespace loquet; // NOLINT(google-build-using-namespace): a program of one file
using store::AccountsTable;

constexpr std::uint32_t first_uid = 100000;
constexpr std::uint32_t in_one_commit = 1000;

void put_account(store::WriteTxn& txn, std::uint32_t i, const std::string& hash) {
    model::PublicAccount account;
    account.uid = model::Uid{first_uid + i};
    account.gid = account.uid.value;
    account.name = "person" + std::to_string(i);
    account.display_name = "Person Number " + std::to_string(i);
    account.home = "/home/" + account.name;
    account.shell = "/bin/bash";
    AccountsTable::put(txn, account);
    model::PrivateAccount private_part;
    if (!hash.empty()) {
        private_part.mail = account.name + "@bench.invalid";
        model::Credential credential;
        credential.password_hash = hash;
        credential.own_before = true;
        AccountsTable::put(txn, account.uid, credential);
    }
    AccountsTable::put(txn, account.uid, private_part);
}

void fill(const std::vector<std::string>& words) {
    bus::Loop loop;
    const store::MasterKey key = store::MasterKey::load(words.at(1));
    store::Store store({.folder = words.at(0)}, key, loop);
    const std::string hash = words.size() > 3 ? words[3] : "";
    const auto count = static_cast<std::uint32_t>(std::stoul(words.at(2)));
    for (std::uint32_t begin = 0; begin < count; begin += in_one_commit) {
        store.write_now([&hash, begin, end = std::min(count, begin + in_one_commit)](store::WriteTxn& txn) {
            for (std::uint32_t i = begin; i < end; ++i) {
                put_account(txn, i, hash);
            }
        });
    }
}

} // namespace

int main(int argc, char** argv) {
    return loquet::bench::program(argc, argv, fill);
}
