// SPDX-License-Identifier: LGPL-2.1-or-later
// The module's side of the bus: one private connection, dropped when the client dies, and no wait that outlives the
// deadline. sd_bus_call() knows a deadline for the answer only: it waits for a silent bus to say hello, and for its
// queue to drain, as long as that takes; hence the loop here. One thread.
#pragma once

#include "lib/base/clock.h"
#include "lib/base/handle.h"
#include "lib/base/secret.h"
#include "lib/bus/message.h"
#include "lib/protocol/turn.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace loquet::pam {

/// What the daemon is told about the application; empty texts are left out. At most limits::client_field_bytes each.
struct ClientFacts {
    std::string service;
    std::string tty;
    std::string rhost;
    std::string seat;
    std::string locale;
    std::string phase;                ///< "account": nobody asked this module before the account phase
    std::optional<std::uint32_t> uid; ///< what NSS says for the name
    /// Who runs the program, where that is not whom the bus sees: passwd(1) is root by its set-uid bit, and the person
    /// in front of it is not.
    std::optional<std::uint32_t> real_uid;
};

enum class Trouble : std::uint8_t {
    not_ours,    ///< the name belongs to another source of accounts
    busy,        ///< too many dialogs or attempts
    denied,      ///< the daemon, or the bus's policy, does not talk to this caller
    unavailable, ///< no bus, no daemon, or no answer in time
    gone,        ///< the daemon left in the middle of the dialog; another Begin may succeed
    defect,      ///< it answered with what is no turn
};

struct Failure {
    Trouble trouble = Trouble::unavailable;
    std::string text; ///< for syslog; printable
};

using Reply = std::variant<protocol::Turn, Failure>;

class Client {
public:
    /// `patience`: how long a person waits for us at most, between two things that they do.
    explicit Client(base::Milliseconds patience);

    /// Opens a new connection and a dialog. `token` is the password where it is known already, so that one call does.
    [[nodiscard]] Reply begin(const std::string& purpose, const std::string& account, const ClientFacts& facts,
                              const base::Secret* token);
    [[nodiscard]] Reply answer(const protocol::Answers& answers);
    /// Tells the daemon that nobody will answer. Does not wait.
    void cancel() noexcept;

    /// The person did something: the patience counts from now.
    void renew() noexcept;
    /// Sleeps, and says false when the patience ended before.
    [[nodiscard]] bool pause(base::Milliseconds time) const noexcept;

private:
    using SteadyClock = std::chrono::steady_clock;
    using Bus = base::Handle<sd_bus, sd_bus_close_unref>;

    [[nodiscard]] base::Milliseconds left() const noexcept;
    [[nodiscard]] bus::Message method_call(const char* path, const char* interface, const char* member);
    template <class Done>
    [[nodiscard]] int process_until(Done done);
    [[nodiscard]] std::variant<bus::Message, Failure> exchange(const bus::Message& call, Trouble when_lost);

    base::Milliseconds patience_;
    SteadyClock::time_point deadline_;
    Bus bus_;
    std::string conversation_; ///< object path; empty while there is no dialog
};

} // namespace loquet::pam
