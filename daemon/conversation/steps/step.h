// SPDX-License-Identifier: LGPL-2.1-or-later
// One step of a flow: asks, and judges what comes back. Steps are stateless and shared by all dialogs; what they must
// remember stands in the Dialog. Loop thread.
#pragma once

#include "daemon/accounts/account_changes.h"
#include "daemon/conversation/dialog.h"
#include "daemon/store/store.h"
#include "lib/base/secret.h"
#include "lib/base/task.h"
#include "lib/protocol/plugin_messages.h"
#include "lib/protocol/turn.h"

#include <optional>
#include <string>
#include <vector>

namespace loquet::conversation {

/// What a step keeps, as it was given to the step.
struct StepStates {
    base::SecureBytes account;
    base::SecureBytes dialog;
};

/// What an attempt does, gathered from its steps until it is written and told.
struct Effects {
    /// Ask, Wait, Granted (the next step may begin) or Denied with the precise reason; the engine makes it neutral.
    protocol::Turn turn = protocol::Denied{};
    std::string detail;                     ///< for the audit: "wrong-password"; no secret
    std::vector<store::Store::Work> writes; ///< go into the one transaction of this attempt
    bool person_failed = false;             ///< a Denied that counts: the person was wrong, not a part of Loquet
    /// The account has not set this factor up. The turn denies, which is right where the step is required.
    bool skipped = false;
    bool revoked = false;       ///< the owner locked the account
    bool needs_durable = false; ///< must not be granted, nor asked on, when the writes cannot be made
    /// It would write for an account: then the turn costs a durable write for every name.
    bool costs_a_write = false;
    bool sets_password = false;
    /// The account gets it, once its former address was told: the writes of this come behind the notice.
    std::optional<accounts::NewAddress> new_address;
    /// A code was right: the dialog goes on where this ticket was issued.
    std::optional<recovery::Tickets::Match> resumes;
    const char* goes_to = nullptr; ///< a purpose: the dialog goes on with it (protocol::purpose)
    /// Of a step that was polled: what it says holds for these alone.
    std::optional<StepStates> polled_with;

    /// What the next step of the same attempt does besides: its turn counts, and what is to be written adds up.
    void merge(Effects next);
};

class Step {
public:
    Step() = default;
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;
    virtual ~Step() = default;

    /// True where a right answer proves who somebody is.
    [[nodiscard]] virtual bool proves() const noexcept { return false; }
    /// True where a wrong answer counts as a failure, so that the policy hears of each answer: wherever one is proved,
    /// and where a guess would gain something else.
    [[nodiscard]] virtual bool counts() const noexcept { return proves(); }
    /// False where this person cannot take it, because it is a factor that they have not set up.
    [[nodiscard]] virtual bool is_set_up(const Subject& /*subject*/) const { return true; }
    /// It may write or send when it begins, and may be over then: before a proof it is run under the account's permit,
    /// and as for an unknown name behind a lock.
    [[nodiscard]] virtual bool acts() const noexcept { return false; }
    /// It acts, and may send a message to an account's owner; decided by the site's settings, never by the account.
    [[nodiscard]] virtual bool sends() const noexcept { return false; }
    /// It always asks the person something when it begins.
    [[nodiscard]] virtual bool asks() const noexcept { return true; }
    /// What it keeps for an account, as the store has it now; empty for a step that keeps nothing.
    [[nodiscard]] virtual base::SecureBytes state_of(const Subject& /*subject*/) const { return {}; }
    /// `subject` is the dialog's own, or it as an unknown name: then the same work is done and the result means
    /// nothing.
    [[nodiscard]] virtual base::Task<Effects> begin(Dialog& dialog, const Subject& subject) = 0;
    /// `answers`: one for each prompt that wants one; none where a step that waits is polled.
    [[nodiscard]] virtual base::Task<Effects> answer(Dialog& dialog, const Subject& subject,
                                                     protocol::Answers answers) = 0;

    /// Sets the factor up: Granted when it is. Only for steps that the configuration accepts where it enrols.
    [[nodiscard]] virtual base::Task<Effects> enrol(Dialog& dialog, const Subject& subject) = 0;
    [[nodiscard]] virtual base::Task<Effects> enrol_answer(Dialog& dialog, const Subject& subject,
                                                           protocol::Answers answers) = 0;
};

/// A step that is built in, and no factor that anybody sets up.
class FixedStep : public Step {
public:
    base::Task<Effects> enrol(Dialog& /*dialog*/, const Subject& /*subject*/) final { throw no_factor(); }
    base::Task<Effects> enrol_answer(Dialog& /*dialog*/, const Subject& /*subject*/,
                                     protocol::Answers /*answers*/) final {
        throw no_factor();
    }

private:
    [[nodiscard]] static base::Error no_factor() {
        return {base::Error::Kind::internal, "a step that is no factor was to be set up"};
    }
};

/// A step that only looks and notes.
class SilentStep : public FixedStep {
public:
    [[nodiscard]] bool asks() const noexcept final { return false; }
    base::Task<Effects> answer(Dialog& /*dialog*/, const Subject& /*subject*/, protocol::Answers /*answers*/) final {
        throw base::Error(base::Error::Kind::internal, "an answer came to a step that asks nothing");
    }
};

} // namespace loquet::conversation
