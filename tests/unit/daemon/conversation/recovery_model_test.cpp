// SPDX-License-Identifier: LGPL-2.1-or-later
// People, strangers and the helpdesk walk at random through the dialogs of two accounts, beside a model that shares no
// code with the daemon: what is asked, who gets in, which password holds and which code opens it must agree at each
// step. LOQUET_WALKS says how many walks in all; LOQUET_SEED, where they begin.
#include "daemon/accounts/account_changes.h"
#include "daemon/store/outbox_table.h"
#include "tests/unit/daemon/conversation/conversation_fixture.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <random>

namespace loquet::conversation {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr int acts_of_a_walk = 20;
constexpr std::uint64_t walks_of_a_world = 250;
constexpr std::uint64_t shards = 4; ///< tests that run beside each other

constexpr outbox::Budget endless{1'000'000, 1'000'000, 1'000'000, 1'000'000, 1'000'000, 100};

std::uint64_t number_of(const char* variable, std::uint64_t usual) {
    const char* const text = std::getenv(variable);
    return text == nullptr ? usual : std::strtoull(text, nullptr, 10);
}

/// What a person meets, in one word.
enum class Meets : std::uint8_t { password, menu, code, new_password, granted, refused };

/// The model: what is true of an account and of a dialog, in the words of the design.
struct ModelTicket {
    bool exists = false;
    bool dead = false; ///< used or void
    std::string code;
    base::Milliseconds until{0};
    base::Milliseconds last_sent{0};
    int sent = 0;
    base::Milliseconds day_began{0};
    int day_sent = 0;
    bool pressed = false; ///< asked for so often that it lives for hours, and goes out once
    std::optional<base::Milliseconds> opened;
    int holder = 0;
};

struct ModelAccount {
    std::string password;
    bool active = true;
    int generation = 0;
    ModelTicket ticket;

    [[nodiscard]] bool is_live(base::Milliseconds now) const {
        return ticket.exists && !ticket.dead
               && (ticket.opened ? now < *ticket.opened + minutes(5) : now < ticket.until);
    }
};

struct ModelDialog {
    int id = 0;
    int account = 0;
    Meets at = Meets::password;
    bool hinted = false;
    bool by_menu_code = false; ///< "I have a code": nothing is sent from there
    int wrong_choices = 0;
    int refused_passwords = 0;
    int generation = 0; ///< of the account when something was proved
    DialogId real = 0;
};

/// Two accounts and what happens to them, for so many walks that the store stays small.
class World : public ConversationFixture {
public:
    World() : ConversationFixture(Cheap{}) {
        settings_.flows.push_back(config::flow_of_steps(purpose::recover_password, {"ticket", "new_password"}));
        settings_.password.history = 0;
        level_reply_ = base::Milliseconds(0); // nobody measures it
        sends_by_ = &outbox_;
        lockout_.policy = [](const protocol::JudgeRequest& request) {
            protocol::Judgement judgement = judge_strictly(request);
            judgement.verdict = protocol::Verdict::allow; // what it counts is another test's
            return judgement;
        };
        add(bert, "bert", canary::password);
        for (const model::Uid uid : {anna, bert}) {
            set(uid, [&](model::PrivateAccount& account) {
                account.mail = (uid == anna ? "anna" : "bert") + std::string("@example.org");
                account.mail_confirmed = base::Milliseconds(1);
            });
        }
        accounts_[0].password = canary::password;
        accounts_[1].password = canary::password;
    }

    /// Each goes on in the dialogs of the one before.
    void walk(std::uint64_t seed, std::uint64_t walks) {
        random_.seed(seed);
        for (std::uint64_t number = 0; number < walks && !HasFatalFailure(); ++number) {
            SCOPED_TRACE("seed " + std::to_string(seed) + ", walk " + std::to_string(number));
            walk();
        }
    }
    [[nodiscard]] const auto& met() const noexcept { return met_; }

private:
    void TestBody() override {}

    static constexpr model::Uid uids[] = {anna, bert};
    static constexpr const char* names[] = {"anna", "bert"};

    [[nodiscard]] base::Milliseconds now() { return steady_.now(clock_); }
    std::size_t pick(std::size_t of) { return std::uniform_int_distribution<std::size_t>(0, of - 1)(random_); }

