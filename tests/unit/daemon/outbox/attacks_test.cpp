// SPDX-License-Identifier: LGPL-2.1-or-later
// T2: where a code goes. The careless service that is compared with looks an account up by what was typed, folded as
// people fold it, and sends to what was typed: that is how others were robbed of their accounts.
#include "daemon/model/canonical_form.h"
#include "daemon/store/accounts_table.h"
#include "daemon/store/outbox_table.h"
#include "tests/unit/daemon/outbox/outbox_fixture.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cctype>

namespace loquet::outbox {
namespace {

using model::Medium;
using store::ReadTxn;
using testing::ElementsAre;
using testing::IsEmpty;

/// Capital letters as Unicode makes them: a dotless i and a long s become the I and S of others.
std::string folded(std::string text) {
    const auto replace = [&](std::string_view from, std::string_view to) {
        for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from)) {
            text.replace(at, from.size(), to);
        }
    };
    replace("\u0131", "i");
    replace("\u017f", "s");
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return text;
}

class AnAddressThatLooksTheSame : public OutboxFixture {
protected:
    AnAddressThatLooksTheSame() { make_account(1); }

    [[nodiscard]] std::string stored() const { return mail_of(1); }
    /// Looks like the stored one to a program that folds letters, and is a mailbox of the attacker.
    [[nodiscard]] std::string lookalike() const {
        std::string address = stored();
        const std::size_t at = address.find_first_of("is");
        return address.replace(at, 1, address[at] == 'i' ? "\u0131" : "\u017f");
    }
    /// Where the messages go that wait.
    [[nodiscard]] std::vector<std::string> destinations() const {
        return read([](const ReadTxn& txn) {
            std::vector<std::string> all;
            store::OutboxTable::each(txn, 0, [&](std::uint64_t number, const model::OutboxEntry&) {
                const auto content = store::OutboxTable::content(txn, number);
                if (content) {
                    all.push_back(content->destination);
                }
                return true;
            });
            return all;
        });
    }
    /// Asks for a code as somebody who typed that.
    void ask_for_a_code(const std::string& typed) {
        const auto name = model::canonical_name(typed);
        const auto uid = read([&](const ReadTxn& txn) {
            return name ? store::PublicAccounts::find(txn, *name) : std::optional<model::Uid>();
        });
        if (uid) {
            enqueue(code_for(uid->value));
        }
    }
    void ask_carelessly(const std::string& typed) {
        if (folded(typed) == folded(stored())) {
            SendRequest request = code_for(1);
            request.destination = typed;
            enqueue(std::move(request));
        }
    }
};

TEST_F(AnAddressThatLooksTheSame, T2_GetsNoCode) {
    ASSERT_NE(lookalike(), stored());
    ask_for_a_code(lookalike());
    EXPECT_THAT(destinations(), IsEmpty());
}

TEST_F(AnAddressThatLooksTheSame, T2_IsNotWhereTheCodeOfTheAccountGoes) {
    const auto public_part = read([](const ReadTxn& txn) { return store::PublicAccounts::get(txn, model::Uid{1}); });
    ask_for_a_code(public_part.value().name);
    std::string capitals = public_part->name;
    std::transform(capitals.begin(), capitals.end(), capitals.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    ask_for_a_code(capitals);
    EXPECT_THAT(destinations(), ElementsAre(stored(), stored())) << "to the stored address, however it is typed";
}

TEST_F(AnAddressThatLooksTheSame, T2_WouldGetTheCodeFromWhoFoldsAndBelieves) {
    ask_carelessly(lookalike());
    EXPECT_THAT(destinations(), testing::Not(ElementsAre(stored())));
}

// The address is read in the transaction that writes the message, and the message goes there once: an address that is
// added afterwards gets nothing of it.
TEST_F(AnAddressThatLooksTheSame, T2_ThatIsAddedAfterwardsGetsNothing) {
    start_courier();
    mail_.hold();
    const std::uint64_t number = enqueue(code_for(1));
    write([](store::WriteTxn& txn) {
        auto private_part = store::PrivateAccounts::get(txn, model::Uid{1}).value();
        private_part.mail = "attacker@example.net";
        store::AccountsTable::put(txn, model::Uid{1}, private_part);
    });
    mail_.let_go();
    ASSERT_TRUE(becomes(number, model::MessageState::sent));
    ASSERT_EQ(mail_.seen.size(), 1U);
    EXPECT_EQ(mail_.seen.front().destination, stored());
}

} // namespace
} // namespace loquet::outbox
