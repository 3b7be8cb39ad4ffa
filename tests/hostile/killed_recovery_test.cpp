// SPDX-License-Identifier: LGPL-2.1-or-later
// The daemon is killed at random instants while a person recovers, or changes the mail address: afterwards the
// password, or the address, is the old or the new one, the code unused or used once, and the person goes on with what
// they have.
#include "daemon/store/accounts_table.h"
#include "daemon/store/outbox_table.h"
#include "daemon/store/store.h"
#include "daemon/store/tickets_table.h"
#include "lib/base/error.h"
#include "lib/base/file.h"
#include "lib/bus/message.h"
#include "lib/protocol/names.h"
#include "lib/protocol/sealed_texts.h"
#include "lib/protocol/turn_wire.h"
#include "tests/hostile/helpdesk.h"
#include "tests/hostile/machines.h"
#include "tests/hostile/parallel.h"
#include "tests/support/canary.h"
#include "tests/support/eventually.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <random>
#include <regex>

namespace loquet::tests {
namespace {

constexpr int kills_in_ci = 20;

int wanted_kills() {
    const char* number = std::getenv("LOQUET_KILLS");
    return number == nullptr ? kills_in_ci : std::stoi(number);
}

/// Milliseconds from an answer to a kill: what the longest answer takes, and more.
constexpr int longest_wait = 20;

/// What a person types at each question, from the first.
using Script = std::vector<std::vector<std::string>>;

class AKilledRecovery : public testing::Test {
protected:
    /// A mailbox is a folder.
    [[nodiscard]] MachineOptions with_mail() const {
        MachineOptions options =
            with_lockout(no_delay, "[outbox]\nmail = [\"file\"]\n[plugins.file]\nkind = \"channel\"\n");
        options.plugins["file"] = "folder = \"" + folder_ / "mails" + "\"\n";
        return options;
    }

    void create_person(const std::string& name) {
        uid_ = machine_.create_account(name, canary::password, false, name + "@example.org").uid;
        name_ = name;
        new_password_ = std::string(canary::next_password) + std::to_string(uid_); // nothing of the name
    }

    /// All mails to the person, or to that mailbox, have one code at most.
    [[nodiscard]] std::string code_in_the_mailbox() const { return code_in_the_mailbox(name_); }
    [[nodiscard]] std::string code_in_the_mailbox(const std::string& mailbox) const {
        const std::regex pattern("\\b([0-9]{4}) ([0-9]{4})\\b");
        std::string code;
        std::error_code none;
        for (const auto& file : std::filesystem::directory_iterator(folder_ / "mails", none)) {
            if (file.path().extension() != ".message") { // it is renamed when it is whole
                continue;
            }
            const std::string mail = base::read_file(file.path(), 1U << 16U);
            std::smatch found;
            if (mail.find("To: " + mailbox + "@") != std::string::npos && std::regex_search(mail, found, pattern)) {
                const std::string here = found[1].str() + found[2].str();
                EXPECT_TRUE(code.empty() || code == here) << "two codes";
                code = here;
            }
        }
        return code;
    }
    [[nodiscard]] Script asking() const { return {{""}, {""}, {"1"}}; }
    [[nodiscard]] Script choosing(const std::string& code) const { return {{code}, {new_password_, new_password_}}; }

    /// The daemon is killed so long after this many answers; at the end of the script where it was quicker.
    struct Kill {
        std::size_t answers = 0;
        base::Milliseconds then{0};
    };

    base::Task<void> type(Crowd& crowd, Script script, std::optional<Kill> kill, std::optional<bus::Source>& killing) {
        bus::Connection& line = crowd.of(0);
        const Guess guess{name_, {}, place_of_person(), purpose_};
        try {
            auto beginning = begin_async(line, guess);
            BegunDialog begun = co_await beginning;
            for (std::size_t n = 0; n < script.size() && std::holds_alternative<protocol::Ask>(begun.turn); ++n) {
                if (kill && kill->answers == n) {
                    killing.emplace(crowd.loop().after(kill->then, [this] { machine_.daemon().signal(SIGKILL); }));
                }
                protocol::Answers answers;
                for (const std::string& text : script[n]) {
                    answers.emplace_back(text);
                }
                auto answering = answer_async(line, begun.path, std::move(answers));
                begun.turn = co_await answering;
            }
            end_ = begun.turn;
        } catch (const base::Error& error) {
            if (!kill) {
                throw;
            }
            ++cut_off_; // nobody was told anything
        }
    }

