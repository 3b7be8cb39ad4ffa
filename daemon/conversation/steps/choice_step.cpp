// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/conversation/steps/choice_step.h"

#include "daemon/conversation/typed_text.h"
#include "lib/base/text.h"

#include <optional>
#include <string>
#include <string_view>

namespace loquet::conversation {

using protocol::PromptStyle;

namespace {

/// The lines' numbers begin with 1; 0 is for who would rather pick none.
bool take(FlowState& flow, std::optional<std::size_t> number) {
    return number && (*number == 0 ? flow.decline() : flow.pick(*number - 1));
}

} // namespace

Effects ChoiceStep::ask(const Dialog& dialog, bool again) const {
    const std::string& locale = dialog.client.locale;
    const auto& options = dialog.flow.options();
    protocol::Ask ask;
    if (again) {
        ask.prompts.push_back({PromptStyle::error, "choice_again", texts_.render(locale, "choice.again")});
    }
    const bool enrols = dialog.flow.offers_enrolment();
    ask.prompts.push_back(
        {PromptStyle::info, "choice_title", texts_.render(locale, enrols ? "choice.enrol" : "choice.title")});
    for (std::size_t i = 0; i < options.size(); ++i) {
        const std::string id = "factor." + options[i];
        const std::string label = texts_.has(id) ? texts_.render(locale, id) : options[i];
        ask.prompts.push_back(
            {PromptStyle::info, "choice_line",
             texts_.render(locale, "choice.line", {{"number", std::to_string(i + 1)}, {"label", label}})});
    }
    if (dialog.flow.may_decline()) {
        ask.prompts.push_back(
            {PromptStyle::info, "choice_line",
             texts_.render(locale, "choice.line", {{"number", "0"}, {"label", texts_.render(locale, "choice.none")}})});
    }
    ask.prompts.push_back({PromptStyle::choice, "choice",
                           texts_.render(locale, "choice.prompt", {{"last", std::to_string(options.size())}})});
    Effects result;
    result.turn = std::move(ask);
    return result;
}

base::Task<Effects> ChoiceStep::begin(Dialog& dialog, const Subject& /*subject*/) {
    co_return ask(dialog, false);
}

base::Task<Effects> ChoiceStep::answer(Dialog& dialog, const Subject& /*subject*/, protocol::Answers answers) {
    if (!take(dialog.flow, number_in(answers.at(0).reveal()))) {
        co_return ask(dialog, true);
    }
    Effects picked;
    picked.turn = protocol::Granted{};
    co_return picked;
}

} // namespace loquet::conversation
