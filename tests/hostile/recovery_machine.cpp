// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/hostile/recovery_machine.h"

#include "daemon/store/accounts_table.h"
#include "daemon/store/store.h"
#include "tests/hostile/helpdesk.h"
#include "tests/support/canary.h"

#include <filesystem>
#include <iterator>
#include <string_view>

namespace loquet::tests {

namespace {

constexpr int tries = 5; // of the lockout policy's own, before a login is locked

MachineOptions options_with(const std::string& sent, const std::string& configuration) {
    return {.configuration = configuration
                             + "[outbox]\nmail = [\"file\"]\n[outbox.mail_budget]\naccount = 1000\n"
                               "destination = 1000\nplace = 100000\nsite = 100000\nunproven_percent = 100\n"
                               "[plugins.file]\nkind = \"channel\"\n",
            .plugins = {{"lockout", std::string(no_delay)
                                        + "tries_a_day = 10000\nplace_delay_ms = 0\nplace_failures_an_hour = 65535\n"
                                          "site_alert_an_hour = 65535\n"},
                        {"password_rules", ""},
                        {"file", "folder = \"" + sent + "\"\n"}},
            .modules = {},
            .environment = {}};
}

struct Made {
    std::uint32_t uid = 0;
    std::string name;
    bool has_address = true;
    bool is_confirmed = true;
};

void give_addresses(const Machine& machine, const std::vector<Made>& people) {
    bus::Loop loop;
    store::Store store({.folder = machine.store_folder()}, store::MasterKey::load(machine.folder() + "/master-key"),
                       loop);
    store.write_now([&](store::WriteTxn& txn) {
        for (const Made& made : people) {
            auto account = store::PrivateAccounts::get(txn, model::Uid{made.uid}).value();
            account.mail = made.has_address ? made.name + "@example.org" : "";
            account.mail_confirmed = base::Milliseconds(made.is_confirmed ? 1 : 0);
            store::AccountsTable::put(txn, model::Uid{made.uid}, account);
        }
    });
}

} // namespace

ARecoveryMachine::ARecoveryMachine(std::size_t of_each_kind, const std::string& configuration)
    : machine_(options_with(sent_.path(), configuration)), connection_(machine_.connect()) {
    std::vector<Made> people;
    for (std::size_t n = 0; n < of_each_kind; ++n) {
        for (const std::string_view kind : kinds_of_people) {
            if (kind == "nobody") {
                continue;
            }
            const MachineAccount made = machine_.create_account(
                std::string(kind) + std::to_string(n), kind == "secretless" ? "" : canary::password, kind == "expired");
            people.push_back(
                {made.uid, std::string(kind) + std::to_string(n), kind != "addressless", kind != "unconfirmed"});
            if (kind == "locked") {
                lock(connection_, made.path);
            } else if (kind == "disabled") {
                disable(connection_, made.path);
            }
        }
    }
    (void)machine_.stop();
    give_addresses(machine_, people);
    machine_.start();
    connection_ = machine_.connect();
}

std::size_t ARecoveryMachine::files_sent() const {
    const std::filesystem::directory_iterator files(sent_.path());
    return static_cast<std::size_t>(std::distance(files, std::filesystem::directory_iterator()));
}

void ARecoveryMachine::guess_passwords() {
    for (int n = 0; n < tries; ++n) {
        (void)log_in(connection_, {"guessed0", canary::wrong_password});
    }
}

} // namespace loquet::tests
