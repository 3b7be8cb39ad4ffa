// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/unit/daemon/outbox/outbox_fixture.h"

#include "daemon/store/accounts_table.h"
#include "daemon/store/outbox_table.h"
#include "lib/base/file.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <utility>

namespace loquet::outbox {

using model::Medium;
using store::AccountsTable;
using store::OutboxTable;
using store::PrivateAccounts;
using store::ReadTxn;
using store::WriteTxn;

namespace {

constexpr Budget generous{1000, 1000, 100000, 100000, 100000, 50};
constexpr const char* catalogue = "code.text = \"Your code is {code}.\"\n"
                                  "code.text_subject = \"Your code\"\n"
                                  "minutes.text = \"Your code is {code}, for {minutes} minutes.\"\n"
                                  "notice.text = \"Something was changed.\"\n"
                                  "mail.subject = \"Your account\"\n";

std::string mail_address(std::uint32_t uid) {
    return "person" + std::to_string(uid) + "@example.org";
}
std::string phone_number(std::uint32_t uid) {
    return "+336" + std::to_string(10000000 + uid);
}

void put_account(WriteTxn& txn, std::uint32_t uid) {
    model::PrivateAccount private_part;
    private_part.generation = 1;
    private_part.mail = mail_address(uid);
    private_part.phone = phone_number(uid);
    private_part.mail_confirmed = private_part.phone_confirmed = base::Milliseconds(1);
    AccountsTable::put(txn, store::account(uid, "person" + std::to_string(uid)));
    AccountsTable::put(txn, model::Uid{uid}, private_part);
}

} // namespace

base::Task<protocol::DeliverResponse> FakeChannel::deliver(protocol::DeliverRequest request) {
    seen.push_back({request.reference, request.destination, request.subject, std::string(request.text.reveal()),
                    request.attempt, request.expires - request.now});
    const Seen what = seen.back();
    most_at_once = std::max(most_at_once, ++at_once_);
    if (held_) {
        base::Promise<void> promise;
        auto let_go = promise.future();
        waiting_.push_back(std::move(promise));
        co_await let_go;
    }
    --at_once_;
    co_return gateway(what);
}

base::Task<protocol::ReceiptsResponse> FakeChannel::receipts(protocol::ReceiptsRequest request) {
    asked.push_back(std::move(request));
    co_return knows(asked.back());
}

void FakeChannel::let_go() {
    held_ = false;
    auto waiting = std::exchange(waiting_, {});
    for (auto& promise : waiting) {
        promise.set();
    }
}

protocol::DeliverResponse not_now(base::Milliseconds after) {
    return {protocol::Outcome::retry, after, "", "450 later"};
}

protocol::DeliverResponse never() {
    return {protocol::Outcome::refused, {}, "", "550 no such user"};
}

protocol::DeliverResponse answer_lost() {
    return {protocol::Outcome::lost, {}, "", "the connection broke"};
}

OutboxFixture::OutboxFixture() {
    const std::string folder = folder_ / "messages";
    std::filesystem::create_directory(folder);
    base::replace_file(folder + "/test.en.toml", catalogue, 0600);
    texts_ = messages::Catalogue::load({folder});
    settings_.media = {Medium::mail, Medium::sms};
    settings_.budgets = {generous, generous};
    settings_.alarm = {0, 0};
    outbox_ = std::make_unique<Outbox>(settings_, steady_, clock_);
}

OutboxFixture::~OutboxFixture() {
    end_courier();
    EXPECT_TRUE(failures_.empty()) << "a task of the courier threw";
}

std::string OutboxFixture::mail_of(std::uint32_t uid) {
    return mail_address(uid);
}
std::string OutboxFixture::phone_of(std::uint32_t uid) {
    return phone_number(uid);
}

void OutboxFixture::make_account(std::uint32_t uid) {
    write([uid](WriteTxn& txn) { put_account(txn, uid); });
}

void OutboxFixture::make_accounts(std::uint32_t last) {
    write([last](WriteTxn& txn) {
        for (std::uint32_t uid = 1; uid <= last; ++uid) {
            put_account(txn, uid);
        }
    });
}

void OutboxFixture::void_codes(std::uint32_t uid) {
    write([uid](WriteTxn& txn) {
        auto private_part = PrivateAccounts::get(txn, model::Uid{uid}).value();
        ++private_part.generation;
        AccountsTable::put(txn, model::Uid{uid}, private_part);
    });
}

SendRequest OutboxFixture::code_for(std::uint32_t uid, Medium medium) const {
    SendRequest request;
    request.medium = medium;
    request.account = model::Uid{uid};
    request.text = "code.text";
    request.variables.push_back({"code", base::Secret("314159")});
    request.step = "one_time_code";
    request.code = true;
    request.place = store_->digest(store::DigestKind::place, "tty1");
    request.lifetime = std::chrono::seconds(600);
    return request;
}

std::uint64_t OutboxFixture::enqueue(SendRequest request) {
    write(outbox_->enqueue(std::move(request)));
    std::uint64_t newest = 0;
    read([&](const ReadTxn& txn) {
        OutboxTable::each(txn, 0, [&](std::uint64_t number, const model::OutboxEntry&) {
            newest = number;
            return true;
        });
        return 0;
    });
    return newest;
}

void OutboxFixture::enqueue_all(std::vector<SendRequest> requests) {
    std::vector<store::Store::Work> all;
    for (SendRequest& request : requests) {
        all.push_back(outbox_->enqueue(std::move(request)));
    }
    write([&](WriteTxn& txn) {
        for (auto& work : all) {
            work(txn);
        }
    });
}

model::OutboxEntry OutboxFixture::message(std::uint64_t number) const {
    return read([&](const ReadTxn& txn) { return OutboxTable::get(txn, number); }).value();
}

bool OutboxFixture::has_letter(std::uint64_t number) const {
    return read([&](const ReadTxn& txn) { return OutboxTable::content(txn, number).has_value(); });
}

void OutboxFixture::start_courier() {
    const std::vector<ChannelBinding> bindings{{Medium::mail, "smtp", tests::not_owned(mail_)},
                                               {Medium::mail, "second", tests::not_owned(second_)},
                                               {Medium::sms, "sms_http", tests::not_owned(sms_)}};
    courier_ =
        std::make_unique<Courier>(Courier::Dependencies{loop_, clock_, *store_, *outbox_, texts_, tasks_}, bindings);
    receipts_ = std::make_unique<Receipts>(Receipts::Dependencies{loop_, *store_, *outbox_, tasks_}, bindings);
    courier_->on_sent(
        [this](std::uint64_t number, const model::OutboxEntry& message) { receipts_->sent(number, message); });
    courier_->on_health([this](const std::string& channel, const ChannelHealth& health) {
        told_.push_back(channel + (health.fails() ? " fails: " + health.said() : " delivers"));
    });
    courier_->on_code_refused(
        [this](const model::OutboxEntry& message) { told_.push_back("a code was refused: " + message.said); });
    courier_->start();
    receipts_->start();
}

void OutboxFixture::end_courier() {
    if (courier_) {
        courier_->stop();
        receipts_->stop();
        for (FakeChannel* channel : {&mail_, &second_, &sms_}) {
            channel->let_go();
        }
        EXPECT_TRUE(settles());
        courier_.reset();
        receipts_.reset();
    }
}

void OutboxFixture::pass(base::Milliseconds by) {
    clock_.advance(by);
    courier_->look();
    receipts_->look();
}

bool OutboxFixture::becomes(std::uint64_t number, model::MessageState state) {
    return tests::eventually(loop_, [&] { return message(number).state == state; });
}

bool OutboxFixture::settles() {
    return tests::eventually(loop_, [&] { return tasks_.active() == 0; });
}

} // namespace loquet::outbox
