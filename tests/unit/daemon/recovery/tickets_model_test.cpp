// SPDX-License-Identifier: LGPL-2.1-or-later
// Random people, strangers and operators around the tickets of many accounts, beside a model that is written from the
// rules and shares no code with the daemon: what each call must answer, and what must never happen.
#include "daemon/store/accounts_table.h"
#include "tests/unit/daemon/recovery/tickets_fixture.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace loquet::recovery {
namespace {

using base::Milliseconds;
using model::Medium;
using model::TicketType;
using model::Uid;
using store::Kind;
using store::ReadTxn;
using store::WriteTxn;

enum class Life : std::uint8_t { none, waiting, opened, used };

/// What the rules say of the one ticket in a place. Times are plain numbers.
struct ModelTicket {
    Life life = Life::none;
    std::string code; ///< without blanks
    bool by_helpdesk = false;
    std::int64_t until = 0;
    std::int64_t opened = 0;
    std::int64_t last_sent = 0;
    int sent = 0;
    std::int64_t day_began = 0; ///< of messages that nobody vouches for
    int day_sent = 0;
    bool pressed = false; ///< it lives for hours, and goes out once
    std::uint64_t holder = 0;
    std::uint64_t generation = 0;
    std::uint64_t version = 0; ///< of what stands there: raised by each change
    std::uint64_t which = 0;   ///< raised by each new ticket
    int uses = 0;              ///< of the code, ever
};

constexpr std::int64_t minute = 60'000;

struct ModelAccount {
    std::uint64_t generation = 1;
    std::array<ModelTicket, 3> tickets; ///< read out, by mail, by SMS

    [[nodiscard]] bool lives(const ModelTicket& ticket, std::int64_t now) const {
        if (ticket.generation != generation) {
            return false;
        }
        return (ticket.life == Life::waiting && now < ticket.until)
               || (ticket.life == Life::opened && now < ticket.opened + 5 * minute);
    }
};

std::optional<Medium> medium_of(std::size_t place) {
    return place == 0 ? std::nullopt : std::optional(place == 1 ? Medium::mail : Medium::sms);
}

/// A person with what they have in hand.
struct Walker {
    ModelAccount rules;
    std::vector<std::pair<std::size_t, std::string>> seen; ///< codes, also old ones, and their places
    struct Held {
        Tickets::Match match;
        std::size_t place = 0;
        std::uint64_t which = 0;
        std::uint64_t holder = 0;
    };
    std::vector<Held> dialogs;
};

class RandomPeople : public TicketsFixture {
protected:
    static constexpr std::uint32_t people = 1000; ///< that walk at the same time, each with an account
    static constexpr int rounds = 20;

    struct Pending {
        std::uint32_t uid;
        base::Future<void> written;
        /// Compares with the rules, in the order in which the work was done.
        std::function<void(std::optional<Kind> failed)> judge;
    };