    [[nodiscard]] std::string newest_code(int account) const {
        return store_->read([&](const store::ReadTxn& txn) {
            std::string code;
            store::OutboxTable::each(txn, 0, [&](std::uint64_t number, const model::OutboxEntry& message) {
                const auto content = store::OutboxTable::content(txn, number);
                if (message.account == uids[account] && message.text.starts_with("ticket.") && content) {
                    for (const auto& variable : content->variables) {
                        if (variable.name == "code") {
                            code = variable.value.reveal();
                        }
                    }
                }
                return true;
            });
            return code;
        });
    }

    static Meets meets(const Turn& turn) {
        if (std::holds_alternative<Granted>(turn)) {
            return Meets::granted;
        }
        const auto questions = asked(turn);
        if (questions.empty()) {
            return Meets::refused;
        }
        const std::string& last = questions.back();
        return last == "password" ? Meets::password
               : last == "menu"   ? Meets::menu
               : last == "code"   ? Meets::code
                                  : Meets::new_password;
    }

    // What the model says

    void model_asks_for_a_code(ModelAccount& account) {
        ModelTicket& ticket = account.ticket;
        if (!account.active) {
            return;
        }
        if (!account.is_live(now())) {
            const bool same_day = ticket.exists && now() - ticket.day_began < minutes(24 * 60);
            const auto began = same_day ? ticket.day_began : now();
            const int sent = same_day ? ticket.day_sent : 0;
            ticket = {};
            ticket.exists = true;
            ticket.day_began = began;
            ticket.day_sent = sent + 1;
            ticket.pressed = sent >= 6;
            ticket.until = now() + (ticket.pressed ? minutes(360) : minutes(60));
            ticket.last_sent = now();
            ticket.sent = 1;
            wants_code_of_ = static_cast<int>(&account - accounts_);
        } else if (now() - ticket.last_sent >= minutes(1) && ticket.sent < 6 && !ticket.pressed) {
            ticket.last_sent = now();
            ++ticket.day_sent;
            ++ticket.sent;
        }
    }
    Meets model_types_a_code(ModelDialog& dialog, const std::string& typed) {
        ModelAccount& account = accounts_[dialog.account];
        if (!account.active || !account.is_live(now()) || typed != account.ticket.code) {
            return Meets::refused;
        }
        account.ticket.opened = account.ticket.opened.value_or(now());
        account.ticket.holder = dialog.id;
        dialog.generation = account.generation;
        return Meets::new_password;
    }
    Meets model_chooses(ModelDialog& dialog, const std::string& first, const std::string& second) {
        ModelAccount& account = accounts_[dialog.account];
        if (!account.is_live(now()) || account.ticket.holder != dialog.id || account.generation != dialog.generation
            || !account.active) {
            return Meets::refused;
        }
        if (first.empty() || first != second) {
            return ++dialog.refused_passwords < 3 ? Meets::new_password : Meets::refused;
        }
        account.password = first;
        ++account.generation;
        account.ticket.dead = true;
        return Meets::granted;
    }
    Meets model_answers(ModelDialog& dialog, const std::vector<std::string>& typed) {
        ModelAccount& account = accounts_[dialog.account];
        const std::string& first = typed.front();
        switch (dialog.at) {
        case Meets::password:
            if (first.empty()) {
                return std::exchange(dialog.hinted, true) ? Meets::menu : Meets::password;
            }
            return first == account.password && account.active ? Meets::granted : model_types_a_code(dialog, first);
        case Meets::menu:
            if (first == "1") {
                dialog.by_menu_code = false;
                model_asks_for_a_code(account);
                return Meets::code;
            }
            if (first == "2") {
                dialog.by_menu_code = true;
                return Meets::code;
            }
            if (first == "<") {
                dialog.hinted = false;
                return Meets::password;
            }
            if (first.empty() || first == "3" || first == "?") {
                return Meets::menu;
            }
            return ++dialog.wrong_choices < 5 ? Meets::menu : Meets::refused;
        case Meets::code:
            if (first == "<") {
                return Meets::menu;
            }
            if (first.empty() && !dialog.by_menu_code) {
                model_asks_for_a_code(account);
            }
            if (first.size() == 1 && first != "?" && ++dialog.wrong_choices < 5) {
                return Meets::code; // no code, and no guess
            }
            return first.empty() || first == "?" ? Meets::code : model_types_a_code(dialog, first);
        case Meets::new_password:
            return model_chooses(dialog, typed[0], typed[1]);
        case Meets::granted:
        case Meets::refused:
            break;
        }
        return Meets::refused;
    }

