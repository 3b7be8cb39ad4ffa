// SPDX-License-Identifier: LGPL-2.1-or-later
// A real store and a real folder, and what a program of the machine sees of them. The test's thread.
#pragma once

#include "daemon/accounts/directory_export.h"
#include "daemon/store/accounts_table.h"
#include "daemon/store/sealing.h"
#include "lib/bus/loop.h"
#include "lib/directory/reader.h"
#include "tests/support/loop_runner.h"
#include "tests/support/temp_folder.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace loquet::accounts {

/// A line of passwd(5), and the GIDs beside.
struct SeenPerson {
    std::string name;
    std::uint32_t gid = 0;
    std::string gecos;
    std::string home;
    std::string shell;
    std::vector<std::uint32_t> groups;
    friend bool operator==(const SeenPerson&, const SeenPerson&) = default;
};

class ADirectoryFixture : public ::testing::Test {
protected:
    ADirectoryFixture() { open_store(); }

    void open_store() {
        store_ = std::make_unique<store::Store>(store::Settings{.folder = folder_ / "store"},
                                                store::MasterKey(base::Secret(std::string(32, 'k'))), loop_);
    }
    [[nodiscard]] DirectorySettings settings() const {
        DirectorySettings settings;
        settings.folder = place_;
        settings.shape = 7;
        settings.look_every = std::chrono::milliseconds(5);
        return settings;
    }
    void start() { start(settings()); }
    void start(DirectorySettings settings) {
        export_ = std::make_unique<DirectoryExport>(std::move(settings), *store_, loop_);
    }
    void stop() { export_.reset(); }

    void write(store::Store::Work work) { store_->write_now(std::move(work)); }
    static model::PublicAccount person(std::uint32_t uid, const std::string& name) {
        return {.uid = {uid},
                .gid = uid,
                .name = name,
                .display_name = "Person " + name,
                .home = "/home/" + name,
                .shell = "/bin/bash"};
    }
    void put(const model::PublicAccount& account) {
        write([&](store::WriteTxn& txn) { store::AccountsTable::put(txn, account); });
    }
    void erase(std::uint32_t uid) {
        write([&](store::WriteTxn& txn) { store::AccountsTable::erase(txn, model::Uid{uid}); });
    }

    /// By number; through a reader that lives as long as the test, as that of a program would.
    [[nodiscard]] std::map<std::uint32_t, SeenPerson> seen() {
        std::map<std::uint32_t, SeenPerson> all;
        reader_.ask([&](const directory::View& view) {
            directory::Cursor cursor;
            directory::Person found;
            while (view.next_person(cursor, found) == directory::Found::yes) {
                all[found.uid] = {std::string(found.name),  found.gid,
                                  std::string(found.gecos), std::string(found.home),
                                  std::string(found.shell), {found.groups.begin(), found.groups.end()}};
            }
        });
        return all;
    }
    /// The members of a group by its name; nothing where there is none.
    [[nodiscard]] std::optional<std::vector<std::string>> group(const std::string& name) {
        std::optional<std::vector<std::string>> members;
        reader_.ask([&](const directory::View& view) {
            directory::Group found;
            if (view.group(std::string_view(name), found) == directory::Found::yes) {
                members.emplace();
                for (const std::uint32_t begin : found.members) {
                    members->emplace_back(found.text.substr(begin).data());
                }
            }
        });
        return members;
    }
    [[nodiscard]] std::vector<std::string> names() {
        std::vector<std::string> names;
        for (const auto& [uid, one] : seen()) {
            names.push_back(one.name);
        }
        return names;
    }
    /// What the directory is to show.
    [[nodiscard]] std::map<std::uint32_t, SeenPerson> stored() const {
        return store_->read([](const store::ReadTxn& txn) {
            std::map<std::uint32_t, SeenPerson> all;
            for (const model::PublicAccount& one : store::PublicAccounts::list(txn, {}, 10'000'000)) {
                all[one.uid.value] = {one.name, one.gid, one.display_name, one.home, one.shell, one.groups};
            }
            return all;
        });
    }
    [[nodiscard]] bool eventually_shows(const std::vector<std::string>& expected) {
        return tests::eventually(loop_, [&] { return names() == expected; });
    }
    [[nodiscard]] bool eventually_equal() {
        return tests::eventually(loop_, [&] { return seen() == stored(); });
    }

    tests::TempFolder folder_;
    std::string place_ = folder_ / "directory";
    bus::Loop loop_;
    std::unique_ptr<store::Store> store_;
    std::unique_ptr<DirectoryExport> export_;
    directory::Reader reader_{place_.c_str()};
};

} // namespace loquet::accounts
