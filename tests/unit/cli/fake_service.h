// SPDX-License-Identifier: LGPL-2.1-or-later
// The service as loquetctl's tests script it, on a real private bus: a member's name and what answers it. The test's
// thread.
#pragma once

#include "lib/base/function.h"
#include "lib/bus/call.h"
#include "lib/bus/connection.h"
#include "lib/bus/loop.h"
#include "tests/support/private_bus.h"
#include "tests/support/process.h"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace loquet::cli {

class FakeService {
public:
    using Answer = std::function<void(bus::Call&)>;

    FakeService();
    FakeService(const FakeService&) = delete;
    FakeService& operator=(const FakeService&) = delete;

    /// What answers calls of `member` ("CreateAccount"; "GetAll" for properties). A member without an answer is an
    /// error that no test expects.
    void on(const std::string& member, Answer answer) { answers_[member] = std::move(answer); }
    /// FindAccount knows alice.
    void has_alice();

    /// Runs loquetctl with these arguments against this service until it ends.
    tests::Outcome run(std::vector<std::string> arguments, const std::string& input = {});
    /// Serves until `done()`; false when that takes too long.
    template <class Done>
    [[nodiscard]] bool serve_until(Done done) {
        return tests::eventually(loop_, done);
    }

    /// For tests in which it goes away.
    [[nodiscard]] tests::PrivateBus& bus() noexcept { return bus_; }
    [[nodiscard]] const std::string& address() const noexcept { return bus_.address(); }
    [[nodiscard]] const std::vector<std::string>& called() const noexcept { return called_; } ///< members, in order

private:
    static int handle(sd_bus_message* message, void* self, sd_bus_error* error) noexcept;

    tests::PrivateBus bus_;
    bus::Loop loop_;
    bus::Connection connection_;
    std::map<std::string, Answer> answers_;
    std::vector<std::string> called_;
};

inline constexpr const char* alice_path = "/org/loquet/Auth1/account/30000";

/// The program under test.
[[nodiscard]] std::string loquetctl_program();

} // namespace loquet::cli
