// SPDX-License-Identifier: LGPL-2.1-or-later
// Lets the person pick the next step: among those that they have set up, or could set up. Loop thread.
#pragma once

#include "daemon/conversation/steps/step.h"
#include "lib/messages/catalogue.h"

namespace loquet::conversation {

class ChoiceStep final : public FixedStep {
public:
    explicit ChoiceStep(const messages::Catalogue& texts) : texts_(texts) {}

    /// A line for each option, `factor.<step>` of the catalogue, and the question for its number.
    base::Task<Effects> begin(Dialog& dialog, const Subject& /*subject*/) override;
    /// What is no number of a line is asked again; it says nothing of who somebody is, and is not counted.
    base::Task<Effects> answer(Dialog& dialog, const Subject& subject, protocol::Answers answers) override;

private:
    [[nodiscard]] Effects ask(const Dialog& dialog, bool again) const;

    const messages::Catalogue& texts_;
};

} // namespace loquet::conversation
