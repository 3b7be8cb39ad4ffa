// SPDX-License-Identifier: LGPL-2.1-or-later
// The connection of one dialog: private, dropped when the object dies, and no call that outlives the deadline.
// sd_bus_call() knows a deadline for the answer only: it waits for a silent bus to say hello, and for its queue to
// drain, as long as that takes; hence the loop here. One thread.
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
#include <string_view>
#include <variant>

namespace loquet::client {

/// What the daemon is told about the application; empty texts are left out. At most limits::client_field_bytes each.
struct ClientFacts {
    std::string service;
    std::string tty;
    std::string rhost;
    std::string seat;
    std::string locale;
    std::string phase;        ///< "account": nobody asked this module before the account phase
    bool self_service = true; ///< false: no way of those who cannot log in is offered, whatever the daemon's files say
    std::optional<std::uint32_t> uid; ///< what NSS says for the name
    /// Who runs the program, where that is not whom the bus sees: passwd(1) is root by its set-uid bit, and the person
    /// in front of it is not.
    std::optional<std::uint32_t> real_uid;
};

enum class FailureKind : std::uint8_t {
    not_ours,    ///< the name belongs to another source of accounts
    busy,        ///< too many dialogs or attempts
    denied,      ///< the daemon, or the bus's policy, does not talk to this caller
    unavailable, ///< no bus, no daemon, or no answer in time
    gone,        ///< the daemon left in the middle of the dialog; another Begin may succeed
    defect,      ///< it answered with what is no turn
};

struct Failure {
    FailureKind kind = FailureKind::unavailable;
    std::string text;       ///< for a log; printable
    std::string error_name; ///< of the bus error; empty where the bus itself failed
    bool sent = true;       ///< false: the call did not leave this process, and nothing happened
};

using Reply = std::variant<protocol::Turn, Failure>;

/// From a bus error's name. `in_dialog`: an answer was on its way, so that a missing object or service means that the
/// daemon restarted.
[[nodiscard]] FailureKind failure_kind_of(std::string_view error_name, bool in_dialog) noexcept;

class DialogConnection {
public:
    /// `timeout`: how long a silent daemon is waited for, counted from begin(), from each sleep() and each renew().
    /// `address` of the bus, as sd_bus_set_address(3) has it; empty: the system bus.
    explicit DialogConnection(base::Milliseconds timeout, std::string address = {});

    /// Opens a new connection and a dialog. `token` is the password where it is known already, so that one call does.
    [[nodiscard]] Reply begin(const std::string& purpose, const std::string& account, const ClientFacts& facts,
                              const base::Secret* token);
    [[nodiscard]] Reply answer(const protocol::Answers& answers);
    /// Tells the daemon that nobody will answer. Does not wait.
    void cancel() noexcept;

    /// The person did something: the timeout counts from now.
    void renew() noexcept;
    /// Between two questions of the daemon's state; the timeout counts from its end.
    void sleep(base::Milliseconds time) noexcept;

private:
    using SteadyClock = std::chrono::steady_clock;
    using Bus = base::Handle<sd_bus, sd_bus_close_unref>;

    [[nodiscard]] base::Milliseconds left() const noexcept;
    [[nodiscard]] bus::Message method_call(const char* path, const char* interface, const char* member);
    template <class Done>
    [[nodiscard]] int process_until(Done done);
    [[nodiscard]] std::variant<bus::Message, Failure> exchange(const bus::Message& call, FailureKind when_lost);

    [[nodiscard]] int open();

    std::string address_;
    base::Milliseconds timeout_;
    SteadyClock::time_point deadline_;
    Bus bus_;
    std::string conversation_; ///< object path; empty while there is no dialog
};

} // namespace loquet::client