    void walk(std::uint32_t seed) {
        random_.seed(seed);
        settings_.waiting = settings_.kept = 1'000'000'000;
        const outbox::Budget endless{1'000'000'000, 1'000'000'000, 1'000'000'000, 1'000'000'000, 1'000'000'000, 100};
        settings_.budgets = {endless, endless};
        make_accounts(people);
        restart();
        walkers_.assign(people, {});
        for (int round = 0; round < rounds && !HasFailure(); ++round) {
            const std::uint64_t before = newest_message();
            auto held = hold_writer(); // nobody reads what is not judged yet
            for (std::uint32_t uid = 1; uid <= people; ++uid) {
                for (int acts = draw(3); acts > 0; --acts) { // at one moment: what was decided before may be outdated
                    act(uid);
                }
            }
            release_writer();
            EXPECT_EQ(outcome(std::move(held)), std::nullopt);
            hold_again();
            settle(before);
            let_time_pass();
        }
        for (const Walker& walker : walkers_) {
            for (const ModelTicket& ticket : walker.rules.tickets) {
                uses_ += static_cast<std::size_t>(ticket.uses);
            }
        }
    }

    int draw(int below) { return std::uniform_int_distribution<int>(0, below - 1)(random_); }
    [[nodiscard]] std::int64_t time() { return steady_.now(clock_).count(); }

    void act(std::uint32_t uid) {
        switch (draw(12)) {
        case 0:
        case 1:
        case 2:
            return ask(uid);
        case 3:
        case 4:
        case 5:
            return type(uid);
        case 6:
        case 7:
        case 8:
            return finish(uid);
        case 9:
            return look(uid);
        case 10:
            return draw(4) == 0 ? change_password(uid) : ask(uid);
        default:
            return log_in(uid);
        }
    }

    void later(std::uint32_t uid, store::Store::Work work, std::function<void(std::optional<Kind>)> judge) {
        pending_.push_back({uid, store_->write(std::move(work)), std::move(judge)});
    }

    void ask(std::uint32_t uid) {
        const auto place = static_cast<std::size_t>(draw(3));
        const bool helpdesk = place == 0 || draw(4) == 0;
        ModelAccount& rules = walkers_[uid - 1].rules;
        const ModelTicket decided = rules.tickets.at(place);
        const std::uint64_t generation = rules.generation;
        const std::int64_t now = time();
        auto issued = tickets_->issue(helpdesk ? by_helpdesk(medium_of(place), uid) : by_owner(*medium_of(place), uid));
        ++calls_;

        const bool lived = rules.lives(decided, now);
        const bool taken_over = lived && helpdesk && !decided.by_helpdesk;
        const std::int64_t end = decided.life == Life::opened ? decided.opened + 5 * minute : decided.until;
        const bool goes_out =
            place != 0
            && (!lived || taken_over
                || (decided.sent < 6 && !decided.pressed && now >= decided.last_sent + minute && end - now >= 1000));
        EXPECT_EQ(issued.sends, goes_out) << "of account " << uid;
        const std::string shown(issued.code.reveal());
        EXPECT_EQ(shown.empty(), place != 0);
        if (place == 0 && lived) {
            EXPECT_EQ(shown, decided.code) << "one code while it lives";
        }
        later(uid, std::move(issued.work), [=, this, &rules](std::optional<Kind> failed) {
            ModelTicket& ticket = rules.tickets.at(place);
            const bool changed = ticket.version != decided.version || rules.generation != generation;
            EXPECT_EQ(failed, changed ? std::optional(Kind::conflict) : std::nullopt);
            if (changed || (!goes_out && (place != 0 || lived))) {
                return;
            }
            ++ticket.version;
            if (!lived || taken_over) {
                if (now - ticket.day_began >= 24 * 60 * minute || ticket.which == 0) {
                    ticket.day_began = now;
                    ticket.day_sent = 0;
                }
                ticket.pressed = place == 1 && !helpdesk && ticket.day_sent >= 6;
                const std::int64_t life = ticket.pressed ? 360 : place == 0 ? 30 : place == 1 ? 60 : 10;
                const bool keeps_code = taken_over;
                ticket.life = Life::waiting;
                ticket.by_helpdesk = helpdesk;
                ticket.until = now + life * minute;
                ticket.opened = 0;
                ticket.holder = 0;
                ticket.generation = generation;
                ++ticket.which;
                ticket.sent = 0;
                if (!keeps_code) {
                    ticket.code = shown; // of a sent one, what its message says: see settle()
                    ticket.uses = 0;
                    ++made_;
                }
            }
            if (place != 0) {
                ticket.day_sent += ticket.by_helpdesk ? 0 : 1;
                ++ticket.sent;
                ticket.last_sent = now;
                awaited_[uid].push_back(place);
            } else {
                walkers_[uid - 1].seen.emplace_back(place, shown);
            }
        });
    }

    /// The first place with a live ticket of that code.
    [[nodiscard]] static std::optional<std::size_t> place_of(const ModelAccount& rules, const std::string& code,
                                                             std::int64_t now) {
        for (std::size_t place = 0; place < rules.tickets.size(); ++place) {
            if (rules.tickets.at(place).code == code && rules.lives(rules.tickets.at(place), now)) {
                return place;
            }
        }
        return std::nullopt;
    }

    void type(std::uint32_t uid) {
        Walker& walker = walkers_[uid - 1];
        if (walker.seen.empty()) {
            return;
        }
        const std::string code =
            walker.seen[static_cast<std::size_t>(draw(static_cast<int>(walker.seen.size())))].second;
        const auto match = find(code, uid);
        ++calls_;
        const std::int64_t now = time();
        const auto right = place_of(walker.rules, code, now);
        ASSERT_EQ(match.has_value(), right.has_value()) << "of account " << uid;
        const std::uint32_t other = uid % people + 1;
        EXPECT_EQ(find(code, other).has_value(), place_of(walkers_[other - 1].rules, code, now).has_value());
        if (!match) {
            return;
        }
        const std::size_t place = *right;
        EXPECT_EQ(match->medium, medium_of(place));
        const auto holder = static_cast<std::uint64_t>(draw(3) + 1);
        const std::uint64_t which = walker.rules.tickets.at(place).which;
        walker.dialogs.push_back({*match, place, which, holder});
        later(uid, tickets_->open(Uid{uid}, *match, holder), [=, &walker](std::optional<Kind> failed) {
            ModelTicket& ticket = walker.rules.tickets.at(place);
            const bool valid = ticket.which == which && walker.rules.lives(ticket, now);
            EXPECT_EQ(failed, valid ? std::nullopt : std::optional(Kind::conflict));
            if (valid) {
                const bool stays_so = ticket.life == Life::opened && ticket.holder == holder;
                ticket.version += stays_so ? 0U : 1U;
                ticket.opened = ticket.life == Life::waiting ? now : ticket.opened;
                ticket.life = Life::opened;
                ticket.holder = holder;
            }
        });
    }

    [[nodiscard]] static bool has(const ModelAccount& rules, const Walker::Held& dialog, std::int64_t now) {
        const ModelTicket& ticket = rules.tickets.at(dialog.place);
        return ticket.which == dialog.which && rules.lives(ticket, now) && ticket.life == Life::opened
               && ticket.holder == dialog.holder;
    }

    void finish(std::uint32_t uid) {
        Walker& walker = walkers_[uid - 1];
        if (walker.dialogs.empty()) {
            return;
        }
        const auto dialog = walker.dialogs[static_cast<std::size_t>(draw(static_cast<int>(walker.dialogs.size())))];
        const std::int64_t now = time();
        ++calls_;
        later(uid, tickets_->use(Uid{uid}, dialog.match, dialog.holder), [=, &walker](std::optional<Kind> failed) {
            const bool valid = has(walker.rules, dialog, now);
            EXPECT_EQ(failed, valid ? std::nullopt : std::optional(Kind::conflict));
            if (valid) {
                ModelTicket& ticket = walker.rules.tickets.at(dialog.place);
                ticket.life = Life::used;
                ++ticket.version;
                EXPECT_EQ(++ticket.uses, 1) << "used twice";
            }
        });
    }

    void look(std::uint32_t uid) {
        Walker& walker = walkers_[uid - 1];
        for (const auto& dialog : walker.dialogs) {
            EXPECT_EQ(tickets_->holds(Uid{uid}, dialog.match, dialog.holder), has(walker.rules, dialog, time()));
        }
    }

    void change_password(std::uint32_t uid) {
        later(
            uid,
            [uid](WriteTxn& txn) {
                auto private_part = store::PrivateAccounts::get(txn, Uid{uid}).value();
                ++private_part.generation;
                store::AccountsTable::put(txn, Uid{uid}, private_part);
            },
            [&rules = walkers_[uid - 1].rules](std::optional<Kind>) { ++rules.generation; });
    }

    void log_in(std::uint32_t uid) {
        later(
            uid,
            [uid, now = clock_.wall()](WriteTxn& txn) {
                auto private_part = store::PrivateAccounts::get(txn, Uid{uid}).value();
                private_part.last_login = now;
                store::AccountsTable::put(txn, Uid{uid}, private_part);
            },
            [](std::optional<Kind>) {});
    }

    /// What was asked for becomes durable, and people read their messages.
    void settle(std::uint64_t before) {
        for (Pending& pending : std::exchange(pending_, {})) {
            pending.judge(outcome(std::move(pending.written)));
        }
        read_messages(before);
    }

    void read_messages(std::uint64_t before) {
        const std::uint64_t newest = newest_message();
        for (std::uint64_t number = before + 1; number <= newest; ++number) {
            const auto letter = message(number);
            const auto codes = codes_behind(number - 1);
            ASSERT_FALSE(codes.empty());
            std::string code = codes.front();
            std::erase(code, ' ');
            const std::uint32_t uid = letter.account.value;
            const std::size_t place = letter.medium == Medium::mail ? 1 : 2;
            auto& awaited = awaited_[uid];
            const auto found = std::ranges::find(awaited, place);
            ASSERT_NE(found, awaited.end()) << "a message that nobody is to get";
            awaited.erase(found);
            ModelTicket& ticket = walkers_[uid - 1].rules.tickets.at(place);
            if (ticket.code.empty()) {
                ticket.code = code;
            }
            EXPECT_EQ(ticket.code, code) << "one code while it lives";
            walkers_[uid - 1].seen.emplace_back(place, code);
        }
        for (const auto& [uid, awaited] : awaited_) {
            EXPECT_TRUE(awaited.empty()) << "a message is missing";
        }
        awaited_.clear();
    }

    void let_time_pass() {
        constexpr std::array<Milliseconds, 9> steps{0ms, 1s, 59s, 60s, 61s, 4min, 5min, 11min, 61min};
        clock_.advance(steps.at(static_cast<std::size_t>(draw(steps.size()))));
        switch (draw(5)) {
        case 0:
            clock_.set_wall_by(-std::chrono::hours(1));
            break;
        case 1:
            clock_.set_wall_by(std::chrono::seconds(30));
            break;
        case 2:
            clock_.reboot(Milliseconds(20'000));
            restart();
            break;
        case 3:
            restart();
            break;
        default:
            break;
        }
    }

    std::mt19937 random_;
    std::vector<Walker> walkers_;
    std::vector<Pending> pending_;
    std::map<std::uint32_t, std::vector<std::size_t>> awaited_;
    std::size_t calls_ = 0;
    std::size_t made_ = 0;
    std::size_t uses_ = 0;
};

class RandomPeopleOfASeed : public RandomPeople, public testing::WithParamInterface<std::uint32_t> {};

TEST_P(RandomPeopleOfASeed, T9_GetOutOfTicketsWhatTheRulesSayAndNothingTwice) {
    walk(GetParam());
    EXPECT_GT(calls_, people * rounds / 4) << "hardly anybody did anything";
    EXPECT_GT(made_, people / 2);
    EXPECT_GT(uses_, people / 20);
}

// 20 000 walks.
INSTANTIATE_TEST_SUITE_P(TwentyCrowds, RandomPeopleOfASeed, testing::Range<std::uint32_t>(1, 21));

} // namespace
} // namespace loquet::recovery