    // What the daemon does, and whether the model agrees

    void someone_begins() {
        if (dialogs_.size() >= 6) {
            return;
        }
        ModelDialog dialog;
        dialog.id = ++last_dialog_;
        dialog.account = static_cast<int>(pick(2));
        const Begun begun = begin(names[dialog.account], root(":1." + std::to_string(dialog.id)));
        ASSERT_EQ(meets(begun.turn), Meets::password);
        dialog.real = *begun.dialog;
        dialogs_.push_back(dialog);
    }
    std::vector<std::string> something_to_say(const ModelDialog& dialog) {
        const ModelAccount& account = accounts_[dialog.account];
        const ModelAccount& other = accounts_[1 - dialog.account];
        if (dialog.at == Meets::new_password) {
            switch (pick(4)) {
            case 0:
                return {"", ""};
            case 1:
                return {"kanari-one", "kanari-two"};
            default: {
                const std::string chosen = "kanari-" + std::to_string(++passwords_);
                return {chosen, chosen};
            }
            }
        }
        const std::string own = account.ticket.code.empty() ? "1" : account.ticket.code;
        const std::string of_other = other.ticket.code.empty() ? "7" : other.ticket.code;
        const std::vector<std::string> at_the_menu{"1", "1", "1", "1", "2", "2", "3", "?", "<", "", "9", own};
        const std::vector<std::string> at_a_code{own, own, own, own, of_other, "0000 0000", "", "", "?", "<"};
        const std::vector<std::string> at_the_password{
            "", "", "", "", own, own, account.password, of_other, "0000 0000", "kanari-wrong"};
        const auto& texts = dialog.at == Meets::menu   ? at_the_menu
                            : dialog.at == Meets::code ? at_a_code
                                                       : at_the_password;
        return {texts[pick(texts.size())]};
    }
    void someone_answers() {
        if (dialogs_.empty()) {
            return;
        }
        const std::size_t at = pick(dialogs_.size());
        ModelDialog& dialog = dialogs_[at];
        const std::vector<std::string> typed = something_to_say(dialog);
        Answers said;
        for (const std::string& text : typed) {
            said.emplace_back(text);
        }
        trace_ +=
            names[dialog.account] + std::string("/") + std::to_string(dialog.id) + " says \"" + typed.front() + "\"; ";
        const std::string sender = ":1." + std::to_string(dialog.id);
        const Turn turn = done(engine().answer(dialog.real, sender, std::move(said)));
        wants_code_of_ = -1;
        const Meets expected = model_answers(dialog, typed);
        ASSERT_EQ(meets(turn), expected) << trace_;
        if (wants_code_of_ >= 0) {
            accounts_[wants_code_of_].ticket.code = newest_code(wants_code_of_);
            ASSERT_FALSE(accounts_[wants_code_of_].ticket.code.empty()) << trace_;
        } else if (accounts_[dialog.account].is_live(now())) {
            ASSERT_EQ(newest_code(dialog.account), accounts_[dialog.account].ticket.code)
                << "the same while it lives: " << trace_;
        }
        ++met_[static_cast<std::size_t>(expected)];
        dialog.at = expected;
        if (expected == Meets::granted || expected == Meets::refused) {
            ASSERT_FALSE(engine().exists(dialog.real));
            dialogs_.erase(dialogs_.begin() + static_cast<std::ptrdiff_t>(at));
        }
    }
    void someone_leaves() {
        if (dialogs_.empty()) {
            return;
        }
        const std::size_t at = pick(dialogs_.size());
        engine().cancel(dialogs_[at].real, ":1." + std::to_string(dialogs_[at].id));
        trace_ += "dialog " + std::to_string(dialogs_[at].id) + " is cancelled; ";
        dialogs_.erase(dialogs_.begin() + static_cast<std::ptrdiff_t>(at));
    }
    void time_passes() {
        constexpr seconds steps[] = {seconds(5), seconds(61), minutes(4), minutes(6), minutes(61)};
        const seconds step = steps[pick(5)];
        trace_ += std::to_string(step.count()) + " s; ";
        clock_.advance(step);
    }
    void the_daemon_restarts() {
        trace_ += "restart; ";
        engine_.reset();
        tickets_.reset();
        dialogs_.clear();
    }
    void the_configuration_is_reloaded() {
        trace_ += "reload; ";
        engine().use(flow_set());
    }
    void the_helpdesk_acts() {
        const auto which = pick(2);
        ModelAccount& account = accounts_[which];
        account.active = !account.active;
        trace_ += names[which] + std::string(account.active ? " is unlocked; " : " is locked; ");
        set(uids[which], [&](model::PrivateAccount& kept) {
            kept.state = account.active ? model::AccountState::active : model::AccountState::locked;
            kept.generation += account.active ? 0 : 1;
        });
        if (!account.active) {
            ++account.generation;
            account.ticket.dead = true;
        }
    }
    void walk() {
        trace_.clear();
        for (int act = 0; act < acts_of_a_walk && !HasFatalFailure(); ++act) {
            switch (pick(16)) {
            case 0:
            case 1:
                someone_begins();
                break;
            case 2:
                time_passes();
                break;
            case 3:
                someone_leaves();
                break;
            case 4:
                pick(3) == 0 ? the_daemon_restarts() : the_configuration_is_reloaded();
                break;
            case 5:
                if (pick(3) == 0) {
                    the_helpdesk_acts();
                }
                break;
            default:
                someone_answers();
            }
        }
        forget_messages();
    }
    /// Their number is no part of the question, and reading them all would be.
    void forget_messages() {
        store_->write_now([&](store::WriteTxn& txn) {
            std::vector<std::uint64_t> numbers;
            store::OutboxTable::each(txn, 0, [&](std::uint64_t number, const model::OutboxEntry&) {
                numbers.push_back(number);
                return true;
            });
            if (numbers.size() > 50) {
                for (std::size_t i = 0; i + 20 < numbers.size(); ++i) {
                    store::OutboxTable::erase(txn, numbers[i]);
                }
            }
        });
    }

