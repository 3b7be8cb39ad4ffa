// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/base/limits.h"
#include "tests/unit/lib/protocol/plugin_wire_fixture.h"

#include <limits>

namespace loquet::protocol {

namespace {

using base::Error;

const std::string reference = of(limits::delivery_reference_bytes, 'b');

TEST(AQuestionForReceipts, IsCarriedWhole) {
    const ReceiptsRequest asked{std::numeric_limits<std::uint64_t>::max(), {{reference, "4FZk1q0"}, {of(32, 'c'), ""}}};
    EXPECT_EQ(sent(asked), asked);
    EXPECT_EQ(sent(ReceiptsRequest{}), ReceiptsRequest{});
}

TEST(AQuestionForReceipts, HasLimits) {
    expect_limit<ReceiptsRequest>(limits::receipts_at_once, [](ReceiptsRequest& request, std::size_t n) {
        request.sent.assign(n, {reference, of(limits::gateway_reference_bytes)});
    });
    expect_limit<ReceiptsRequest>(limits::gateway_reference_bytes, [](ReceiptsRequest& request, std::size_t n) {
        request.sent.assign(1, {reference, of(n)});
    });
    for (const std::string& bad : {std::string(), of(31, 'a'), of(31, 'a') + "A"}) {
        EXPECT_EQ(refusal_of(ReceiptsRequest{0, {{bad, ""}}}), Error::Kind::invalid) << bad;
    }
    EXPECT_EQ(refusal_of(ReceiptsRequest{0, {{reference, "a\nb"}}}), Error::Kind::invalid);
}

TEST(Receipts, AreCarriedWhole) {
    const ReceiptsResponse told{7,
                                true,
                                {{reference, ReceiptOutcome::delivered, ""},
                                 {reference, ReceiptOutcome::delayed, "4.4.1 connexion refusée"},
                                 {of(32, '0'), ReceiptOutcome::failed, "5.1.1 no such mailbox"}}};
    EXPECT_EQ(sent(told), told);
    EXPECT_EQ(sent(ReceiptsResponse{}), ReceiptsResponse{});
}

TEST(Receipts, HaveLimits) {
    expect_limit<ReceiptsResponse>(limits::receipts_at_once, [](ReceiptsResponse& response, std::size_t n) {
        response.receipts.assign(n, {reference, ReceiptOutcome::failed, of(limits::gateway_said_bytes)});
    });
    expect_limit<ReceiptsResponse>(limits::gateway_said_bytes, [](ReceiptsResponse& response, std::size_t n) {
        response.receipts.assign(1, {reference, ReceiptOutcome::failed, of(n)});
    });
    const auto refusal = [](const Receipt& receipt) { return refusal_of(ReceiptsResponse{1, false, {receipt}}); };
    EXPECT_EQ(refusal({of(32, 'g'), ReceiptOutcome::failed, ""}), Error::Kind::invalid);
    EXPECT_EQ(refusal({reference, static_cast<ReceiptOutcome>(0), ""}), Error::Kind::invalid);
    EXPECT_EQ(refusal({reference, static_cast<ReceiptOutcome>(4), ""}), Error::Kind::invalid);
    EXPECT_EQ(refusal({reference, ReceiptOutcome::failed, "\x1b[2J"}), Error::Kind::invalid);
}

} // namespace

} // namespace loquet::protocol
