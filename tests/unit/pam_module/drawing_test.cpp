// SPDX-License-Identifier: LGPL-2.1-or-later
// How a turn is drawn: in programs that show one line, everything has to be in the question.
#include "tests/unit/pam_module/fixture.h"

namespace loquet::tests {

namespace {

using protocol::Ask;
using protocol::Prompt;
using protocol::PromptStyle;
using testing::ElementsAre;
using testing::SizeIs;

constexpr std::size_t columns = 72;

class ATurn : public OnABus {
protected:
    std::vector<Drawn> drawn_of(const std::vector<Prompt>& prompts, const Service& service = {},
                                const char* pam_service = "test") {
        daemon->intercept([prompts](const Request& request) -> std::optional<Reaction> {
            if (request.member == "Begin") {
                return protocol::Turn(Ask{prompts});
            }
            return protocol::Turn(protocol::Denied{protocol::Reason::refused, {}, {}});
        });
        Application application("alice", service);
        application.set_item(PAM_SERVICE, pam_service);
        application.typed = {"1", "2"};
        (void)application.authenticate();
        answers_ = daemon->calls().back() == "Answer" ? daemon->request(daemon->calls().size() - 1).answers
                                                      : std::vector<std::string>{};
        return application.drawn;
    }
    /// The text of a question that is all there is.
    std::string drawn_alone(const std::string& question) {
        const auto drawn = drawn_of({visible(question)});
        return drawn.size() == 1 ? drawn.front().text : "";
    }
    static Prompt info(const std::string& text) { return {PromptStyle::info, "", text}; }
    static Prompt error(const std::string& text) { return {PromptStyle::error, "", text}; }
    static Prompt visible(const std::string& text) { return {PromptStyle::visible, "code", text}; }
    static Prompt hidden(const std::string& text) { return {PromptStyle::secret, "code", text}; }

