// SPDX-License-Identifier: LGPL-2.1-or-later
// A daemon that does nothing but deliver, to be killed: crash_courier STORE MESSAGES GATEWAY [careless]. It works on
// what the store holds until nothing waits any more, and then ends with 0. The gateway is the file GATEWAY: for each
// message it takes it appends a line, "REFERENCE EXPIRES NOW", and says yes some time after that; one in eight it puts
// off. With "careless" it does not write down what it begins, as a naive queue would: what was in hand at a kill is
// simply queued.
#include "daemon/outbox/courier.h"
#include "daemon/outbox/outbox.h"
#include "daemon/plugins/channel_client.h"
#include "daemon/store/meta_table.h"
#include "daemon/store/outbox_table.h"
#include "lib/base/file.h"

#include <fcntl.h>

#include <string>
#include <string_view>

namespace {

using namespace loquet; // NOLINT(google-build-using-namespace): a program of one file

/// Writes each delivery down with one write(2), which survives the death of the process.
class Gateway final : public plugins::ChannelClient {
public:
    Gateway(bus::Loop& loop, const base::Clock& clock, const char* path)
        : loop_(loop), clock_(clock), file_(::open(path, O_WRONLY | O_APPEND | O_CREAT, 0600)) {}

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

private:
    bus::Loop& loop_;
    const base::Clock& clock_;
    base::Fd file_;
    unsigned asked_ = 0;
};

/// What a queue without the state `sending` knows after a crash.
void forget_what_was_in_hand(store::WriteTxn& txn) {
    std::vector<std::pair<std::uint64_t, model::Outgoing>> in_hand;
    store::OutboxTable::each(txn, 0, [&](std::uint64_t number, const model::Outgoing& message) {
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
    if (argc > 4) {
        store.write_now(forget_what_was_in_hand);
    }
    model::SteadyTime steady(base::Milliseconds(0), clock);
    outbox::Settings settings;
    settings.media = {model::Medium::sms};
    outbox::Outbox outbox(std::move(settings), steady, clock);
    const auto texts = messages::Catalogue::load({argv[2]});
    base::TaskGroup tasks([&](const std::exception_ptr&) { loop.stop(); });
    Gateway gateway(loop, clock, argv[3]);
    outbox::Courier courier({loop, clock, store, outbox, texts, tasks}, {{model::Medium::sms, "gateway", &gateway}});
    courier.start();
    while (store.read(store::OutboxTable::pending) > 0) {
        loop.run_once(base::Milliseconds(100));
    }
    courier.stop();
    while (tasks.active() > 0) {
        loop.run_once(base::Milliseconds(100));
    }
    return 0;
}
