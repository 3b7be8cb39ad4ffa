// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/outbox/courier.h"

#include "daemon/store/outbox_table.h"
#include "lib/base/error.h"
#include "lib/base/text.h"
#include "lib/messages/catalogue.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <utility>

namespace loquet::outbox {

using base::Error;
using base::Milliseconds;
using model::Medium;
using model::MessageState;
using store::OutboxTable;
using store::ReadTxn;
using store::WriteTxn;

namespace {

constexpr std::array media{Medium::mail, Medium::sms};
constexpr Milliseconds until_disk_is_tried = std::chrono::seconds(1);
constexpr Milliseconds between_tidying = std::chrono::hours(1);
constexpr std::size_t expired_at_once = 256;

constexpr Milliseconds on_the_way = std::chrono::seconds(5); // until it is here, at most, in a healthy system

std::int64_t whole_minutes(base::Milliseconds time) {
    return std::chrono::floor<std::chrono::minutes>(time).count();
}

/// What a code says of its minutes, which were counted when it was made: fewer once it had to wait.
base::Secret minutes_left(const model::OutboxEntry& message, base::Secret said, const Term& term) {
    const std::int64_t left = whole_minutes(term.expires - term.now + on_the_way);
    return left < whole_minutes(message.expires - message.created)
               ? base::Secret(std::to_string(std::max<std::int64_t>(left, 1)))
               : std::move(said);
}

/// The channel's bit among those of its medium; see WaitingList::Entry::tried. After a reload it may be that of
/// another: then a message is tried in another order, and no more.
std::uint8_t bit_of(const std::vector<std::shared_ptr<Channel>>& channels, const Channel& channel) {
    unsigned place = 0;
    for (const auto& other : channels) {
        if (other.get() == &channel) {
            break;
        }
        place += other->medium() == channel.medium() ? 1U : 0U;
    }
    return static_cast<std::uint8_t>(1U << place);
}

/// A lost answer is for the channel one that did not come, and not a "not now": it is no matter of one destination, and
/// each message that is handed to a gateway which loses answers may arrive twice.
void note_answer(Channel& channel, const Answer& answer, model::Uid account, Milliseconds now) {
    if (answer.too_late) {
        channel.gave_back();
    } else if (answer.is_last()) {
        channel.did_its_work();
    } else if (answer.is(protocol::Outcome::retry)) {
        channel.said_not_now(account, now, random_number());
    } else {
        channel.did_not_answer(now, random_number());
    }
}

/// True where the operator has something to hear of it.
bool note_health(ChannelHealth& health, const Answer& answer, const model::OutboxEntry& message, Milliseconds now) {
    if (answer.too_late || answer.unsendable || (answer.is(protocol::Outcome::refused) && now >= message.expires)) {
        return false; // which says nothing of the channel
    }
    if (answer.is(protocol::Outcome::sent)) {
        return health.delivered();
    }
    const std::string said =
        answer.response ? base::printable(answer.response->said, limits::gateway_said_bytes) : "it does not answer";
    return answer.is(protocol::Outcome::refused) ? health.refused(message.account, said) : health.put_off(said);
}

} // namespace

protocol::DeliverRequest render_message(const model::OutboxEntry& message, model::MessageContent content,
                                        const messages::Catalogue& texts, const Term& term) {
    messages::SecretVariables variables;
    for (auto& [name, value] : content.variables) {
        const bool counts = message.code && name == "minutes";
        base::Secret shown = counts ? minutes_left(message, std::move(value), term) : std::move(value);
        variables.emplace_back(std::move(name), std::move(shown));
    }
    protocol::DeliverRequest request;
    request.reference = message.reference;
    if (message.medium == model::Medium::mail) {
        request.subject = messages::mail_subject(texts, content.locale, message.text);
    }
    request.text = texts.render_secret(content.locale, message.text, variables);
    request.destination = std::move(content.destination);
    request.locale = std::move(content.locale);
    request.now = term.now;
    request.expires = term.expires;
    request.attempt = message.attempts;
    return request;
}

Courier::Courier(Dependencies deps, const std::vector<ChannelBinding>& bindings) : deps_(deps), tasks_(deps.tasks) {
    use(bindings);
}

void Courier::use(const std::vector<ChannelBinding>& bindings) {
    std::vector<std::shared_ptr<Channel>> channels;
    for (const ChannelBinding& binding : bindings) {
        const auto same =
            std::ranges::find_if(channels_, [&](const auto& channel) { return channel->binding() == binding; });
        channels.push_back(same == channels_.end() ? std::make_shared<Channel>(binding) : *same);
    }
    for (const Medium medium : media) {
        const auto count =
            std::ranges::count_if(channels, [&](const auto& channel) { return channel->medium() == medium; });
        if (static_cast<std::size_t>(count) > limits::channels_per_medium) {
            throw Error(Error::Kind::invalid,
                        "a medium has at most " + std::to_string(limits::channels_per_medium) + " channels");
        }
    }
    channels_ = std::move(channels);
    look();
}

Courier::~Courier() = default;

void Courier::start() {
    added_ = deps_.store.on<store::MessagesAdded>([this](const auto& added) { take_up(added.numbers); });
    running_ = true;
    take_up_all();
    tasks_.spawn(tidy_up());
    look();
}

void Courier::stop() {
    running_ = false;
    timer_ = {};
    tidying_ = {};
}

void Courier::take_up_all() {
    std::vector<std::uint64_t> in_hand_at_death;
    deps_.store.read([&](const ReadTxn& txn) {
        OutboxTable::each(txn, 0, [&](std::uint64_t number, const model::OutboxEntry& message) {
            if (!is_final(message.state)) {
                list_.add(number, message);
            }
            if (message.state == MessageState::sending) {
                list_.hold(number);
                in_hand_at_death.push_back(number);
            }
            tell_if_sent(number, message);
            return true;
        });
        return 0;
    });
    if (!in_hand_at_death.empty()) {
        tasks_.spawn(recover(std::move(in_hand_at_death)));
    }
}

void Courier::take_up(const std::vector<std::uint64_t>& numbers) {
    for (const std::uint64_t number : numbers) {
        const auto message = deps_.store.read([&](const ReadTxn& txn) { return OutboxTable::get(txn, number); });
        if (message && !is_final(message->state)) {
            list_.add(number, *message);
        }
    }
    look();
}

void Courier::look() {
    if (!running_) {
        return;
    }
    const Milliseconds now = deps_.outbox.now();
    drop_expired(now);
    for (const Medium medium : media) {
        hand_on(medium, now);
    }
    wait_for_next(now);
}

void Courier::drop_expired(Milliseconds now) {
    for (auto numbers = list_.take_expired(now, expired_at_once); !numbers.empty();
         numbers = list_.take_expired(now, expired_at_once)) {
        tasks_.spawn(expire(std::move(numbers)));
    }
}

void Courier::hand_on(Medium medium, Milliseconds now) {
    while (auto channel = channel_for(medium, now)) {
        const auto number = list_.take(medium, now);
        if (!number) {
            return;
        }
        if (const auto* entry = list_.find(*number); entry->tried != 0) {
            channel = channel_for(medium, now, entry->tried);
        }
        channel->took();
        tasks_.spawn(carry(*number, std::move(channel)));
    }
}

/// The first that may take a message and was not tried with it; else the first that may take one.
std::shared_ptr<Channel> Courier::channel_for(Medium medium, Milliseconds now, std::uint8_t tried) const {
    std::shared_ptr<Channel> second_best;
    for (const auto& channel : channels_) {
        if (channel->medium() != medium || !channel->may_take(now)) {
            continue;
        }
        if ((bit_of(channels_, *channel) & tried) == 0) {
            return channel;
        }
        second_best = second_best == nullptr ? channel : second_best;
    }
    return second_best;
}

void Courier::wait_for_next(Milliseconds now) {
    std::optional<Milliseconds> next = list_.first_expiry();
    for (const Medium medium : media) {
        const auto event = next_event(medium, now);
        next = event && (!next || *event < *next) ? event : next;
    }
    timer_ = {};
    if (next) {
        timer_ = deps_.loop.after(std::max(*next - now, Milliseconds(1)), [this] { look(); });
    }
}

/// When there is something to hand on; nothing where that begins with an answer that is awaited anyway.
std::optional<Milliseconds> Courier::next_event(Medium medium, Milliseconds now) const {
    const auto due = list_.first_due(medium);
    std::optional<Milliseconds> free;
    for (const auto& channel : channels_) {
        if (due && channel->medium() == medium && (channel->pauses(now) || channel->may_take(now))) {
            const Milliseconds from = std::max(*due, channel->pause_until());
            free = free ? std::min(*free, from) : from;
        }
    }
    return free;
}

base::Task<void> Courier::carry(std::uint64_t number, std::shared_ptr<Channel> channel) {
    bool begun = true;
    try {
        auto beginning = deps_.store.write([number, name = channel->name(), now = deps_.outbox.now()](WriteTxn& txn) {
            write_begin(txn, number, name, now);
        });
        co_await beginning;
    } catch (const Error&) { // the disk refuses, or cannot keep up
        begun = false;
    }
    if (!begun) {
        channel->gave_back();
        list_.put_back(number, deps_.outbox.now() + until_disk_is_tried);
        wait_for_next(deps_.outbox.now());
        co_return;
    }
    auto [message, content] = deps_.store.read([&](const ReadTxn& txn) {
        return std::pair(OutboxTable::get(txn, number), OutboxTable::content(txn, number));
    });
    if (!message || !content) { // it has a final state now, and nothing to send
        channel->gave_back();
        list_.remove(number);
        look();
        co_return;
    }
    Answer answer;
    const Milliseconds now = deps_.outbox.now();
    answer.too_late = now >= message->expires;
    answer.unsendable = !deps_.texts.has(message->text);
    if (!answer.too_late && !answer.unsendable) {
        const Milliseconds wall = deps_.clock.wall();
        auto asking = ask(channel->client(), render_message(*message, *std::move(content), deps_.texts,
                                                            {wall, wall + (message->expires - now)}));
        answer = co_await asking;
    }
    auto settling = settle(number, *channel, std::move(answer), *std::move(message));
    co_await settling;
}

base::Task<void> Courier::settle(std::uint64_t number, Channel& channel, Answer answer, model::OutboxEntry message) {
    const Milliseconds now = deps_.outbox.now();
    note_answer(channel, answer, message.account, now);
    const Milliseconds next = answer.is_last() ? now : next_attempt(number, channel, answer, message.code);
    const bool health_changed = note_health(channel.health(), answer, message, now);
    auto writing =
        write_in_the_end([number, answer, now, next](WriteTxn& txn) { write_end(txn, number, answer, now, next); });
    look(); // the channel has a hand free
    co_await writing;
    if (health_changed && health_) {
        health_(channel.name(), channel.health());
    }
    if (answer.is_last()) {
        list_.remove(number);
        judge_codes(channel.medium());
        if (const auto ended = deps_.store.read([&](const ReadTxn& txn) { return OutboxTable::get(txn, number); })) {
            tell_if_sent(number, *ended);
            tell_if_refused(*ended);
        }
    } else {
        list_.put_back(number, next);
    }
    look();
}

/// At once by another channel that works; else after a while.
Milliseconds Courier::next_attempt(std::uint64_t number, const Channel& channel, const Answer& answer, bool code) {
    const Milliseconds now = deps_.outbox.now();
    WaitingList::Entry* entry = list_.find(number);
    if (entry == nullptr) {
        return now;
    }
    entry->tried |= bit_of(channels_, channel);
    const bool another = std::ranges::any_of(channels_, [&](const auto& other) {
        return other->medium() == channel.medium() && !other->pauses(now)
               && (bit_of(channels_, *other) & entry->tried) == 0;
    });
    if (another) {
        return now;
    }
    entry->tried = 0;
    ++entry->failures;
    const Milliseconds at_least = answer.response ? answer.response->after : Milliseconds(0);
    const BackOff& rule = code ? code_back_off : message_back_off;
    return now + std::max(delay_after(rule, entry->failures, random_number()), at_least);
}

base::Task<void> Courier::expire(std::vector<std::uint64_t> numbers) {
    auto writing = write_in_the_end([numbers, now = deps_.outbox.now()](WriteTxn& txn) {
        for (const std::uint64_t number : numbers) {
            write_expired(txn, number, now);
        }
    });
    co_await writing;
    for (const std::uint64_t number : numbers) {
        list_.remove(number);
    }
    look();
}

base::Task<void> Courier::recover(std::vector<std::uint64_t> numbers) {
    auto writing = write_in_the_end([numbers, now = deps_.outbox.now()](WriteTxn& txn) {
        for (const std::uint64_t number : numbers) {
            write_recovered(txn, number, now);
        }
    });
    co_await writing;
    for (const std::uint64_t number : numbers) {
        list_.put_back(number, deps_.outbox.now());
    }
    look();
}

/// What became of a message is not forgotten because the disk refuses for a while.
base::Task<void> Courier::write_in_the_end(std::function<void(WriteTxn&)> work) {
    for (;;) {
        try {
            auto writing = deps_.store.write(work);
            co_await writing;
            co_return;
        } catch (const Error& error) {
            if (error.kind() != Error::Kind::unavailable && error.kind() != Error::Kind::busy) {
                throw;
            }
        }
        auto sleeping = deps_.loop.sleep(until_disk_is_tried);
        co_await sleeping;
    }
}

base::Task<void> Courier::tidy_up() {
    std::size_t kept = deps_.store.read(OutboxTable::count);
    for (std::size_t before = kept + 1; kept < before;) {
        before = kept;
        bool done = true;
        try {
            auto writing = deps_.store.write(deps_.outbox.tidy());
            co_await writing;
        } catch (const Error&) {
            done = false; // an hour later, then
        }
        if (!running_) {
            co_return;
        }
        kept = done ? deps_.store.read(OutboxTable::count) : before;
    }
    tidying_ = deps_.loop.after(between_tidying, [this] { tasks_.spawn(tidy_up()); });
}

void Courier::tell_if_refused(const model::OutboxEntry& message) {
    if (!message.code) {
        return;
    }
    if (message.state == MessageState::sent) {
        refused_codes_.sent(message.account);
    } else if (message.state == MessageState::refused && refused_codes_.refused(message.account) && refused_) {
        refused_(message);
    }
}

std::vector<std::pair<std::string, std::string>> Courier::failing_channels() const {
    std::vector<std::pair<std::string, std::string>> failing;
    for (const auto& channel : channels_) {
        if (channel->health().fails()) {
            failing.emplace_back(channel->name(), channel->health().said());
        }
    }
    return failing;
}

bool Courier::alarming(Medium medium) const {
    return std::find(alarming_.begin(), alarming_.end(), medium) != alarming_.end();
}

void Courier::judge_codes(Medium medium) {
    const auto use = deps_.store.read([&](const ReadTxn& txn) { return store::BudgetsTable::code_use(txn, medium); });
    const bool now_alarming = is_alarming(use, deps_.outbox.settings().alarm, deps_.outbox.now());
    if (now_alarming == alarming(medium)) {
        return;
    }
    if (now_alarming) {
        alarming_.push_back(medium);
    } else {
        std::erase(alarming_, medium);
    }
    if (alarm_) {
        alarm_(medium, now_alarming);
    }
}

} // namespace loquet::outbox