    /// To the end; the last turn.
    protocol::Turn types(const Script& script, std::optional<Kill> kill = std::nullopt) {
        Crowd crowd(machine_, 1);
        std::optional<bus::Source> killing;
        end_ = protocol::Ask{};
        in_parallel(crowd.loop(), 1, [&](int) { return type(crowd, script, kill, killing); });
        return end_;
    }

    /// The same, and the daemon is started again. Behind the last answer they were told how it ended.
    void types_and_is_cut_off(const Script& script, bool at_the_end = false) {
        std::uniform_int_distribution<std::size_t> answers(at_the_end ? script.size() : 0, script.size());
        std::uniform_int_distribution<int> then(0, longest_wait);
        const Kill kill{answers(random_), base::Milliseconds(then(random_))};
        (void)types(script, kill);
        machine_.kill();
        machine_.start();
        machine_.wait_for_plugins();
        connection_ = machine_.connect();
    }

    /// Each at their own, or what may be sent at the asking of one place would be used up.
    [[nodiscard]] std::string place_of_person() const { return "desk-of-" + name_; }

    [[nodiscard]] bool is_let_in_with(std::string_view password) {
        return granted(log_in(connection_, {name_, password, place_of_person()}));
    }

    /// Asks for a code, once more where one is on its way.
    [[nodiscard]] std::string asks_for_a_code() {
        EXPECT_TRUE(std::holds_alternative<protocol::Ask>(types(asking())));
        std::string code;
        EXPECT_TRUE(eventually([&] { return !(code = code_in_the_mailbox()).empty(); }, 6 * patience));
        return code;
    }

    /// After the kill, where the new password was told or not: what is wrong, "" where nothing is. Goes on to the end.
    [[nodiscard]] std::string what_is_wrong(const std::string& code, bool told) {
        const bool old = is_let_in_with(canary::password);
        if (old == is_let_in_with(new_password_)) {
            return old ? "both passwords are good" : "no password is good";
        }
        if (told && old) {
            return "a new password was told and is not there";
        }
        old_kept_ += old ? 1 : 0;
        if (recoveries() != (old ? 0 : 1)) {
            return "the audit has " + std::to_string(recoveries()) + " recoveries";
        }
        if (old && !granted(types(choosing(code)))) {
            return "the code that was not used does not go on";
        }
        if (!is_let_in_with(new_password_)) {
            return "the new password does not hold";
        }
        const protocol::Turn again = types({{code}});
        return std::holds_alternative<protocol::Denied>(again) ? "" : "the code opens something a second time";
    }

    [[nodiscard]] int recoveries() {
        const auto rows = read_audit(connection_);
        return static_cast<int>(std::count_if(rows.begin(), rows.end(), [&](const AuditRow& row) {
            return row.account == uid_ && row.kind == "password-recovered";
        }));
    }

    template <class Body>
    void with_store(Body body) {
        (void)machine_.stop();
        with_store_of_the_dead(body);
    }
    /// Of a daemon that does not run; it does afterwards.
    template <class Body>
    void with_store_of_the_dead(Body body) {
        {
            bus::Loop loop;
            store::Store store({.folder = machine_.store_folder()},
                               store::MasterKey::load(machine_.folder() + "/master-key"), loop);
            store.write_now(body);
        }
        machine_.start();
        machine_.wait_for_plugins();
        connection_ = machine_.connect();
    }

