// SPDX-License-Identifier: LGPL-2.1-or-later
// The noun "account". "account import" hands a file of JSON lines to the service and shows how far it is. One thread.
#pragma once

#include "cli/client.h"
#include "cli/exit_code.h"
#include "cli/output.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace loquet::cli::account {

struct AddOptions {
    std::string name;
    std::string display_name; ///< this and the next five: empty is "as the service has it configured"
    std::string mail;
    std::string phone;
    bool confirmed = false; ///< the addresses are the owner's
    std::string shell;
    std::string home;
    std::string organisation;
    std::vector<std::string> authorisations; ///< empty: as configured
    std::optional<int> password_fd;
    bool no_password = false; ///< with neither of the two the password is asked for
};

struct ListOptions {
    std::string state;       ///< empty: all
    std::uint64_t limit = 0; ///< 0: no limit
};

struct FactorRemoval {
    std::string name; ///< of the account
    std::string factor;
    std::string reason;
};

ExitCode add(Client& client, Output& output, const AddOptions& options);
ExitCode list(Client& client, Output& output, const ListOptions& options);
ExitCode show(Client& client, Output& output, const std::string& name);
/// By mail address, telephone number or name of a person.
ExitCode find(Client& client, Output& output, const std::string& text);
ExitCode lock(Client& client, Output& output, const std::string& name, const std::string& reason);
ExitCode confirm(Client& client, Output& output, const std::string& name);
ExitCode unlock(Client& client, Output& output, const std::string& name);
struct ResetOptions {
    std::string name;
    std::string
        by; ///< "mail" or "sms": a code goes there; "code": it is shown; empty: a new password at the next login
};
ExitCode reset(Client& client, Output& output, const ResetOptions& options);
ExitCode list_factors(Client& client, Output& output, const std::string& name);
ExitCode remove_factor(Client& client, Output& output, const FactorRemoval& removal);

struct ImportOptions {
    std::string file; ///< "-": standard input
    bool dry_run = false;
    bool must_change = false;
    bool without_passwords = false;
};

/// Done where every line was taken; failed where one was refused or the import stopped.
ExitCode import(Client& client, Output& output, const ImportOptions& options);

struct ListedAccount {
    std::string path;
    std::string name;
    std::uint32_t uid = 0;
    std::string state;
};

/// All accounts of the service, a page at a time, so that neither side ever holds a whole site.
class AccountPages {
public:
    /// `state` empty: accounts in any state. `limit` 0: all of them.
    AccountPages(Client& client, std::string state, std::uint64_t limit);

    /// The next page; empty when there are no more.
    [[nodiscard]] std::vector<ListedAccount> next();

private:
    [[nodiscard]] bus::Message request(std::uint32_t count);

    Client& client_;
    std::string state_;
    std::uint64_t left_;
    std::string after_;
    bool more_ = true;
};

} // namespace loquet::cli::account
