// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/base/limits.h"
#include "lib/base/text.h"
#include "lib/protocol/sealed_texts.h"
#include "lib/protocol/turn_wire.h"
#include "tests/support/error_kind.h"
#include "tests/support/loose_messages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <functional>
#include <memory>
#include <optional>

namespace loquet::protocol {

namespace {

using base::Error;
using testing::ElementsAre;

/// A turn in pieces, so that a test can send what write_turn() would not.
struct Pieces {
    struct RawPrompt {
        std::uint8_t style = 1;
        std::string name = "password";
        std::string text = "Password:";
        std::string role = "current_password";
    };
    std::string state = "denied";
    std::vector<RawPrompt> prompts{};
    std::function<void(bus::Writer&)> details = [](bus::Writer&) {};
};

class ATurnOnTheBus : public testing::Test {
protected:
    [[nodiscard]] static Turn read(const bus::Message& message) {
        bus::Reader reader(message.get());
        return read_turn(reader);
    }
    [[nodiscard]] Turn there_and_back(const Turn& turn) const {
        return read(messages_.with([&](bus::Writer& writer) { write_turn(writer, turn); }));
    }
    [[nodiscard]] bus::Message message(const Pieces& pieces) const {
        return messages_.with([&](bus::Writer& writer) {
            writer.text(pieces.state);
            writer.array("(ysss)", [&] {
                for (const auto& [style, name, text, role] : pieces.prompts) {
                    writer.structure("ysss", [&] { writer.u8(style).text(name).text(role).text(text); });
                }
            });
            writer.array("{sv}", [&] { pieces.details(writer); });
        });
    }
    [[nodiscard]] Turn read(const Pieces& pieces) const { return read(message(pieces)); }
    [[nodiscard]] std::optional<Error::Kind> refusal(const Pieces& pieces) const {
        const bus::Message sent = message(pieces);
        return tests::kind_of_error([&] { (void)read(sent); });
    }
    [[nodiscard]] static Pieces asking(const Pieces::RawPrompt& prompt) { return {"ask", {prompt}}; }
    [[nodiscard]] static Pieces with_detail(std::string state, const char* key, const std::string& text) {
        return {std::move(state), {}, [=](bus::Writer& writer) { writer.entry(key, text); }};
    }
    [[nodiscard]] static Pieces with_warnings(const std::vector<std::string>& texts) {
        return {
            "denied", {}, [=](bus::Writer& writer) { writer.entry("warnings", "as", [&] { writer.texts(texts); }); }};
    }

