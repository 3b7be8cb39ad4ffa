// SPDX-License-Identifier: LGPL-2.1-or-later
// The service on the bus as one blocking caller sees it, and polkit's agent at the terminal. Failures are base::Error
// with a sentence that says what to do (failure_at()). One thread.
#pragma once

#include "cli/process.h"
#include "cli/value.h"
#include "lib/base/clock.h"
#include "lib/bus/connection.h"
#include "lib/bus/message.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace loquet::cli {

/// Lets polkit ask the person at this terminal for a password. An agent that the shell registered serves the shell
/// only, so, as systemctl does, one is started for this very process.
class PolkitAgent {
public:
    /// Returns when the agent is registered. Does nothing for root, without a terminal, and where polkit's agent is not
    /// installed: then the service answers that permission is needed, which says enough.
    PolkitAgent();
    PolkitAgent(const PolkitAgent&) = delete;
    PolkitAgent& operator=(const PolkitAgent&) = delete;
    ~PolkitAgent();

private:
    std::unique_ptr<Process> process_;
};

using Properties = std::map<std::string, Value, std::less<>>;

class Client {
public:
    /// `address` empty: the system bus.
    explicit Client(const std::string& address);

    /// As it was given; empty: the system bus.
    [[nodiscard]] const std::string& address() const noexcept { return address_; }

    /// A call that a person may be asked to permit, when there is one to ask.
    [[nodiscard]] bus::Message request(const std::string& path, const char* interface, const char* member);
    [[nodiscard]] bus::Message call(const bus::Message& request);

    /// What is understood of Properties.GetAll; types that this program does not know are left out.
    [[nodiscard]] Properties properties(const std::string& path, const char* interface);
    /// The object of an account; an Error of kind `not_found` where there is none.
    [[nodiscard]] std::string find_account(const std::string& name);

    /// From here on polkit may ask the person at the terminal. It lives on the system bus: on another one nobody asks.
    void let_polkit_ask();

    /// It is on the bus that this machine's logins use, and on none that --bus or the environment names.
    [[nodiscard]] bool serves_this_machine() const noexcept;

private:
    std::string address_;
    bus::Connection connection_;
    std::optional<PolkitAgent> agent_;
};

/// The property, or "nothing".
[[nodiscard]] Value property(const Properties& properties, std::string_view name);

} // namespace loquet::cli
