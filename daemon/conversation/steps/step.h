// SPDX-License-Identifier: LGPL-2.1-or-later
// One step of a flow: asks, and judges what comes back. Steps are stateless and shared by all dialogs; what they must
// remember stands in the Dialog. Loop thread.
#pragma once

#include "daemon/conversation/dialog.h"
#include "daemon/store/store.h"
#include "lib/base/task.h"
#include "lib/protocol/plugin_messages.h"
#include "lib/protocol/turn.h"

#include <string>
#include <vector>

namespace loquet::conversation {

struct StepResult {
    /// Ask, Wait, Granted (the next step may begin) or Denied with the precise reason; the engine makes it neutral.
    protocol::Turn turn = protocol::Denied{};
    std::string detail;                     ///< for the audit: "wrong-password"; no secret
    std::vector<store::Store::Work> writes; ///< go into the one transaction of this answer
    bool person_failed = false;             ///< a Denied that counts: the person was wrong, not a part of ours
    /// The account has not set this factor up. The turn denies, which is right where the step is required.
    bool skipped = false;
    bool revoked = false;       ///< the owner locked the account
    bool needs_durable = false; ///< must not be granted when the writes cannot be made
};

class Step {
public:
    Step() = default;
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;
    virtual ~Step() = default;

    /// True where a right answer proves who somebody is: the lockout policy is asked first, and told afterwards.
    [[nodiscard]] virtual bool proves() const noexcept { return false; }
    /// False where this person cannot walk it, because it is a factor that they have not set up.
    [[nodiscard]] virtual bool is_set_up(const Subject& /*subject*/) const { return true; }
    [[nodiscard]] virtual base::Task<StepResult> begin(Dialog& dialog) = 0;
    /// `subject` is the dialog's own, or it as an outsider: then the same work is done and the result means nothing.
    /// `answers`: one for each prompt that wants one.
    [[nodiscard]] virtual base::Task<StepResult> answer(Dialog& dialog, const Subject& subject,
                                                        protocol::Answers answers) = 0;

    /// Sets the factor up: Granted when it is. Only for steps that the configuration accepts where it enrols.
    [[nodiscard]] virtual base::Task<StepResult> enrol(Dialog& dialog) = 0;
    [[nodiscard]] virtual base::Task<StepResult> enrol_answer(Dialog& dialog, const Subject& subject,
                                                              protocol::Answers answers) = 0;
};

/// A step that is built in, and no factor that anybody sets up.
class FixedStep : public Step {
public:
    base::Task<StepResult> enrol(Dialog& /*dialog*/) final { throw no_factor(); }
    base::Task<StepResult> enrol_answer(Dialog& /*dialog*/, const Subject& /*subject*/,
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
    base::Task<StepResult> answer(Dialog& /*dialog*/, const Subject& /*subject*/, protocol::Answers /*answers*/) final {
        throw base::Error(base::Error::Kind::internal, "an answer came to a step that asks nothing");
    }
};

} // namespace loquet::conversation
