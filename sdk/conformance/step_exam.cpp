// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sdk/conformance/examination.h"

#include <loquet/step.h>

#include <algorithm>
#include <array>

namespace loquet::sdk_conformance {
namespace {

constexpr std::string_view canary_answer = "k9-canary-Zw4-answer";
constexpr std::string_view key = "k9-canary-Zw4-key-of-32-bytes--!";
static_assert(key.size() == 32);

/// What a step did in one call, and whether it kept to step.h.
struct Turn {
    int asked = 0;
    int waited = 0;
    int granted = 0;
    int denied = 0;
    int skipped = 0;
    int answered = 0; ///< prompts that want an answer
    int sent = 0;
    std::string_view plugin; ///< its name
    std::string_view media;  ///< the ways in which the account can be reached
    std::string dialog_state;
    std::string account_state;
    std::string said; ///< all that would be shown or written down
    Faults faults;

    [[nodiscard]] std::string_view kind() const {
        return asked > 0     ? "asks"
               : waited > 0  ? "waits"
               : granted > 0 ? "grants"
               : denied > 0  ? "denies"
               : skipped > 0 ? "skips"
                             : "fails";
    }

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
        expect_message(turn.faults, message, turn.plugin);
        turn.answered += style <= LOQUET_PROMPT_CHOICE ? 1 : 0;
        turn.said += flatten(*message);
    }
    static void wait(void* context, const loquet_message* message, std::uint32_t poll) {
        Turn& turn = of(context);
        ++turn.waited;
        turn.faults.expect(poll >= 100 && poll <= 10'000, "a poll is outside 100 to 10000 milliseconds");
        expect_message(turn.faults, message, turn.plugin);
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

    static void send(void* context, const loquet_outgoing* outgoing) {
        Turn& turn = of(context);
        ++turn.sent;
        if (outgoing == nullptr || outgoing->size < sizeof(loquet_outgoing)) {
            turn.faults.expect(false, "what it sends has a wrong size");
            return;
        }
        const char* medium = outgoing->medium == LOQUET_MEDIUM_MAIL ? "mail" : "sms";
        turn.faults.expect(outgoing->medium == LOQUET_MEDIUM_MAIL || outgoing->medium == LOQUET_MEDIUM_SMS,
                           "it sends by no medium that there is");
        turn.faults.expect(turn.media.find(medium) != std::string_view::npos,
                           "it sends by a medium that the fact media does not name");
        turn.faults.expect(outgoing->lifetime >= 1000 && outgoing->lifetime <= 86'400'000,
                           "a message lives less than a second or more than a day");
        expect_message(turn.faults, outgoing->message, turn.plugin);
        if (outgoing->message != nullptr) {
            turn.said += flatten(*outgoing->message);
        }
    }
    static void skip(void* context) { ++of(context).skipped; }

    void expect_one_turn(int result, int operation) const {
        faults.rethrow();
        const int turns = (asked > 0 ? 1 : 0) + waited + granted + denied + skipped;
        expect(asked <= 32, "it asked more than 32 prompts at once");
        expect(answered <= 16, "it wants more than 16 answers at once");
        expect(sent <= 2, "it sent more than 2 messages at once");
        expect(skipped == 0 || operation == LOQUET_STEP_BEGIN, "it skipped what had begun");
        expect(result != 0 || turns == 1,
               "a call that succeeds uses exactly one of ask, wait, grant, deny, skip, but this one used "
                   + std::to_string(turns));
    }
};

/// What is asked of a step.
struct Question {
    int operation = LOQUET_STEP_BEGIN;
    std::string account_state;
    std::string dialog_state;
    std::vector<std::string> answers;
    std::string_view media = "mail sms";
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
        const std::array<loquet_named_text, 2> facts{
            {{sdk::text("name"), sdk::text("anne.legall")}, {sdk::text("media"), sdk::text(question.media)}}};
        const loquet_step_request request{sizeof request,
                                          question.operation,
                                          facts.data(),
                                          question.media.empty() ? 1U : 2U,
                                          sdk::bytes(question.account_state),
                                          sdk::bytes(question.dialog_state),
                                          answers.data(),
                                          answers.size(),
                                          1'700'000'000'000,
                                          sdk::text("fr_FR.UTF-8"),
                                          sdk::bytes(key)};
        Turn turn;
        turn.plugin = table_.manifest()->name;
        const loquet_step_output output{sizeof output,
                                        &turn,
                                        &Turn::ask,
                                        &Turn::wait,
                                        &Turn::grant,
                                        &Turn::deny,
                                        &Turn::set_account_state,
                                        &Turn::set_dialog_state,
                                        &Turn::note,
                                        &Turn::send,
                                        &Turn::skip};
        turn.media = question.media;
        turn.dialog_state = question.dialog_state;
        turn.account_state = question.account_state;
        const int result = exam_.call([&] { return table_.run(self_, &request, &output); });
        turn.expect_one_turn(result, question.operation);
        if (result != 0) { // whatever it has said does not count
            turn.granted = 0;
            turn.asked = 0;
        }
        return turn;
    }

    void begins_without_granting() {
        expect(run({}).granted == 0, "it granted an account of which it knows nothing, without asking");
    }

    /// The daemon forgets what was said to a poll when another dialog replaced the account's state meanwhile.
    void says_the_same_again() {
        const Turn begun = ask_twice({});
        (void)ask_twice({LOQUET_STEP_ANSWER, begun.account_state, begun.dialog_state, {std::string(canary_answer)}});
        Turn last = begun;
        for (int polls = 0; last.waited > 0 && polls < most_polls; ++polls) {
            last = ask_twice({LOQUET_STEP_ANSWER, last.account_state, last.dialog_state, {}});
        }
    }

    void refuses_nothing() {
        for (const auto& answers : {std::vector<std::string>{}, {""}, std::vector<std::string>(16)}) {
            expect(run({LOQUET_STEP_ANSWER, {}, {}, answers}).granted == 0, "it granted an empty answer");
            expect(run({LOQUET_STEP_ANSWER, {}, run({}).dialog_state, answers}).granted == 0,
                   "it granted an empty answer to its own question");
        }
    }

    void keeps_answers_to_itself() {
        const Turn turn = run({LOQUET_STEP_ANSWER, {}, run({}).dialog_state, {std::string(canary_answer)}});
        expect((turn.said + exam_.logged).find(canary_answer) == std::string::npos,
               "an answer turned up in a message, a note or the log");
    }

    void keeps_its_key_to_itself() {
        for (const int operation : {LOQUET_STEP_BEGIN, LOQUET_STEP_ANSWER, LOQUET_STEP_ENROL_BEGIN}) {
            const Turn turn = run({operation, {}, {}, {"123456"}});
            expect((turn.said + turn.account_state + turn.dialog_state + exam_.logged).find(key) == std::string::npos,
                   "the key turned up in a state, a message, a note or the log");
        }
    }

    void sends_only_where_it_can() {
        for (const std::string_view media : {"mail sms", "sms mail", "mail", "sms", ""}) {
            for (const int operation : {LOQUET_STEP_BEGIN, LOQUET_STEP_ENROL_BEGIN}) {
                (void)run({operation, {}, {}, {}, media});
            }
        }
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
            if (question.account_state.starts_with(no_answer)) { // else an answer could be the state itself
                question.account_state.front() = '\xFE';
            }
            // Now and then a state of its own, but answers that no step can take for right.
            question.dialog_state = exam_.random() % 4 == 0 ? run({}).dialog_state : exam_.garbage(64);
            for (auto left = exam_.random() % 17; left > 0; --left) {
                question.answers.push_back(no_answer + exam_.garbage(exam_.random() % 50 == 0 ? 4095 : 40));
            }
            const bool enrols =
                question.operation == LOQUET_STEP_ENROL_BEGIN || question.operation == LOQUET_STEP_ENROL_ANSWER;
            expect(run(question).granted == 0 || enrols, "it granted garbage at request " + std::to_string(n));
        }
    }

private:
    static constexpr int most_polls = 50;
    static constexpr char no_answer = '\xFF'; ///< what begins so is no text, and no garbage that is kept begins so