    tests::LooseMessages messages_;
};

const std::optional<Error::Kind> is_read = std::nullopt;
const std::optional<Error::Kind> is_refused = Error::Kind::invalid;

TEST_F(ATurnOnTheBus, OfEveryStateArrivesAsItWasSent) {
    const std::vector<Turn> turns{
        Ask{},
        Ask{{{PromptStyle::secret, "password", "Mot de passe :", PromptRole::current_password},
             {PromptStyle::secret, "new_password", "Nouveau :", PromptRole::new_password},
             {PromptStyle::secret, "totp.code", "Code :", PromptRole::code},
             {PromptStyle::visible, "answer", "3 + 4"},
             {PromptStyle::choice, "factor", "1 key\u00a0"},
             {PromptStyle::info, "", ""},
             {PromptStyle::error, "rules", "too short"}}},
        Wait{},
        Wait{"touch the key", base::Milliseconds(250)},
        Wait{"", base::Milliseconds(UINT32_MAX)},
        Granted{},
        Granted{"nora", Reason::none, {}},
        Granted{"nora", Reason::new_password_required, {"one", "two"}},
        Granted{"nora", Reason::not_authorised, {""}},
        Done{},
        Done{{"one", "two"}, "Press Enter: "},
        Done{{}, "Press Enter: "},
        Denied{},
        Denied{Reason::locked, std::chrono::seconds(900), {"locked for 15 minutes"}},
        Denied{Reason::refused, std::chrono::seconds(UINT32_MAX), {}},
    };
    for (std::size_t i = 0; i < turns.size(); ++i) {
        EXPECT_TRUE(there_and_back(turns[i]) == turns[i]) << i;
    }
}

Prompt showing(std::string_view secret) {
    Prompt prompt{PromptStyle::info, "key", ""};
    prompt.secret_text = std::make_shared<const base::Secret>(secret);
    return prompt;
}

TEST_F(ATurnOnTheBus, CarriesASecretTextBesideItself) {
    const Turn turn = Ask{{{PromptStyle::info, "intro", "keep this"}, showing("JBSW Y3DP"), showing("second")}};
    const Turn arrived = there_and_back(turn);
    EXPECT_TRUE(arrived == turn);
    EXPECT_EQ(std::get<Ask>(arrived).prompts.at(1).shown(), "JBSW Y3DP");
    const bus::Message sent = messages_.with([&](bus::Writer& writer) { write_turn(writer, turn); });
    bus::Reader reader(sent.get());
    std::string on_the_bus(reader.text(16));
    reader.array("(ysss)", limits::prompts_per_turn, [&] {
        reader.enter(SD_BUS_TYPE_STRUCT, "ysss");
        (void)reader.u8();
        on_the_bus += reader.text(limits::shown_prompt_name_bytes);
        on_the_bus += std::string(reader.text(limits::prompt_name_bytes)) + ' ';
        on_the_bus += reader.text(limits::prompt_text_bytes);
        reader.exit();
    });
    EXPECT_EQ(on_the_bus, "askintroother keep thiskeyother keyother ");
}

TEST_F(ATurnOnTheBus, IsRefusedWithSecretTextsThatAreNotOneForEachPromptOrNotSealed) {
    const auto with_texts = [this](const std::vector<std::string_view>& texts) {
        const base::Fd sealed = seal_texts(texts, {"texts", limits::prompts_per_turn, limits::prompt_text_bytes});
        Pieces pieces = asking({4, "key", ""});
        pieces.details = [&](bus::Writer& writer) { writer.entry("texts", "h", [&] { writer.fd(sealed.get()); }); };
        return refusal(pieces);
    };
    EXPECT_EQ(with_texts({"one"}), is_read);
    EXPECT_EQ(with_texts({"one", "two"}), is_refused);
    const base::Fd open(::memfd_create("open", MFD_CLOEXEC));
    Pieces pieces = asking({4, "key", ""});
    pieces.details = [&](bus::Writer& writer) { writer.entry("texts", "h", [&] { writer.fd(open.get()); }); };
    EXPECT_EQ(refusal(pieces), is_refused);
}

TEST_F(ATurnOnTheBus, T22_ShowsASecretTextWithoutWhatATerminalWouldObey) {
    const Turn arrived = there_and_back(Ask{{showing("a\x1b[2J")}});
    EXPECT_EQ(std::get<Ask>(arrived).prompts.at(0).shown(), base::printable("a\x1b[2J"));
}

TEST_F(ATurnOnTheBus, KeepsEveryReason) {
    for (auto number = static_cast<int>(Reason::none); number <= static_cast<int>(Reason::not_set_up); ++number) {
        const auto reason = static_cast<Reason>(number);
        EXPECT_EQ(reason_from_text(to_text(reason)), reason) << number;
        EXPECT_TRUE(there_and_back(Denied{reason, {}, {}}) == Turn(Denied(reason, {}, {}))) << number;
    }
    for (const Reason reason : {Reason::none, Reason::new_password_required, Reason::not_authorised}) {
        EXPECT_TRUE(there_and_back(Granted{"nora", reason, {}}) == Turn(Granted("nora", reason, {})));
    }
}

TEST_F(ATurnOnTheBus, SaysNoLongerTimeThanFitsAndNoneThatIsPast) {
    const auto told = [&](std::chrono::seconds time) {
        return std::get<Denied>(there_and_back(Denied{Reason::locked, time, {}})).retry_after.count();
    };
    EXPECT_EQ(told(std::chrono::seconds(std::int64_t{UINT32_MAX} + 1)), UINT32_MAX);
    EXPECT_EQ(told(std::chrono::seconds(-1)), 0);
}

TEST_F(ATurnOnTheBus, IsRefusedInAStateThatDoesNotExist) {
    for (const char* state : {"ask", "wait", "granted", "done", "denied"}) {
        EXPECT_EQ(refusal({state}), is_read) << state;
    }
    for (const char* state : {"", "Granted", "grant", "granted ", "grantedgrantedgra", "Done", "done "}) {
        EXPECT_EQ(refusal({state}), is_refused) << state;
    }
}

TEST_F(ATurnOnTheBus, IsRefusedWithAStyleThatDoesNotExist) {
    for (int style = 0; style <= 255; ++style) {
        const bool exists = style >= 1 && style <= 5;
        EXPECT_EQ(refusal(asking({static_cast<std::uint8_t>(style)})), exists ? is_read : is_refused) << style;
    }
}

TEST_F(ATurnOnTheBus, TakesARoleThatItDoesNotKnowForNone) {
    for (const char* role : {"", "password", "Current_password", "eclipse"}) {
        EXPECT_EQ(std::get<Ask>(read(asking({1, "password", "Password:", role}))).prompts.at(0).role, PromptRole::other)
            << role;
    }
}

TEST_F(ATurnOnTheBus, TakesAnUnknownReasonForARefusal) {
    EXPECT_TRUE(read(with_detail("denied", "reason", "eclipse")) == Turn(Denied(Reason::refused, {}, {})));
}

TEST_F(ATurnOnTheBus, GrantsNothingForTheReasonOfARefusalOrOneThatIsUnknown) {
    for (const char* reason : {"eclipse", "refused", "locked", "disabled", "unavailable", "busy", "rules"}) {
        EXPECT_EQ(refusal(with_detail("granted", "reason", reason)), is_refused) << reason;
    }
    EXPECT_EQ(refusal(with_detail("granted", "reason", "not-authorised")), is_read);
}

TEST_F(ATurnOnTheBus, SkipsDetailsThatItDoesNotKnowAndThoseOfAnotherType) {
    const Pieces pieces{"denied", {}, [](bus::Writer& writer) {
                            writer.entry("colour", "a{sv}",
                                         [&] { writer.array("{sv}", [&] { writer.entry("reason", "locked"); }); });
                            writer.entry("retry_after", "later");
                            writer.entry("reason", "u", [&] { writer.u32(2); });
                            writer.entry("warnings", "told alone");
                            writer.entry("reason", "busy");
                        }};
    EXPECT_TRUE(read(pieces) == Turn(Denied(Reason::busy, {}, {})));
}

TEST_F(ATurnOnTheBus, T22_HoldsNothingThatATerminalWouldObey) {
    const std::string evil = "a\x1b[2J\n\u009b1m\u202e";
    const std::string shown = base::printable(evil);
    const Ask ask = std::get<Ask>(read(asking({1, evil, evil})));
    EXPECT_EQ(ask.prompts.at(0).name, shown);
    EXPECT_EQ(ask.prompts.at(0).text, shown);
    EXPECT_EQ(std::get<Granted>(read(with_detail("granted", "account", evil))).account, shown);
    EXPECT_EQ(std::get<Done>(read(with_detail("done", "acknowledge", evil))).acknowledge, shown);
    EXPECT_THAT(std::get<Denied>(read(with_warnings({"fine", evil}))).messages, ElementsAre("fine", shown));
}

TEST_F(ATurnOnTheBus, T22_IsWithinTheLimitsThoughControlCharactersAreWrittenOut) {
    const std::string name(limits::shown_prompt_name_bytes, '\x01');
    const std::string text(limits::prompt_text_bytes, '\x01');
    EXPECT_GT(4 * name.size(), limits::shown_prompt_name_bytes) << "\\x01 written out is four bytes";
    const Turn ask = read(asking({1, name, text}));
    EXPECT_LE(std::get<Ask>(ask).prompts.at(0).name.size(), limits::shown_prompt_name_bytes);
    EXPECT_LE(std::get<Ask>(ask).prompts.at(0).text.size(), limits::prompt_text_bytes);
    EXPECT_TRUE(there_and_back(ask) == ask);
    const Turn denied = read(with_warnings({text}));
    EXPECT_LE(std::get<Denied>(denied).messages.at(0).size(), limits::prompt_text_bytes);
    EXPECT_TRUE(there_and_back(denied) == denied);
}

TEST_F(ATurnOnTheBus, KeepsEveryLimitAndRefusesOneMore) {
    const auto text = [](std::size_t size) { return std::string(size, 'x'); };
    EXPECT_EQ(refusal(asking({1, text(limits::shown_prompt_name_bytes), ""})), is_read);
    EXPECT_EQ(refusal(asking({1, text(limits::shown_prompt_name_bytes + 1), ""})), is_refused);
    EXPECT_EQ(refusal(asking({1, "", "", text(limits::prompt_name_bytes)})), is_read);
    EXPECT_EQ(refusal(asking({1, "", "", text(limits::prompt_name_bytes + 1)})), is_refused);
    EXPECT_EQ(refusal(asking({1, "", text(limits::prompt_text_bytes)})), is_read);
    EXPECT_EQ(refusal(asking({1, "", text(limits::prompt_text_bytes + 1)})), is_refused);
    EXPECT_EQ(refusal({"ask", std::vector<Pieces::RawPrompt>(limits::prompts_per_turn)}), is_read);
    EXPECT_EQ(refusal({"ask", std::vector<Pieces::RawPrompt>(limits::prompts_per_turn + 1)}), is_refused);
    EXPECT_EQ(refusal(with_warnings(std::vector<std::string>(limits::prompts_per_turn))), is_read);
    EXPECT_EQ(refusal(with_warnings(std::vector<std::string>(limits::prompts_per_turn + 1))), is_refused);
    EXPECT_EQ(refusal(with_warnings({text(limits::prompt_text_bytes)})), is_read);
    EXPECT_EQ(refusal(with_warnings({text(limits::prompt_text_bytes + 1)})), is_refused);
    EXPECT_EQ(refusal(with_detail("granted", "account", text(limits::typed_name_bytes))), is_read);
    EXPECT_EQ(refusal(with_detail("granted", "account", text(limits::typed_name_bytes + 1))), is_refused);
    EXPECT_EQ(refusal(with_detail("done", "acknowledge", text(limits::prompt_text_bytes))), is_read);
    EXPECT_EQ(refusal(with_detail("done", "acknowledge", text(limits::prompt_text_bytes + 1))), is_refused);
    EXPECT_EQ(refusal(with_detail("denied", "reason", text(limits::prompt_name_bytes))), is_read);
    EXPECT_EQ(refusal(with_detail("denied", "reason", text(limits::prompt_name_bytes + 1))), is_refused);
}

TEST_F(ATurnOnTheBus, HasAtMost64Details) {
    const auto with = [&](int count) {
        return refusal({"denied", {}, [=](bus::Writer& writer) {
                            for (int i = 0; i < count; ++i) {
                                writer.entry(("detail" + std::to_string(i)).c_str(), "x");
                            }
                        }});
    };
    EXPECT_EQ(with(64), is_read);
    EXPECT_EQ(with(65), is_refused);
}

TEST_F(ATurnOnTheBus, IsRefusedWhenItEndsTooEarlyOrIsSomethingElse) {
    const bus::Message state_alone = messages_.with([](bus::Writer& writer) { writer.text("granted"); });
    const bus::Message other = messages_.with([](bus::Writer& writer) { writer.text("granted").text("nora").u32(1); });
    const bus::Message nothing = messages_.with([](bus::Writer&) {});
    for (const bus::Message* message : {&state_alone, &other, &nothing}) {
        EXPECT_EQ(tests::kind_of_error([&] { (void)read(*message); }), is_refused);
    }
}

} // namespace

} // namespace loquet::protocol
