// SPDX-License-Identifier: LGPL-2.1-or-later
// An outbox and its courier on a real store, with a gateway that a test scripts and a clock that it moves. The test's
// thread, which is the loop's.
#pragma once

#include "daemon/model/steady_time.h"
#include "daemon/outbox/courier.h"
#include "daemon/outbox/outbox.h"
#include "daemon/outbox/receipts.h"
#include "daemon/plugins/plugin_clients.h"
#include "lib/messages/catalogue.h"
#include "tests/support/eventually.h"
#include "tests/support/fake_clock.h"
#include "tests/support/not_owned.h"
#include "tests/unit/daemon/store/store_fixture.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace loquet::outbox {

/// What a gateway saw of one attempt.
struct Seen {
    std::string reference;
    std::string destination;
    std::string subject;
    std::string text;
    std::uint32_t attempt = 0;
    base::Milliseconds left{0}; ///< until it may not be sent any more
};

class FakeChannel final : public plugins::ChannelClient {
public:
    using Gateway = std::function<protocol::DeliverResponse(const Seen&)>;

    base::Task<protocol::DeliverResponse> deliver(protocol::DeliverRequest request) override;
    base::Task<protocol::ReceiptsResponse> receipts(protocol::ReceiptsRequest request) override;

    /// From here on nobody gets an answer until let_go().
    void hold() { held_ = true; }
    void let_go();

    Gateway gateway = [](const Seen&) { return protocol::DeliverResponse{protocol::Outcome::sent, {}, "gw", "ok"}; };
    std::function<protocol::ReceiptsResponse(const protocol::ReceiptsRequest&)> knows =
        [](const protocol::ReceiptsRequest&) { return protocol::ReceiptsResponse(); };
    std::vector<Seen> seen;
    std::vector<protocol::ReceiptsRequest> asked;
    std::size_t most_at_once = 0;

private:
    bool held_ = false;
    std::size_t at_once_ = 0;
    std::vector<base::Promise<void>> waiting_;
};

[[nodiscard]] protocol::DeliverResponse not_now(base::Milliseconds after = base::Milliseconds(0));
[[nodiscard]] protocol::DeliverResponse never();
[[nodiscard]] protocol::DeliverResponse answer_lost();

class OutboxFixture : public store::StoreFixture {
protected:
    OutboxFixture();
    ~OutboxFixture() override;

    /// Makes account `uid`, or those from 1 to `last`, with an address of each medium.
    void make_account(std::uint32_t uid);
    void make_accounts(std::uint32_t last);
    /// Raises its generation, as each newer event does.
    void void_codes(std::uint32_t uid);
    [[nodiscard]] static std::string mail_of(std::uint32_t uid);
    [[nodiscard]] static std::string phone_of(std::uint32_t uid);

    /// A code for the account of `uid` from one place, 600 seconds long.
    [[nodiscard]] SendRequest code_for(std::uint32_t uid, model::Medium medium = model::Medium::mail) const;
    /// Writes it down; its number.
    std::uint64_t enqueue(SendRequest request);
    /// All of them in one transaction.
    void enqueue_all(std::vector<SendRequest> requests);
    [[nodiscard]] model::OutboxEntry message(std::uint64_t number) const;
    [[nodiscard]] bool has_letter(std::uint64_t number) const;

    /// A courier over `mail_` and `second_` for mail, and `sms_`; and who asks them for receipts.
    void start_courier();
    void end_courier();
    /// Lets `by` pass, and the courier see it.
    void pass(base::Milliseconds by);
    /// Waits until the message has that state.
    [[nodiscard]] bool becomes(std::uint64_t number, model::MessageState state);
    /// Lets everything happen that is on its way, until nothing is in hand any more.
    [[nodiscard]] bool settles();

    tests::FakeClock clock_;
    model::SteadyTime steady_{base::Milliseconds(0), clock_};
    Settings settings_;
    FakeChannel mail_;
    FakeChannel second_;
    FakeChannel sms_;
    messages::Catalogue texts_;
    std::vector<std::exception_ptr> failures_;
    std::vector<std::string> told_; ///< to the operator
    base::TaskGroup tasks_{[this](const std::exception_ptr& failure) { failures_.push_back(failure); }};
    std::unique_ptr<Outbox> outbox_;
    std::unique_ptr<Courier> courier_;
    std::unique_ptr<Receipts> receipts_;
};

} // namespace loquet::outbox