    /// Until it says the same twice. What somebody does elsewhere may end a wait meanwhile; nothing else may change.
    Turn ask_twice(const Question& question) {
        for (Turn said = run(question);;) {
            Turn again = run(question);
            if (said.kind() == again.kind()) {
                return again;
            }
            expect(said.waited > 0, "it " + std::string(said.kind()) + ", and to the same request once more it "
                                        + std::string(again.kind())
                                        + ": what it found out has to last as long as its dialog");
            said = std::move(again);
        }
    }

    Examination& exam_;
    const loquet_step& table_;
    void* self_;
};

} // namespace

void examine_step(Examination& exam, const Paper& paper) {
    examine<loquet_step>(
        exam, paper, "loquet_step_v1",
        [](Examination& e, const loquet_step& table, void* self, const std::string& when) {
            StepExam step(e, table, self);
            e.check("begins without granting" + when, [&] { step.begins_without_granting(); });
            e.check("says the same to the same request" + when, [&] { step.says_the_same_again(); });
            e.check("refuses empty answers" + when, [&] { step.refuses_nothing(); });
            e.check("keeps answers out of messages, notes and the log" + when, [&] { step.keeps_answers_to_itself(); });
            e.check("keeps its key to itself" + when, [&] { step.keeps_its_key_to_itself(); });
            e.check("sends only where the account can be reached" + when, [&] { step.sends_only_where_it_can(); });
            e.check("never grants garbage, seed " + std::to_string(e.seed) + when,
                    [&] { step.never_grants_garbage(); });
        });
}

} // namespace loquet::sdk_conformance
