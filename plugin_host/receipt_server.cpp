// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin_host/receipt_server.h"

#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/base/random.h"

#include <array>
#include <cstring>
#include <utility>

namespace loquet::plugin_host {

using base::Error;

ReceiptServer::ReceiptServer(ChannelPlugin plugin) : plugin_(plugin) {
    std::array<std::uint8_t, sizeof batch_> random{};
    base::fill_random(random);
    std::memcpy(&batch_, random.data(), random.size());
    batch_ >>= 1U; // counting on from here comes to no 0
}

std::optional<protocol::ReceiptsResponse> ReceiptServer::take(const Requester& requester,
                                                              const protocol::ReceiptsRequest& question,
                                                              base::Milliseconds now, base::Milliseconds deadline) {
    if (!plugin_.has_receipts()) {
        return protocol::ReceiptsResponse{};
    }
    if (!questions_.empty()) {
        throw Error(Error::Kind::busy, "the channel has not answered the last question for receipts yet");
    }
    plugin_.ask_receipts(question.sent, question.kept != 0 && question.kept == batch_);
    open_ = questions_.add(requester, now, deadline);
    gathered_.clear();
    return std::nullopt;
}

void ReceiptServer::add(protocol::Receipt receipt) {
    if (questions_.empty()) {
        throw Error(Error::Kind::invalid, "it told a receipt, and nobody had asked");
    }
    if (gathered_.size() >= limits::receipts_at_once) {
        throw Error(Error::Kind::invalid, "it told more receipts than it may for one question");
    }
    gathered_.push_back(std::move(receipt));
}

ReceiptServer::Answer ReceiptServer::end(bool more) {
    Answer answer;
    answer.requester = questions_.finish(open_);
    answer.response = {++batch_, more, std::exchange(gathered_, {})};
    return answer;
}

} // namespace loquet::plugin_host
