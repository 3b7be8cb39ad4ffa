// SPDX-License-Identifier: LGPL-2.1-or-later
// Setting a factor up, as each of them does it: something is drawn and shown, and the person proves that they kept it
// before the account has it. Until then it lives in the dialog alone. Pure; any thread.
#pragma once

#include "lib/factor/state.h"

#include <loquet/step.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace loquet::factor {

constexpr std::uint8_t tries_to_confirm = 3;
constexpr std::uint8_t enrolment_version = 101; ///< no account state is one, and the other way round

/// The dialog's state while `drawn`, which the account would keep, waits to be confirmed.
[[nodiscard]] inline sdk::SecureText waiting(std::string_view drawn, std::uint8_t tries_left = tries_to_confirm) {
    StateWriter writer(enrolment_version);
    writer.number(tries_left).piece(drawn);
    return std::move(writer).take();
}

/// What waits in a dialog. Views into its state. Throws DamagedState.
struct Waiting {
    explicit Waiting(std::string_view dialog_state) {
        StateReader reader(dialog_state, enrolment_version);
        tries_left = reader.number<std::uint8_t>(1, tries_to_confirm);
        drawn = reader.rest();
    }

    std::uint8_t tries_left = 0;
    std::string_view drawn;
};

/// Judges an answer of an enrolment. `accept(drawn)` gives what the account keeps from now on, as an optional
/// sdk::SecureText: nothing where the answer is wrong, which is asked again tries_to_confirm times in all. The texts
/// are `factor`.enrol_wrong and `factor`.enrol_code.
template <class Accept>
void confirm(const std::string& factor, const sdk::StepRequest& request, sdk::StepOutput& output, Accept accept) {
    const Waiting waits(request.dialog_state());
    const std::optional<sdk::SecureText> kept = request.answer_count() == 1 ? accept(waits.drawn) : std::nullopt;
    if (kept) {
        output.set_dialog_state({});
        output.set_account_state(view(*kept));
        output.grant();
    } else if (waits.tries_left == 1) {
        output.set_dialog_state({});
        output.deny();
    } else {
        output.set_dialog_state(view(waiting(waits.drawn, static_cast<std::uint8_t>(waits.tries_left - 1))));
        output.ask(LOQUET_PROMPT_ERROR, "wrong", sdk::Message(factor + ".enrol_wrong"));
        output.ask(LOQUET_PROMPT_SECRET, "code", sdk::Message(factor + ".enrol_code"));
    }
}

} // namespace loquet::factor