    std::vector<std::string> answers_; ///< what the daemon was sent
};

TEST_F(ATurn, IsOneQuestionWithEverythingInFrontOfItInside) {
    const std::vector<Drawn> one{{PAM_PROMPT_ECHO_OFF, "Not that.\nRules: long.\nNew: "}};
    for (const char* const service : {"test", "login", "lightdm", "greetd", "sshd", "su"}) {
        EXPECT_EQ(drawn_of({error("Not that."), info("Rules: long."), hidden("New: ")}, {}, service), one) << service;
        EXPECT_THAT(answers_, ElementsAre("1")) << service;
    }
}

TEST_F(ATurn, KeepsItsTextsApartInSudoWhichMayShowAnotherTextForEveryQuestion) {
    for (const char* const service : {"sudo", "sudo-i"}) {
        EXPECT_THAT(drawn_of({error("Not that."), hidden("New: ")}, {}, service),
                    ElementsAre(Drawn{PAM_ERROR_MSG, "Not that."}, Drawn{PAM_PROMPT_ECHO_OFF, "New: "}));
        EXPECT_THAT(answers_, ElementsAre("1"));
    }
}

TEST_F(ATurn, WithTwoQuestionsHasTheTextsOfEachInIt) {
    EXPECT_THAT(drawn_of({info("First"), hidden("New: "), info("Second"), hidden("Again: "), info("Last")}),
                ElementsAre(Drawn{PAM_PROMPT_ECHO_OFF, "First\nNew: "}, Drawn{PAM_PROMPT_ECHO_OFF, "Second\nAgain: "},
                            Drawn{PAM_TEXT_INFO, "Last"}));
    EXPECT_THAT(answers_, ElementsAre("1", "2"));
}

TEST_F(ATurn, WithoutAQuestionIsInformation) {
    EXPECT_THAT(drawn_of({info("One"), error("Two")}),
                ElementsAre(Drawn{PAM_TEXT_INFO, "One"}, Drawn{PAM_ERROR_MSG, "Two"}));
}

TEST_F(ATurn, ShowsNothingButQuestionsWhereItIsToBeQuiet) {
    EXPECT_THAT(drawn_of({info("One"), hidden("New: ")}, {.options = "quiet"}),
                ElementsAre(Drawn{PAM_PROMPT_ECHO_OFF, "New: "}));
}

TEST_F(ATurn, HasLinesOfAtMost72ColumnsBrokenAtBlanks) {
    const std::string line(columns - 5, 'x');
    EXPECT_EQ(drawn_alone(line + " abc: "), line + " abc: ") << "the last blank takes no room";
    EXPECT_EQ(drawn_alone(line + " abcd: "), line + "\nabcd: ");
    EXPECT_EQ(drawn_alone(line + "  abcd: "), line + "\nabcd: ") << "blanks where it is broken are not shown";
    EXPECT_EQ(drawn_alone("a " + line + " b " + line + " c : "), "a " + line + " b\n" + line + " c : ");
    EXPECT_THAT(drawn_of({info(line + " abcde"), hidden("New: ")}),
                ElementsAre(Drawn{PAM_PROMPT_ECHO_OFF, line + "\nabcde\nNew: "}));
}

TEST_F(ATurn, NeverBreaksAWordEvenOneThatIsLongerThanALine) {
    const std::string word(columns + 10, 'x');
    EXPECT_EQ(drawn_alone(word), word);
    EXPECT_EQ(drawn_alone(word + ": "), word + ": ");
    EXPECT_EQ(drawn_alone("a " + word + " b "), "a\n" + word + "\nb ");
    EXPECT_EQ(drawn_alone(" " + word + " b"), " " + word + "\nb");
    EXPECT_EQ(drawn_alone(""), "");
    const std::string blanks(columns + 10, ' ');
    EXPECT_EQ(drawn_alone(blanks), blanks);
}

TEST_F(ATurn, CountsLettersAndNotBytesAndBreaksAtNoOtherBlank) {
    std::string accents;
    for (std::size_t i = 0; i < columns - 2; ++i) {
        accents += "\xC3\xA9"; // é
    }
    EXPECT_EQ(drawn_alone(accents + " b"), accents + " b");
    EXPECT_EQ(drawn_alone(accents + " bc"), accents + "\nbc");
    const std::string french = accents + "\xC2\xA0: ab"; // a no-break space belongs to its word
    EXPECT_EQ(drawn_alone(french), accents + "\xC2\xA0:\nab");
}

TEST_F(ATurn, LeavesWhatDoesNotFitOneMessageInFrontInItsOrder) {
    const std::string line(70, 'x');
    const std::vector<Prompt> nine(9, info(line));
    std::vector<Prompt> prompts = nine;
    prompts.push_back(hidden("New: "));
    const auto drawn = drawn_of(prompts);
    ASSERT_THAT(drawn, SizeIs(3));
    EXPECT_EQ(drawn.at(0), (Drawn{PAM_TEXT_INFO, line}));
    EXPECT_EQ(drawn.at(1), (Drawn{PAM_TEXT_INFO, line}));
    EXPECT_EQ(drawn.at(2).text.size(), 7 * (line.size() + 1) + 5);
    const std::string fits(PAM_MAX_MSG_SIZE - 1 - 2, 'x'); // with a line end, the question and its NUL
    EXPECT_THAT(drawn_of({info(fits), hidden(":")}), ElementsAre(Drawn{PAM_PROMPT_ECHO_OFF, fits + "\n:"}));
    EXPECT_THAT(drawn_of({info(fits + "x"), hidden(":")}),
                ElementsAre(Drawn{PAM_TEXT_INFO, fits + "x"}, Drawn{PAM_PROMPT_ECHO_OFF, ":"}));
    EXPECT_THAT(
        drawn_of({info("a"), info(fits + "x"), info("b"), hidden(":")}),
        ElementsAre(Drawn{PAM_TEXT_INFO, "a"}, Drawn{PAM_TEXT_INFO, fits + "x"}, Drawn{PAM_PROMPT_ECHO_OFF, "b\n:"}))
        << "the order is that of the turn";
}

TEST_F(ATurn, LeavesAPictureWhole) {
    std::string wide;
    for (std::size_t i = 0; i < columns; ++i) {
        wide += i % 3 == 0 ? " " : "\xE2\x96\x88"; // full block
    }
    wide += " \xE2\x96\x80";
    EXPECT_THAT(drawn_of({info("Scan this."), info(wide), info(wide), info("Key: JBSW"), hidden("Code: ")}),
                ElementsAre(Drawn{PAM_TEXT_INFO, "Scan this."}, Drawn{PAM_TEXT_INFO, wide}, Drawn{PAM_TEXT_INFO, wide},
                            Drawn{PAM_PROMPT_ECHO_OFF, "Key: JBSW\nCode: "}));
}

TEST_F(ATurn, ThatIsAnsweredWithNothingAtAllIsCancelledAndNeverAnsweredEmpty) {
    Application application("alice");
    application.typed = {std::nullopt}; // Ctrl-D in login(1) and su(1): PAM_SUCCESS without an answer
    EXPECT_EQ(application.authenticate(), PAM_CONV_ERR);
    ASSERT_TRUE(eventually([&] { return daemon->calls().size() == 2; }));
    EXPECT_THAT(daemon->calls(), ElementsAre("Begin", "Cancel"));
}

} // namespace

} // namespace loquet::tests
