// SPDX-License-Identifier: LGPL-2.1-or-later
// Asks polkit whether a caller may do something; asynchronously, because a person may have to type a password for it.
// Loop thread.
#pragma once

#include "lib/bus/connection.h"

#include <exception>
#include <string>

namespace loquet::bus {

class Polkit {
public:
    explicit Polkit(Connection& connection) : connection_(connection) {}

    /// `sender`: the caller's unique bus name, which is the subject (never a PID, which may be reused). `may_interact`:
    /// an agent may ask a person. False also where polkit is absent or fails: then only root passes.
    [[nodiscard]] base::Task<bool> allows(std::string sender, std::string action, bool may_interact);
    /// Who waits for an answer gets Error::Kind::unavailable, by a job of the loop.
    void cancel_all() noexcept { questions_.cancel_all(); }

private:
    base::Task<bool> ask(std::string sender, std::string action, bool may_interact);

    Connection& connection_;
    base::TaskGroup questions_{[](const std::exception_ptr&) {}}; ///< what they throw goes to who waits
};

} // namespace loquet::bus
