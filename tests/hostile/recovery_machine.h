// SPDX-License-Identifier: LGPL-2.1-or-later
// A machine on which those who forgot their password get a code by mail, kept in files, and people of each kind that a
// stranger would like to tell apart.
#pragma once

#include "tests/hostile/dialogs.h"
#include "tests/hostile/machines.h"

#include <cstddef>
#include <string>
#include <vector>

namespace loquet::tests {

/// "known" is the ordinary one; each of the others has its name from what it is. "nobody" has no account. The
/// address of "known0" is "known0@example.org".
inline constexpr const char* kinds_of_people[] = {"known",    "nobody",  "addressless", "unconfirmed", "locked",
                                                  "disabled", "expired", "secretless",  "guessed"};

class ARecoveryMachine {
public:
    /// So many of each kind: "known0", "known1" ... `configuration` begins the file: keys before tables.
    explicit ARecoveryMachine(std::size_t of_each_kind, const std::string& configuration = "");

    [[nodiscard]] bus::Connection& connection() { return connection_; }
    [[nodiscard]] Machine& machine() { return machine_; }
    [[nodiscard]] std::size_t files_sent() const;
    /// Of "guessed0": failures lock its login.
    void guess_passwords();

private:
    TempFolder sent_;
    Machine machine_;
    bus::Connection connection_;
};

} // namespace loquet::tests
