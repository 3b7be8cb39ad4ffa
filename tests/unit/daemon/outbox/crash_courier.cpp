// SPDX-License-Identifier: LGPL-2.1-or-later
// A daemon that does nothing but deliver, to be killed: crash_courier STORE MESSAGES GATEWAY [careless|forgetful]. It
// works on what the store holds until nothing waits any more, and then ends with 0. The gateway is the file GATEWAY:
// for each message it takes it appends a line, "REFERENCE EXPIRES NOW", and says yes some time after that; one in eight
// it puts off. Each line is a receipt, too, and GATEWAY.kept says how many are kept by the daemon: the others are told.
// With "careless" it does not write down what it begins, as a naive queue would: what was in hand at a kill is simply
// queued. With "forgetful" the gateway believes that what it has told is kept.
#include "daemon/outbox/courier.h"
#include "daemon/outbox/outbox.h"
#include "daemon/outbox/receipts.h"
#include "daemon/plugins/plugin_clients.h"
#include "daemon/store/meta_table.h"
#include "daemon/store/outbox_table.h"
#include "lib/base/file.h"
#include "lib/base/limits.h"
#include "tests/support/not_owned.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace loquet; // NOLINT(google-build-using-namespace): a program of one file

/// Writes each delivery down with one write(2), which survives the death of the process.
class Gateway final : public plugins::ChannelClient {
public:
    Gateway(bus::Loop& loop, const base::Clock& clock, std::string path, bool forgetful)
        : loop_(loop), clock_(clock), path_(std::move(path)), forgetful_(forgetful),
          file_(::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT, 0600)),
          kept_(::open((path_ + ".kept").c_str(), O_RDWR | O_CREAT, 0600)) {}

    base::Task<protocol::DeliverResponse> deliver(protocol::DeliverRequest request) override {
        protocol::DeliverResponse response;
        if (++asked_ % 8 == 0) {
            response.after = base::Milliseconds(1);
            co_return response;
        }
        base::write_all(file_.get(), request.reference + ' ' + std::to_string(request.expires.count()) + ' '
                                         + std::to_string(clock_.wall().count()) + '\n');
        auto answering = loop_.sleep(base::Milliseconds(1)); // the yes is on its way
        co_await answering;
        response.outcome = protocol::Outcome::sent;
        co_return response;
    }

    base::Task<protocol::ReceiptsResponse> receipts(protocol::ReceiptsRequest request) override {
        if (request.kept != 0) {
            keep(request.kept - 1);
        }
        protocol::ReceiptsResponse response;
        std::istringstream lines(base::read_file(path_, longest_file));
        const std::uint64_t before = kept();
        std::uint64_t told = before;
        std::uint64_t count = 0;
        for (std::string reference, rest; lines >> reference && std::getline(lines, rest);) {
            if (++count > before && response.receipts.size() < limits::receipts_at_once) {
                response.receipts.push_back({reference, protocol::ReceiptOutcome::delivered, "DELIVRD"});
                told = count;
            }
        }
        response.batch = told + 1; // 0 has a meaning of its own
        if (forgetful_) {
            keep(told);
            auto travelling = loop_.sleep(base::Milliseconds(20)); // a kill now loses it, whatever the disk is like
            co_await travelling;
        }
        co_return response;
    }
    /// Everything that it has taken was told, and is kept.
    [[nodiscard]] bool has_told_all() const {
        const std::string lines = base::read_file(path_, longest_file);
        return kept() == static_cast<std::uint64_t>(std::count(lines.begin(), lines.end(), '\n'));
    }

private:
    static constexpr std::size_t longest_file = 1U << 24U;

    [[nodiscard]] std::uint64_t kept() const {
        std::uint64_t lines = 0;
        return ::pread(kept_.get(), &lines, sizeof lines, 0) == sizeof lines ? lines : 0;
    }
    void keep(std::uint64_t lines) const { (void)!::pwrite(kept_.get(), &lines, sizeof lines, 0); }

    bus::Loop& loop_;
    const base::Clock& clock_;
    std::string path_;
    bool forgetful_;
    base::Fd file_;
    base::Fd kept_;
    unsigned asked_ = 0;
};

/// What a queue without the state `sending` knows after a crash.
void forget_what_was_in_hand(store::WriteTxn& txn) {
    std::vector<std::pair<std::uint64_t, model::OutboxEntry>> in_hand;
    store::OutboxTable::each(txn, 0, [&](std::uint64_t number, const model::OutboxEntry& message) {
        if (message.state == model::MessageState::sending) {
            in_hand.emplace_back(number, message);
        }
        return true;
    });
    for (auto& [number, message] : in_hand) {
        message.state = model::MessageState::queued;
        --message.attempts;
        store::OutboxTable::put(txn, number, message);
    }
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 4) {
        return 2;
    }
    bus::Loop loop;
    const base::SystemClock clock;
    const store::MasterKey key(base::Secret(std::string(store::MasterKey::size, 'k')));
    store::Store store({.folder = argv[1]}, key, loop);
    const std::string_view manner = argc > 4 ? argv[4] : "";
    if (manner == "careless") {
        store.write_now(forget_what_was_in_hand);
    }
    model::SteadyTime steady(base::Milliseconds(0), clock);
    outbox::Settings settings;
    settings.media = {model::Medium::sms};
    settings.receipts = base::Milliseconds(5);
    outbox::Outbox outbox(std::move(settings), steady, clock);
    const auto texts = messages::Catalogue::load({argv[2]});
    base::TaskGroup tasks([&](const std::exception_ptr&) { loop.stop(); });
    Gateway gateway(loop, clock, argv[3], manner == "forgetful");
    const std::vector<outbox::ChannelBinding> bindings{{model::Medium::sms, "gateway", tests::not_owned(gateway)}};
    outbox::Courier courier({loop, clock, store, outbox, texts, tasks}, bindings);
    outbox::Receipts receipts({loop, store, outbox, tasks}, bindings);
    courier.on_sent([&](std::uint64_t number, const model::OutboxEntry& message) { receipts.sent(number, message); });
    courier.start();
    receipts.start();
    while (store.read(store::OutboxTable::pending) > 0) {
        loop.run_once(base::Milliseconds(100));
    }
    while (receipts.awaited() > 0 && !gateway.has_told_all()) {
        loop.run_once(base::Milliseconds(100));
    }
    courier.stop();
    receipts.stop();
    while (tasks.active() > 0) {
        loop.run_once(base::Milliseconds(100));
    }
    return 0;
}
