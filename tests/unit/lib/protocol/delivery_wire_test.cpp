// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/base/limits.h"
#include "lib/base/text.h"
#include "tests/unit/lib/protocol/plugin_wire_fixture.h"

#include <utility>

namespace loquet::protocol {

namespace {

using base::Error;
using base::Milliseconds;

/// A delivery that may be sent as it stands.
struct Sound : DeliverRequest {
    Sound() {
        reference = of(limits::delivery_reference_bytes, 'b');
        destination = "anne@example.org";
        text = base::Secret("482 915");
        now = Milliseconds(1000);
        expires = Milliseconds(1001);
    }
};

TEST(ADelivery, IsCarriedWhole) {
    Sound asked;
    asked.subject = "Code d\u2019accès";
    asked.locale = "fr_FR.UTF-8";
    asked.attempt = 7;
    const base::SecureBytes packet = encode(header, static_cast<const DeliverRequest&>(asked));
    const auto got = decode<DeliverRequest>(decode_frame(packet));
    EXPECT_EQ(got.reference, asked.reference);
    EXPECT_EQ(got.destination, "anne@example.org");
    EXPECT_EQ(got.subject, asked.subject);
    EXPECT_EQ(got.text.reveal(), "482 915");
    EXPECT_EQ(got.locale, "fr_FR.UTF-8");
    EXPECT_EQ(got.now, asked.now);
    EXPECT_EQ(got.expires, asked.expires);
    EXPECT_EQ(got.attempt, 7U);
    for (const DeliverResponse& told : {DeliverResponse{Outcome::sent, Milliseconds(0), "4711", "250 Ok"},
                                        DeliverResponse{Outcome::retry, Milliseconds(60'000), "", "451 later"},
                                        DeliverResponse{Outcome::refused, Milliseconds(0), "", "550 nobody"},
                                        DeliverResponse{Outcome::lost, Milliseconds(0), "", "timed out"}}) {
        EXPECT_EQ(sent(told), told);
    }
}

template <class Fill>
std::optional<Error::Kind> refusal(Fill fill) {
    Sound delivery;
    fill(static_cast<DeliverRequest&>(delivery));
    return refusal_of(static_cast<const DeliverRequest&>(delivery));
}

TEST(ADelivery, HasALimitForEachText) {
    const auto limit = [](std::size_t most, auto fill) {
        EXPECT_EQ(refusal([&](DeliverRequest& d) { fill(d, most); }), std::nullopt) << most;
        EXPECT_EQ(refusal([&](DeliverRequest& d) { fill(d, most + 1); }), Error::Kind::limited) << most;
    };
    limit(limits::mail_bytes, [](DeliverRequest& d, std::size_t n) { d.destination = of(n); });
    limit(limits::delivery_subject_bytes, [](DeliverRequest& d, std::size_t n) { d.subject = of(n); });
    limit(limits::delivery_text_bytes, [](DeliverRequest& d, std::size_t n) { d.text = base::Secret(of(n)); });
    limit(limits::client_field_bytes, [](DeliverRequest& d, std::size_t n) { d.locale = of(n); });
    expect_limit<DeliverResponse>(limits::gateway_said_bytes,
                                  [](DeliverResponse& r, std::size_t n) { r.said = of(n); });
    expect_limit<DeliverResponse>(limits::gateway_reference_bytes, [](DeliverResponse& r, std::size_t n) {
        r.outcome = Outcome::sent;
        r.gateway_reference = of(n);
    });
}

TEST(ADelivery, HasAReferenceOf32HexadecimalDigits) {
    for (const std::string& bad :
         {of(31, 'a'), std::string(), of(31, 'a') + "g", of(31, 'a') + "A", of(30, 'a') + "\r\n"}) {
        EXPECT_EQ(refusal([&](DeliverRequest& d) { d.reference = bad; }), Error::Kind::invalid) << bad;
    }
    EXPECT_EQ(refusal([](DeliverRequest& d) { d.reference = of(33, 'a'); }), Error::Kind::limited);
}

TEST(ADelivery, CannotSmuggleALineIntoItsDestinationOrSubject) {
    for (const std::string bad : {"a@b\r\nBcc: c@d", "a@b c@d", "a@b\n", "a@b\x7f", "é@b", "a@b\t", ""}) {
        EXPECT_EQ(refusal([&](DeliverRequest& d) { d.destination = bad; }), Error::Kind::invalid)
            << base::printable(bad);
    }
    for (const std::string bad : {"a\nBcc: c@d", "a\r", "a\xe9", "\x1b[2J"}) {
        EXPECT_EQ(refusal([&](DeliverRequest& d) { d.subject = bad; }), Error::Kind::invalid) << base::printable(bad);
    }
}

TEST(ADelivery, HasPrintableLinesForItsText) {
    for (const std::string good : {"a", "a\nb\n", "\n\n", "é\n\u20ac"}) {
        EXPECT_EQ(refusal([&](DeliverRequest& d) { d.text = base::Secret(good); }), std::nullopt);
    }
    for (const std::string bad : {"", "a\r\nb", "a\tb", "\xc3\n\xa9", "\x1b[2J", "\u202e"}) {
        EXPECT_EQ(refusal([&](DeliverRequest& d) { d.text = base::Secret(bad); }), Error::Kind::invalid)
            << base::printable(bad);
    }
    EXPECT_EQ(refusal([](DeliverRequest& d) { d.text = base::Secret(std::string_view("a\0b", 3)); }),
              Error::Kind::invalid);
}

TEST(ADelivery, IsNeverSentWhenItIsOver) {
    EXPECT_EQ(refusal([](DeliverRequest& d) { d.now = d.expires; }), Error::Kind::invalid);
    EXPECT_EQ(refusal([](DeliverRequest& d) { d.attempt = 0; }), Error::Kind::invalid);
}

TEST(AnOutcome, CarriesNothingOfAnother) {
    const auto retry_after = [](std::int64_t ms) { return DeliverResponse{Outcome::retry, Milliseconds(ms), "", ""}; };
    EXPECT_EQ(refusal_of(retry_after(86'400'000)), std::nullopt);
    EXPECT_EQ(refusal_of(retry_after(86'400'001)), Error::Kind::invalid);
    EXPECT_EQ(refusal_of(retry_after(-1)), Error::Kind::invalid);
    for (const Outcome outcome : {Outcome::sent, Outcome::refused, Outcome::lost}) {
        EXPECT_EQ(refusal_of(DeliverResponse{outcome, Milliseconds(1), "", ""}), Error::Kind::invalid);
    }
    for (const Outcome outcome : {Outcome::retry, Outcome::refused, Outcome::lost}) {
        EXPECT_EQ(refusal_of(DeliverResponse{outcome, Milliseconds(0), "4711", ""}), Error::Kind::invalid);
    }
    EXPECT_EQ(refusal_of(DeliverResponse{Outcome::refused, Milliseconds(0), "", "a\nb"}), Error::Kind::invalid);
    EXPECT_EQ(refusal_of(DeliverResponse{static_cast<Outcome>(5), Milliseconds(0), "", ""}), Error::Kind::invalid);
}

TEST(AStepThatSends, KeepsToTheLimits) {
    expect_limit<StepResponse>(limits::messages_per_turn, [](StepResponse& r, std::size_t n) {
        r.send.assign(n, {Medium::mail, {"code.mail", {}}, Milliseconds(600'000)});
    });
    for (const auto& [life, fits] : {std::pair(999, false), {1000, true}, {86'400'000, true}, {86'400'001, false}}) {
        StepResponse response;
        response.send = {{Medium::sms, {"code.sms", {}}, Milliseconds(life)}};
        EXPECT_EQ(!refusal_of(response), fits) << life;
    }
    StepResponse by_pigeon;
    by_pigeon.send = {{static_cast<Medium>(3), {"code.sms", {}}, Milliseconds(1000)}};
    EXPECT_EQ(refusal_of(by_pigeon), Error::Kind::invalid);
}

TEST(AStep, GetsAWholeKeyOrNone) {
    for (const auto& [size, fits] : {std::pair(0U, true), {1U, false}, {31U, false}, {32U, true}}) {
        StepRequest request;
        request.key.resize(size);
        EXPECT_EQ(!refusal_of(request), fits) << size;
    }
    expect_limit<StepRequest>(limits::step_key_bytes, [](StepRequest& r, std::size_t n) { r.key.resize(n); });
}

TEST(AStep, WantsNoMoreAnswersThanCanBeGiven) {
    const auto asking = [](std::size_t answered) {
        StepAsk ask;
        ask.prompts.assign(limits::prompts_per_turn, {PromptStyle::info, "row", {}});
        std::fill_n(ask.prompts.begin(), answered, StepPrompt{PromptStyle::visible, "word", {}});
        StepResponse response;
        response.turn = ask;
        return response;
    };
    EXPECT_EQ(refusal_of(asking(limits::answers_per_turn)), std::nullopt);
    EXPECT_EQ(refusal_of(asking(limits::answers_per_turn + 1)), Error::Kind::invalid);
}

} // namespace

} // namespace loquet::protocol