    TempFolder folder_;
    Machine machine_{with_mail()};
    bus::Connection connection_ = machine_.connect();
    std::string name_;
    std::string purpose_ = protocol::purpose::login; ///< what the person begins
    std::string new_password_;
    std::uint32_t uid_ = 0;
    int cut_off_ = 0;
    int old_kept_ = 0;
    protocol::Turn end_;
    std::random_device::result_type seed_ = std::random_device{}();
    std::mt19937 random_{seed_};
};

TEST_F(AKilledRecovery, LeavesOnePasswordAndACodeThatIsUnusedOrUsedOnce) {
    std::cout << "seed " << seed_ << '\n';
    const int kills = wanted_kills();
    for (int number = 0; number < kills && !HasFailure(); ++number) {
        create_person("person" + std::to_string(number));
        SCOPED_TRACE(name_);
        std::string code;
        bool told = false;
        if (number % 4 == 0) {
            types_and_is_cut_off(asking());
            code = asks_for_a_code();
        } else {
            code = asks_for_a_code();
            types_and_is_cut_off(choosing(code), number + 1 == kills);
            told = granted(end_);
        }
        EXPECT_EQ(what_is_wrong(code, told), "");
    }
    EXPECT_EQ(broken_audit(connection_), "");
    std::cout << kills << " kills, " << cut_off_ << " cut an answer off, " << old_kept_ << " left the old password\n";
    EXPECT_GT(cut_off_, 0) << "no kill came in time: the instants are too late";
    EXPECT_GT(old_kept_, 0);
    EXPECT_LT(old_kept_, kills) << "no kill came after a new password";
}

TEST_F(AKilledRecovery, WouldShowADaemonThatKeepsThePasswordBeforeTheCodeIsSpent) {
    create_person("person");
    const std::string code = asks_for_a_code();
    const model::TicketPlace place{model::TicketType::recover, model::Medium::mail};
    model::Ticket ticket;
    with_store([&](store::WriteTxn& txn) { ticket = store::TicketsTable::get(txn, model::Uid{uid_}, place).value(); });
    ASSERT_TRUE(granted(types(choosing(code))));
    with_store([&](store::WriteTxn& txn) {
        ticket.generation = store::PrivateAccounts::get(txn, model::Uid{uid_}).value().generation;
        store::TicketsTable::put(txn, model::Uid{uid_}, ticket);
    });
    EXPECT_EQ(what_is_wrong(code, true), "the code opens something a second time");
}

TEST_F(AKilledRecovery, WouldShowADaemonThatTellsOfAPasswordBeforeItIsKept) {
    create_person("person");
    const std::string code = asks_for_a_code();
    EXPECT_EQ(what_is_wrong(code, true), "a new password was told and is not there");
}

class AKilledChangeOfAddress : public AKilledRecovery {
protected:
    [[nodiscard]] std::string former_mail() const { return name_ + "@example.org"; }
    [[nodiscard]] std::string new_mailbox() const { return "new." + name_; }
    [[nodiscard]] std::string new_mail() const { return new_mailbox() + "@example.org"; }
    [[nodiscard]] Script naming_it() const { return {{std::string(canary::password)}, {new_mail()}}; }
    /// To begin again is to type the address again; there is no other code for it.
    [[nodiscard]] Script changing(const std::string& code) const {
        return {{std::string(canary::password)}, {new_mail()}, {code}};
    }
    [[nodiscard]] bool is_told() const { return std::holds_alternative<protocol::Done>(end_); }

    void begins_to_change(const std::string& name) {
        create_person(name);
        purpose_ = protocol::purpose::change_address;
    }
    [[nodiscard]] std::string gets_a_code() {
        EXPECT_TRUE(std::holds_alternative<protocol::Ask>(types(naming_it())));
        std::string code;
        EXPECT_TRUE(eventually([&] { return !(code = code_in_the_mailbox(new_mailbox())).empty(); }, 6 * patience));
        return code;
    }
    /// As the kill left it; from the last answer on, or behind it.
    void is_cut_off_at_the_code(const std::string& code, bool at_once, bool at_the_end) {
        std::uniform_int_distribution<int> then(0, at_once ? 0 : longest_wait / 4); // nothing is hashed here
        const Script script = changing(code);
        (void)types(script, Kill{at_the_end ? script.size() : script.size() - 1, base::Milliseconds(then(random_))});
        machine_.kill();
    }

