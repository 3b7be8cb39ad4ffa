// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sdk/conformance/kinds.h"

#include <loquet/step.h>

#include <algorithm>
#include <array>

namespace loquet::sdk_conformance {
namespace {

constexpr std::string_view canary = "k9-canary-Zw4-answer";

/// What a step did in one call, and whether it kept to step.h.
struct Turn {
    int asked = 0;
    int waited = 0;
    int granted = 0;
    int denied = 0;
    bool answered = false; ///< one of the prompts wants an answer
    std::string dialog_state;
    std::string account_state;
    std::string said; ///< all that would be shown or written down
    Faults faults;

    static Turn& of(void* context) { return *static_cast<Turn*>(context); }
    static void ask(void* context, int style, loquet_text name, const loquet_message* message) {
        Turn& turn = of(context);
        const std::string_view word = sdk::view(name);
        ++turn.asked;
        turn.faults.expect(style >= LOQUET_PROMPT_SECRET && style <= LOQUET_PROMPT_ERROR,
                           "a prompt has no known style");
        turn.faults.expect(
            !word.empty() && word.size() <= 64
                && std::all_of(word.begin(), word.end(), [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; }),
            "a prompt's name is not 1 to 64 of [a-z_]");
        expect_message(turn.faults, message);
        turn.answered = turn.answered || style <= LOQUET_PROMPT_CHOICE;
        turn.said += flatten(*message);
    }
    static void wait(void* context, const loquet_message* message, std::uint32_t poll) {
        Turn& turn = of(context);
        ++turn.waited;
        turn.faults.expect(poll >= 100 && poll <= 10'000, "a poll is outside 100 to 10000 milliseconds");
        expect_message(turn.faults, message);
        turn.said += flatten(*message);
    }
    static void grant(void* context) { ++of(context).granted; }
    static void deny(void* context) { ++of(context).denied; }
    static void set_account_state(void* context, loquet_bytes state) {
        of(context).faults.expect(state.size <= 16'384, "an account state has more than 16384 bytes");
        of(context).account_state = sdk::view(state);
    }
    static void set_dialog_state(void* context, loquet_bytes state) {
        of(context).faults.expect(state.size <= 16'384, "a dialog state has more than 16384 bytes");
        of(context).dialog_state = sdk::view(state);
    }
    static void note(void* context, loquet_text text) {
        of(context).faults.expect(is_clean_text(text, 256), "a note is longer than 256 bytes or no clean text");
        of(context).said += sdk::view(text);
    }

    void expect_one_turn(int result) const {
        faults.rethrow();
        const int turns = (asked > 0 ? 1 : 0) + waited + granted + denied;
        expect(asked <= 16, "it asked more than 16 prompts at once");
        expect(result != 0 || turns == 1,
               "a call that succeeds uses exactly one of ask, wait, grant, deny, but this one used "
                   + std::to_string(turns));
    }
};

/// What is asked of a step.
struct Question {
    int operation = LOQUET_STEP_BEGIN;
    std::string account_state;
    std::string dialog_state;
    std::vector<std::string> answers;
};

class StepExam {
public:
    StepExam(Examination& exam, const loquet_step& table, void* self) : exam_(exam), table_(table), self_(self) {}

    Turn run(const Question& question) {
        std::vector<loquet_text> answers;
        answers.reserve(question.answers.size());
        for (const std::string& answer : question.answers) {
            answers.push_back(sdk::text(answer));
        }
        const loquet_named_text fact{sdk::text("name"), sdk::text("anne.legall")};
        const loquet_step_request request{sizeof request,
                                          question.operation,
                                          &fact,
                                          1,
                                          sdk::bytes(question.account_state),
                                          sdk::bytes(question.dialog_state),
                                          answers.data(),
                                          answers.size(),
                                          1'700'000'000'000,
                                          sdk::text("fr_FR.UTF-8")};
        Turn turn;
        const loquet_step_output output{sizeof output,
                                        &turn,
                                        &Turn::ask,
                                        &Turn::wait,
                                        &Turn::grant,
                                        &Turn::deny,
                                        &Turn::set_account_state,
                                        &Turn::set_dialog_state,
                                        &Turn::note};
        turn.dialog_state = question.dialog_state;
        turn.account_state = question.account_state;
        const int result = exam_.call([&] { return table_.run(self_, &request, &output); });
        turn.expect_one_turn(result);
        if (result != 0) { // whatever it has said does not count
            turn.granted = 0;
            turn.asked = 0;
        }
        return turn;
    }

    void begins_without_granting() {
        expect(run({}).granted == 0, "it granted an account of which it knows nothing, without asking");
    }

    void refuses_nothing() {
        for (const auto& answers : {std::vector<std::string>{}, {""}, std::vector<std::string>(16)}) {
            expect(run({LOQUET_STEP_ANSWER, {}, {}, answers}).granted == 0, "it granted an empty answer");
            expect(run({LOQUET_STEP_ANSWER, {}, run({}).dialog_state, answers}).granted == 0,
                   "it granted an empty answer to its own question");
        }
    }

    void keeps_answers_to_itself() {
        const Turn turn = run({LOQUET_STEP_ANSWER, {}, run({}).dialog_state, {std::string(canary)}});
        expect((turn.said + exam_.logged).find(canary) == std::string::npos,
               "an answer turned up in a message, a note or the log");
    }

    void never_grants_garbage() {
        constexpr std::array<int, 7> operations{LOQUET_STEP_BEGIN,
                                                LOQUET_STEP_ANSWER,
                                                LOQUET_STEP_ANSWER,
                                                LOQUET_STEP_ENROL_BEGIN,
                                                LOQUET_STEP_ENROL_ANSWER,
                                                0,
                                                99};
        for (int n = 0; n < random_requests; ++n) {
            Question question;
            question.operation = operations[exam_.random() % operations.size()];
            question.account_state = exam_.garbage(exam_.random() % 10 == 0 ? 16'384 : 64);
            // Now and then a state of its own, but answers that no step can take for right.
            question.dialog_state = exam_.random() % 4 == 0 ? run({}).dialog_state : exam_.garbage(64);
            for (auto left = exam_.random() % 17; left > 0; --left) {
                question.answers.push_back("\xFF" + exam_.garbage(exam_.random() % 50 == 0 ? 4095 : 40));
            }
            const bool enrols =
                question.operation == LOQUET_STEP_ENROL_BEGIN || question.operation == LOQUET_STEP_ENROL_ANSWER;
            expect(run(question).granted == 0 || enrols, "it granted garbage at request " + std::to_string(n));
        }
    }

private:
    Examination& exam_;
    const loquet_step& table_;
    void* self_;
};

} // namespace

void examine_step(Examination& exam, const Paper& paper) {
    examine<loquet_step>(exam, paper, "loquet_step_v1",
                         [](Examination& e, const loquet_step& table, void* self, const std::string& when) {
                             StepExam step(e, table, self);
                             e.check("begins without granting" + when, [&] { step.begins_without_granting(); });
                             e.check("refuses empty answers" + when, [&] { step.refuses_nothing(); });
                             e.check("keeps answers out of messages, notes and the log" + when,
                                     [&] { step.keeps_answers_to_itself(); });
                             e.check("never grants garbage, seed " + std::to_string(e.seed) + when,
                                     [&] { step.never_grants_garbage(); });
                         });
}

} // namespace loquet::sdk_conformance
