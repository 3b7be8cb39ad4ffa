// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/accounts/state_change.h"
#include "lib/base/error.h"

#include <gtest/gtest.h>

namespace loquet::accounts {
namespace {

using base::Error;
using model::AccountState;

TEST(AStateChange, LeadsWhereTheTableSays) {
    EXPECT_EQ(state_after(Act::lock, AccountState::active), AccountState::locked);
    EXPECT_EQ(state_after(Act::unlock, AccountState::locked), AccountState::active);
    EXPECT_EQ(state_after(Act::disable, AccountState::active), AccountState::disabled);
    EXPECT_EQ(state_after(Act::disable, AccountState::locked), AccountState::disabled);
    EXPECT_EQ(state_after(Act::enable, AccountState::disabled), AccountState::active);
}

TEST(AStateChange, ThatIsDoneAlreadyChangesNothing) {
    EXPECT_EQ(state_after(Act::lock, AccountState::locked), AccountState::locked);
    EXPECT_EQ(state_after(Act::unlock, AccountState::active), AccountState::active);
    EXPECT_EQ(state_after(Act::disable, AccountState::disabled), AccountState::disabled);
    EXPECT_EQ(state_after(Act::enable, AccountState::active), AccountState::active);
}

TEST(AStateChange, ThatDoesNotFitIsAConflict) {
    for (const auto& [act, state] :
         {std::pair{Act::lock, AccountState::disabled}, std::pair{Act::unlock, AccountState::disabled},
          std::pair{Act::enable, AccountState::locked}}) {
        try {
            (void)state_after(act, state);
            ADD_FAILURE() << "was allowed";
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), Error::Kind::conflict);
        }
    }
}

} // namespace
} // namespace loquet::accounts