    /// What is half done in the store; "" where nothing is. `told`: the person read that it was changed.
    [[nodiscard]] std::string what_is_half(bool told) {
        std::string wrong;
        with_store_of_the_dead([&](store::WriteTxn& txn) {
            const auto account = store::PrivateAccounts::get(txn, model::Uid{uid_}).value();
            const auto ticket = store::TicketsTable::get(txn, model::Uid{uid_},
                                                         {model::TicketType::change_address, model::Medium::mail});
            int notices = 0;
            store::OutboxTable::each(txn, 0, [&](std::uint64_t, const model::OutboxEntry& message) {
                const bool is_one = message.account.value == uid_ && message.text == "notice.address_changed";
                notices += is_one ? 1 : 0;
                return true;
            });
            changed_ = account.mail == new_mail();
            if (!changed_ && account.mail != former_mail()) {
                wrong = "the address is neither the former nor the new one";
            } else if (told && !changed_) {
                wrong = "a new address was told and is not there";
            } else if (changed_ != (ticket && ticket->state == model::TicketState::used)) {
                wrong = "the code is not used where the address is new, or used where it is not";
            } else if (changed_ != (account.mail_held_until.count() != 0)) {
                wrong = "the hold is not that of the address";
            } else if (notices != (changed_ ? 1 : 0)) {
                wrong = "the former address is told " + std::to_string(notices) + " times";
            }
        });
        return wrong;
    }
    /// Goes on to the end from there.
    [[nodiscard]] std::string what_is_lost(const std::string& code) {
        kept_ += changed_ ? 0 : 1;
        if (!changed_) {
            (void)types(changing(code));
            if (!is_told()) {
                return "the code that was not used does not go on";
            }
        }
        const auto rows = read_audit(connection_);
        const auto changes = std::ranges::count_if(rows, [&](const AuditRow& row) {
            return row.account == uid_ && row.kind == "address-changed" && row.granted;
        });
        return changes == 1 ? "" : "the audit has " + std::to_string(changes) + " changes";
    }

    bool changed_ = false;
    int kept_ = 0; ///< kills that left the former address
};

TEST_F(AKilledChangeOfAddress, LeavesOneAddressAndACodeThatIsUnusedOrUsedOnce) {
    std::cout << "seed " << seed_ << '\n';
    const int kills = wanted_kills();
    for (int number = 0; number < kills && !HasFailure(); ++number) {
        begins_to_change("owner" + std::to_string(number));
        SCOPED_TRACE(name_);
        const std::string code = gets_a_code();
        if (number == 0) { // before the code was typed, however quick the daemon is
            machine_.kill();
        } else {
            is_cut_off_at_the_code(code, number % 2 == 0, number + 1 == kills);
        }
        const bool told = is_told();
        EXPECT_EQ(what_is_half(told), "");
        EXPECT_EQ(what_is_lost(code), "");
    }
    EXPECT_EQ(broken_audit(connection_), "");
    std::cout << kills << " kills, " << cut_off_ << " cut an answer off, " << kept_ << " left the former address\n";
    EXPECT_GT(kept_, 0) << "the first one came before the code";
    EXPECT_LT(kept_, kills) << "the last one came after the new address";
}

TEST_F(AKilledChangeOfAddress, WouldShowADaemonThatKeepsTheAddressBeforeTheCodeIsSpent) {
    begins_to_change("owner");
    (void)gets_a_code();
    with_store([&](store::WriteTxn& txn) {
        auto account = store::PrivateAccounts::get(txn, model::Uid{uid_}).value();
        account.mail = new_mail();
        store::AccountsTable::put(txn, model::Uid{uid_}, account);
    });
    machine_.kill();
    EXPECT_EQ(what_is_half(false), "the code is not used where the address is new, or used where it is not");
}

} // namespace
} // namespace loquet::tests
