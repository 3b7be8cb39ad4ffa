// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/base/limits.h"
#include "lib/base/text.h"
#include "tests/unit/lib/protocol/plugin_wire_fixture.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace loquet::protocol {

namespace {

using base::Error;
using base::Milliseconds;
using base::SecureBytes;

Counter some_counter() {
    Counter counter;
    counter.consecutive = 0xffffffff;
    counter.since_lock = 2;
    counter.last_failure = -1;
    counter.last_success = INT64_MAX;
    counter.locked_until = INT64_MIN;
    counter.disabled = true;
    counter.pardoned = 65536;
    counter.pardoned_in_a_row = 0xfffffffe;
    counter.hour = 480'000;
    counter.failed_in_hour[0] = 1;
    counter.failed_in_hour[24] = 65535;
    return counter;
}

Message some_message() {
    return {"rules.length", {{"count", "15"}, {"what", "caractères"}}};
}

JudgeRequest some_judge_request() {
    JudgeRequest request{
        LockoutEvent::lifted, Axis::recovery, Milliseconds(17), "0123456789abcdef0123456789abcdef", {}};
    request.counters[Scope::account] = some_counter();
    request.counters[Scope::site] = Counter{};
    request.counters[Scope::known_place] = some_counter();
    return request;
}

Judgement some_judgement() {
    Judgement judgement{Verdict::locked, Milliseconds(99), "too-many-failures", {}, "many failures at this site"};
    judgement.counters[Scope::place] = some_counter();
    judgement.hold = Milliseconds(98);
    return judgement;
}

RulesRequest some_rules_request() {
    RulesRequest request;
    request.candidate = base::Secret("mot de passe \u00e9");
    request.facts = {{"name", "alice"}, {"display_name", "Alice\nB."}};
    request.in_history = true;
    request.history_length = 5;
    request.second_factor = true;
    return request;
}

RulesResponse some_rules_response() {
    return {{{true, some_message()}, {false, {"rules.name", {}}}}, 4};
}

StepRequest some_step_request() {
    StepRequest request;
    request.operation = StepOperation::enrol_answer;
    request.facts = {{"uid", "1000"}};
    request.account_state = {0, 1, 2, 255};
    request.dialog_state = {7};
    request.answers.emplace_back("first");
    request.answers.emplace_back(std::string_view("\0\xff", 2));
    request.now = Milliseconds(1'700'000'000'000);
    request.locale = "fr_FR.UTF-8";
    request.key = SecureBytes(limits::step_key_bytes, 0xfe);
    return request;
}

StepResponse some_step_response() {
    StepResponse response;
    response.turn =
        StepAsk{{{PromptStyle::secret, "answer", some_message()}, {PromptStyle::error, "", {"refused", {}}}}};
    response.account_state = SecureBytes{1, 2};
    response.dialog_state = SecureBytes{};
    response.note = "asked twice";
    response.send = {{Medium::sms, some_message(), Milliseconds(600'000)}};
    return response;
}

DeliverRequest some_delivery() {
    DeliverRequest request;
    request.reference = "0123456789abcdef0123456789abcdef";
    request.destination = "+33612345678";
    request.subject = "Votre code";
    request.text = base::Secret("Votre code est 123456.\n\nÀ bientôt");
    request.locale = "fr_FR.UTF-8";
    request.now = Milliseconds(1'700'000'000'000);
    request.expires = Milliseconds(1'700'000'600'000);
    request.attempt = 2;
    return request;
}

DescribeResponse some_description() {
    return {"lockout", PluginKind::lockout, "counting_lockout", "1.0-β", "Locks.", {"name", "uid"}};
}

/// One of each message, encoded.
std::vector<SecureBytes> all_packets() {
    std::vector<SecureBytes> packets;
    packets.push_back(encode(header, DescribeRequest{}));
    packets.push_back(encode(header, some_judge_request()));
    packets.push_back(encode(header, some_rules_request()));
    packets.push_back(encode(header, some_step_request()));
    packets.push_back(encode(header, some_delivery()));
    packets.push_back(encode(header, some_description()));
    packets.push_back(encode(header, some_judgement()));
    packets.push_back(encode(header, some_rules_response()));
    packets.push_back(encode(header, some_step_response()));
    packets.push_back(encode(header, DeliverResponse{Outcome::sent, Milliseconds(0), "gw-1", "250 2.0.0 Ok"}));
    packets.push_back(encode(header, DeliverResponse{Outcome::retry, Milliseconds(30'000), "", "451 4.7.1 later"}));
    packets.push_back(encode(header, DeliverResponse{Outcome::lost, Milliseconds(0), "", "the connection broke"}));
    packets.push_back(encode(header, ReceiptsRequest{9, {{of(32, 'a'), "gw-1"}, {of(32, 'b'), ""}}}));
    packets.push_back(encode(header, ReceiptsResponse{9, true, {{of(32, 'a'), ReceiptOutcome::failed, "5.1.1"}}}));
    packets.push_back(encode(header, ErrorResponse{"it could not"}));
    return packets;
}

/// Decodes whatever it is and encodes it again.
SecureBytes copy_of(std::span<const std::uint8_t> packet) {
    const Frame frame = decode_frame(packet);
    switch (frame.kind) {
    case FrameKind::describe_request:
        return encode(frame.header, decode<DescribeRequest>(frame));
    case FrameKind::judge_request:
        return encode(frame.header, decode<JudgeRequest>(frame));
    case FrameKind::rules_request:
        return encode(frame.header, decode<RulesRequest>(frame));
    case FrameKind::step_request:
        return encode(frame.header, decode<StepRequest>(frame));
    case FrameKind::deliver_request:
        return encode(frame.header, decode<DeliverRequest>(frame));
    case FrameKind::receipts_request:
        return encode(frame.header, decode<ReceiptsRequest>(frame));
    case FrameKind::describe_response:
        return encode(frame.header, decode<DescribeResponse>(frame));
    case FrameKind::judgement:
        return encode(frame.header, decode<Judgement>(frame));
    case FrameKind::rules_response:
        return encode(frame.header, decode<RulesResponse>(frame));
    case FrameKind::step_response:
        return encode(frame.header, decode<StepResponse>(frame));
    case FrameKind::deliver_response:
        return encode(frame.header, decode<DeliverResponse>(frame));
    case FrameKind::receipts_response:
        return encode(frame.header, decode<ReceiptsResponse>(frame));
    case FrameKind::error_response:
        return encode(frame.header, decode<ErrorResponse>(frame));
    }
    return {};
}

TEST(APluginFrame, KeepsItsSerialAndDeadline) {
    const SecureBytes packet = encode(header, DescribeRequest{});
    const Frame frame = decode_frame(packet);
    EXPECT_EQ(frame.header.serial, 0xfffffffeU);
    EXPECT_EQ(frame.header.deadline, Milliseconds(2000));
    EXPECT_EQ(frame.kind, FrameKind::describe_request);
}

TEST(APluginFrame, CarriesValuesWhole) {
    EXPECT_EQ(sent(some_judge_request()), some_judge_request());
    EXPECT_EQ(sent(some_judgement()), some_judgement());
    EXPECT_EQ(sent(some_rules_response()), some_rules_response());
    EXPECT_EQ(sent(some_step_response()), some_step_response());
    EXPECT_EQ(sent(some_description()), some_description());
    EXPECT_EQ(sent(ErrorResponse{"why"}), ErrorResponse{"why"});
}

TEST(APluginFrame, CarriesSecretsWhole) {
    const StepRequest step = sent(some_step_request());
    ASSERT_EQ(step.answers.size(), 2U);
    EXPECT_EQ(step.answers[0].reveal(), "first");
    EXPECT_EQ(step.answers[1].reveal(), std::string_view("\0\xff", 2)) << "any bytes";
    EXPECT_EQ(step.account_state, (SecureBytes{0, 1, 2, 255}));
    EXPECT_EQ(step.facts, some_step_request().facts);
    EXPECT_EQ(step.locale, "fr_FR.UTF-8");
    EXPECT_EQ(step.key, some_step_request().key);
    const RulesRequest rules = sent(some_rules_request());
    EXPECT_EQ(rules.candidate.reveal(), some_rules_request().candidate.reveal());
    EXPECT_TRUE(rules.in_history && rules.second_factor);
    EXPECT_EQ(rules.history_length, 5U);
}

TEST(APluginFrame, CarriesEachKindOfTurn) {
    StepResponse response;
    response.turn = StepWait{some_message(), Milliseconds(100)};
    EXPECT_EQ(sent(response), response);
    response.turn = StepGrant{};
    EXPECT_EQ(sent(response), response);
    response.turn = StepDeny{};
    EXPECT_EQ(sent(response), response);
    response.turn = StepSkip{};
    EXPECT_EQ(sent(response), response);
}

TEST(APluginFrame, IsRefusedWhereverItIsCutShort) {
    for (const SecureBytes& packet : all_packets()) {
        EXPECT_EQ(copy_of(packet), packet);
        for (std::size_t size = 0; size < packet.size(); ++size) {
            EXPECT_EQ(kind_of_error([&] { (void)copy_of(std::span(packet).first(size)); }), Error::Kind::invalid)
                << size << " of " << packet.size();
        }
    }
}

TEST(APluginFrame, IsRefusedWhenItGoesOnAfterItsEnd) {
    for (SecureBytes packet : all_packets()) {
        packet.push_back(0);
        EXPECT_EQ(kind_of_error([&] { (void)copy_of(packet); }), Error::Kind::invalid);
    }
}

TEST(APluginFrame, IsEitherRefusedOrReadAsItStandsWhateverByteIsChanged) {
    for (const SecureBytes& packet : all_packets()) {
        for (std::size_t at = 0; at < packet.size(); ++at) {
            for (const int change : {0x01, 0x80, 0xff}) {
                SecureBytes changed = packet;
                changed[at] = static_cast<std::uint8_t>(changed[at] ^ change);
                const auto error = kind_of_error([&] { EXPECT_EQ(copy_of(changed), changed); });
                EXPECT_TRUE(!error || error == Error::Kind::invalid);
            }
        }
    }
}

TEST(APluginFrame, IsRefusedInPlaceOfAnother) {
    const SecureBytes packet = encode(header, some_judgement());
    EXPECT_THROW((void)decode<StepResponse>(decode_frame(packet)), Error);
}

TEST(APluginFrame, HasALimitOfItsOwn) {
    std::vector<std::uint8_t> packet(limits::plugin_frame_bytes + 1);
    const SecureBytes begin = encode(header, DescribeRequest{});
    std::copy(begin.begin(), begin.end(), packet.begin());
    EXPECT_NO_THROW((void)decode_frame(std::span(packet).first(limits::plugin_frame_bytes)));
    EXPECT_THROW((void)decode_frame(packet), Error);

    StepResponse response; // each field is within its limit, all of them together are not
    Message message{of(limits::message_id_bytes), {}};
    for (std::size_t i = 0; i < limits::message_variables; ++i) {
        message.variables.push_back({"v", of(limits::message_variable_bytes)});
    }
    StepAsk ask;
    ask.prompts.assign(limits::prompts_per_turn, {PromptStyle::info, "", message});
    response.turn = ask;
    response.account_state = SecureBytes(limits::plugin_state_bytes);
    EXPECT_EQ(kind_of_error([&] { (void)encode(header, response); }), Error::Kind::limited);
}

TEST(APluginFrame, LimitsEveryTextAndListOfARequest) {
    expect_limit<StepRequest>(limits::answers_per_turn, [](StepRequest& r, std::size_t n) {
        for (std::size_t i = 0; i < n; ++i) {
            r.answers.emplace_back("x");
        }
    });
    expect_limit<StepRequest>(limits::answer_bytes,
                              [](StepRequest& r, std::size_t n) { r.answers.emplace_back(of(n)); });
    expect_limit<StepRequest>(limits::plugin_state_bytes,
                              [](StepRequest& r, std::size_t n) { r.account_state.resize(n); });
    expect_limit<StepRequest>(limits::plugin_state_bytes,
                              [](StepRequest& r, std::size_t n) { r.dialog_state.resize(n); });
    expect_limit<StepRequest>(limits::plugin_facts,
                              [](StepRequest& r, std::size_t n) { r.facts.assign(n, {"f", "v"}); });
    expect_limit<StepRequest>(limits::plugin_name_bytes,
                              [](StepRequest& r, std::size_t n) { r.facts = {{of(n), ""}}; });
    expect_limit<StepRequest>(limits::plugin_fact_bytes,
                              [](StepRequest& r, std::size_t n) { r.facts = {{"f", of(n)}}; });
    expect_limit<StepRequest>(limits::client_field_bytes, [](StepRequest& r, std::size_t n) { r.locale = of(n); });
    expect_limit<RulesRequest>(limits::answer_bytes,
                               [](RulesRequest& r, std::size_t n) { r.candidate = base::Secret(of(n)); });
}

TEST(APluginFrame, LimitsEveryTextAndListOfAResponse) {
    expect_limit<StepResponse>(limits::prompts_per_turn, [](StepResponse& r, std::size_t n) {
        StepAsk ask;
        ask.prompts.resize(n);
        r.turn = ask;
    });
    expect_limit<StepResponse>(limits::prompt_name_bytes, [](StepResponse& r, std::size_t n) {
        r.turn = StepAsk{{{PromptStyle::secret, of(n), {}}}};
    });
    expect_limit<StepResponse>(limits::message_id_bytes, [](StepResponse& r, std::size_t n) {
        r.turn = StepWait{{of(n), {}}, Milliseconds(100)};
    });
    expect_limit<StepResponse>(limits::message_variables, [](StepResponse& r, std::size_t n) {
        StepWait wait{{"m", {}}, Milliseconds(100)};
        wait.message.variables.assign(n, {"v", "x"});
        r.turn = wait;
    });
    expect_limit<StepResponse>(limits::message_variable_bytes, [](StepResponse& r, std::size_t n) {
        r.turn = StepWait{{"m", {{"v", of(n)}}}, Milliseconds(100)};
    });
    expect_limit<StepResponse>(limits::plugin_state_bytes,
                               [](StepResponse& r, std::size_t n) { r.dialog_state = SecureBytes(n); });
    expect_limit<StepResponse>(limits::plugin_note_bytes, [](StepResponse& r, std::size_t n) { r.note = of(n); });
    expect_limit<Judgement>(limits::plugin_reason_bytes, [](Judgement& j, std::size_t n) { j.reason = of(n); });
    expect_limit<Judgement>(limits::plugin_note_bytes, [](Judgement& j, std::size_t n) { j.alert = of(n); });
    expect_limit<RulesResponse>(limits::plugin_rules, [](RulesResponse& r, std::size_t n) { r.rules.resize(n); });
    expect_limit<DescribeResponse>(limits::plugin_version_bytes,
                                   [](DescribeResponse& d, std::size_t n) { d.version = of(n); });
    expect_limit<DescribeResponse>(limits::plugin_summary_bytes,
                                   [](DescribeResponse& d, std::size_t n) { d.summary = of(n); });
    expect_limit<ErrorResponse>(limits::plugin_error_bytes, [](ErrorResponse& e, std::size_t n) { e.text = of(n); });
}

TEST(APluginFrame, HasNumbersOnlyInTheirRanges) {
    const auto refused = [](const auto& message) {
        return kind_of_error([&] { (void)encode(header, message); }) == Error::Kind::invalid;
    };
    StepResponse wait;
    for (const auto& [poll, fits] : {std::pair(99, false), {100, true}, {10'000, true}, {10'001, false}}) {
        wait.turn = StepWait{{}, Milliseconds(poll)};
        EXPECT_EQ(!refused(wait), fits) << poll;
    }
    EXPECT_FALSE(refused(RulesResponse{{}, 4}));
    EXPECT_TRUE(refused(RulesResponse{{}, 5}));
    Judgement judgement;
    judgement.verdict = static_cast<Verdict>(5);
    EXPECT_TRUE(refused(judgement));
    StepResponse nothing_asked;
    nothing_asked.turn = StepAsk{};
    EXPECT_TRUE(refused(nothing_asked));
    EXPECT_EQ(kind_of_error([] { (void)encode({1, Milliseconds(-1)}, DescribeRequest{}); }), Error::Kind::invalid);
    EXPECT_EQ(kind_of_error([] { (void)encode({1, Milliseconds(600'001)}, DescribeRequest{}); }), Error::Kind::invalid);
}

TEST(APluginFrame, HasTextsOnlyInTheirAlphabets) {
    const auto refused = [](const auto& message) {
        return kind_of_error([&] { (void)encode(header, message); }) == Error::Kind::invalid;
    };
    StepResponse note;
    for (const std::string bad : {"\x1b[2J", "caf\xe9", "a\nb", "\u202egnp.exe", "\xc0\xaf"}) {
        note.note = bad;
        EXPECT_TRUE(refused(note)) << base::printable(bad);
        note.note.clear();
        note.turn = StepWait{{"m", {{"v", bad}}}, Milliseconds(100)};
        EXPECT_TRUE(refused(note)) << base::printable(bad);
        note.turn = StepDeny{};
    }
    note.turn = StepAsk{{{PromptStyle::secret, "Answer", {}}}};
    EXPECT_TRUE(refused(note));
    note.turn = StepWait{{"../../etc/passwd", {}}, Milliseconds(100)};
    EXPECT_TRUE(refused(note));
    Judgement judgement;
    judgement.reason = "too many";
    EXPECT_TRUE(refused(judgement));
    RulesRequest rules;
    rules.candidate = base::Secret("caf\xe9");
    EXPECT_TRUE(refused(rules));
}

} // namespace

} // namespace loquet::protocol
