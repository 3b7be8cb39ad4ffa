// SPDX-License-Identifier: LGPL-2.1-or-later
// Accounts on a real store in a folder of their own, with other sources of names that a test fills. One thread.
#pragma once

#include "daemon/accounts/accounts.h"
#include "daemon/audit/audit_log.h"
#include "daemon/store/sealing.h"
#include "lib/base/error.h"
#include "tests/support/fake_clock.h"
#include "tests/support/loop_runner.h"
#include "tests/support/temp_folder.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace loquet::accounts {

/// Filled before it is asked, and then only read.
class FakeNames final : public NameService {
public:
    [[nodiscard]] std::optional<std::uint32_t> user(const std::string& name) const override {
        if (silent) {
            throw base::Error(base::Error::Kind::unavailable, "the directory server does not answer");
        }
        return value(users, name);
    }
    [[nodiscard]] std::optional<std::uint32_t> group(const std::string& name) const override {
        return value(groups, name);
    }
    [[nodiscard]] bool has_uid(std::uint32_t uid) const override { return uids.contains(uid); }
    [[nodiscard]] bool has_gid(std::uint32_t gid) const override { return gids.contains(gid); }
    [[nodiscard]] MachineNames everybody() const override {
        if (silent) {
            throw base::Error(base::Error::Kind::unavailable, "the directory server does not answer");
        }
        MachineNames names;
        for (const auto& [name, uid] : users) {
            names.users.insert(name);
        }
        for (const auto& [name, gid] : groups) {
            names.groups.insert(name);
        }
        names.numbers.insert(uids.begin(), uids.end());
        names.numbers.insert(gids.begin(), gids.end());
        return names;
    }

    [[nodiscard]] std::optional<std::string> name_of(std::uint32_t uid) const override {
        for (const auto& [name, number] : users) {
            if (user(name) && number == uid) {
                return name;
            }
        }
        return std::nullopt;
    }
    [[nodiscard]] bool is_in(const std::string& name, const std::string& group) const override {
        if (silent) {
            throw base::Error(base::Error::Kind::unavailable, "the directory server does not answer");
        }
        const auto found = members.find(group);
        return found != members.end() && found->second.contains(name);
    }

    std::map<std::string, std::set<std::string>> members; ///< by group
    std::map<std::string, std::uint32_t> users;
    std::map<std::string, std::uint32_t> groups;
    std::set<std::uint32_t> uids;
    std::set<std::uint32_t> gids;
    bool silent = false;

private:
    static std::optional<std::uint32_t> value(const std::map<std::string, std::uint32_t>& all, const std::string& key) {
        const auto found = all.find(key);
        return found == all.end() ? std::nullopt : std::optional(found->second);
    }
};

class AnAccountsFixture : public ::testing::Test {
protected:
    static constexpr Actor helpdesk{1000};

    AnAccountsFixture() {
        accounts_.on_change([this](const Change& change) { changes_.push_back(change); });
    }

    template <class T>
    T done(base::Task<T> task) {
        return tests::wait_for(loop_, std::move(task));
    }
    /// The kind of the Error that the task throws; nothing when it throws none.
    template <class T>
    std::optional<base::Error::Kind> refusal(base::Task<T> task) {
        try {
            (void)tests::wait_for(loop_, std::move(task));
            return std::nullopt;
        } catch (const base::Error& error) {
            return error.kind();
        }
    }

    static NewAccount named(const std::string& name) {
        NewAccount wanted;
        wanted.name = name;
        return wanted;
    }
    model::Account create(const std::string& name) { return done(accounts_.create(named(name), {}, helpdesk)); }

    [[nodiscard]] model::PrivateAccount private_part(model::Uid uid) const {
        return store_.read([&](const store::ReadTxn& txn) { return store::PrivateAccounts::get(txn, uid).value(); });
    }
    [[nodiscard]] model::Credential credential(model::Uid uid) const {
        return store_.read([&](const store::ReadTxn& txn) { return store::Credentials::get(txn, uid).value(); });
    }
    [[nodiscard]] std::vector<audit::Entry> records() const {
        return store_.read([](const store::ReadTxn& txn) { return audit::AuditLog::read(txn, 0, 1000); });
    }
    [[nodiscard]] std::vector<Change::Kind> told() const {
        std::vector<Change::Kind> kinds;
        for (const Change& change : changes_) {
            kinds.push_back(change.kind);
        }
        return kinds;
    }

    tests::TempFolder folder_;
    tests::FakeClock clock_;
    bus::Loop loop_;
    FakeNames names_;
    store::Store store_{store::Settings{folder_ / "store"}, store::MasterKey(base::Secret(std::string(32, 'k'))),
                        loop_};
    Accounts accounts_{Settings{{30000, 30009}, {}, 3}, store_, names_, clock_, loop_};
    std::vector<Change> changes_;
};

} // namespace loquet::accounts