    ModelAccount accounts_[2];
    std::vector<ModelDialog> dialogs_;
    int last_dialog_ = 0;
    int passwords_ = 0;
    int wants_code_of_ = -1;
    std::string trace_;
    std::array<std::uint64_t, 6> met_{}; ///< how often each of Meets
    std::mt19937_64 random_;
    outbox::Outbox outbox_{{.media = {protocol::Medium::mail},
                            .organisation = "Ville de Rouen",
                            .machine = "kiosk7",
                            .budgets = {endless, endless},
                            .alarm = {}},
                           steady_,
                           clock_};
};

class RandomPeople : public testing::TestWithParam<std::uint64_t> {};

TEST_P(RandomPeople, T12_MeetWhatTheModelSaysInEachDialog) {
    const std::uint64_t walks = number_of("LOQUET_WALKS", 2000) / shards;
    const std::uint64_t seed = number_of("LOQUET_SEED", 1) * shards + GetParam();
    std::array<std::uint64_t, 6> met{};
    for (std::uint64_t done = 0; done < walks && !HasFatalFailure(); done += walks_of_a_world) {
        World world;
        world.walk(seed * 1'000'003 + done, std::min(walks_of_a_world, walks - done));
        std::ranges::transform(met, world.met(), met.begin(), std::plus());
    }
    // Walks that go nowhere would agree with any model.
    for (const Meets each : {Meets::menu, Meets::code, Meets::new_password, Meets::granted, Meets::refused}) {
        EXPECT_GT(met.at(static_cast<std::size_t>(each)), walks / 25) << static_cast<int>(each);
    }
}

INSTANTIATE_TEST_SUITE_P(InFourTowns, RandomPeople, testing::Range<std::uint64_t>(0, shards));

} // namespace
} // namespace loquet::conversation
