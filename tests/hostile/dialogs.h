// SPDX-License-Identifier: LGPL-2.1-or-later
// Logging in as the PAM module does it, through the bus: a dialog is begun, its question answered, the turn read. From
// any place the test names, because root's word for it is believed. One thread.
#pragma once

#include "lib/base/task.h"
#include "lib/bus/connection.h"
#include "lib/protocol/turn.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace loquet::tests {

/// Who is logging in, and where.
struct Guess {
    std::string name;
    std::string_view password;
    std::string host = "desk"; ///< the remote host: one place for the counters
    std::string purpose = "login";
    /// Who started su, at which terminal; nobody: a login of that host.
    std::optional<std::uint32_t> person = std::nullopt;
    std::string terminal{};
};

struct BegunDialog {
    std::string path; ///< of the bus object
    protocol::Turn turn;
};

/// Blocks. Throws base::Error as the bus does.
[[nodiscard]] BegunDialog begin(bus::Connection& connection, const Guess& guess);
[[nodiscard]] protocol::Turn answer(bus::Connection& connection, const std::string& path, std::string_view password);
/// Both, and how it ended.
[[nodiscard]] protocol::Turn log_in(bus::Connection& connection, const Guess& guess);

/// The same on a connection that is attached to a loop.
base::Task<BegunDialog> begin_async(bus::Connection& connection, Guess guess);
base::Task<protocol::Turn> answer_async(bus::Connection& connection, std::string path, std::string_view password);
base::Task<protocol::Turn> answer_async(bus::Connection& connection, std::string path, protocol::Answers answers);
base::Task<protocol::Turn> log_in_async(bus::Connection& connection, Guess guess);

[[nodiscard]] inline bool granted(const protocol::Turn& turn) {
    return std::holds_alternative<protocol::Granted>(turn);
}
[[nodiscard]] inline bool denied(const protocol::Turn& turn, protocol::Reason reason) {
    const auto* refusal = std::get_if<protocol::Denied>(&turn);
    return refusal != nullptr && refusal->reason == reason;
}

/// All that the caller of such a login gets to see, value by value as it came over the bus; only the dialog's number
/// is left out.
[[nodiscard]] std::string transcript(bus::Connection& connection, const Guess& guess);
/// Of a dialog in which these are the answers, one for each turn, as long as something is asked.
[[nodiscard]] std::string transcript(bus::Connection& connection, const Guess& guess,
                                     const std::vector<std::string>& typed);

} // namespace loquet::tests
