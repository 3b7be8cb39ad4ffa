// SPDX-License-Identifier: LGPL-2.1-or-later
// The deliveries that libcurl has in flight, several at once in one thread; their connections stay open for the next.
#pragma once

#include "lib/delivery/transfer.h"

#include <loquet/channel.hpp>

#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace loquet::delivery {

class Transfers {
public:
    /// `connections`: the most to one gateway; what is beyond waits for one of them.
    explicit Transfers(long connections);
    ~Transfers();
    Transfers(const Transfers&) = delete;
    Transfers& operator=(const Transfers&) = delete;

    void begin(std::uint64_t id, std::unique_ptr<Transfer> transfer);
    /// For a question that is no delivery: its outcome() is called as for one, and told to nobody. The next work()
    /// returns when one is through.
    void ask(std::unique_ptr<Transfer> question);
    /// For what was decided without the network: the next work() tells it.
    void decided(std::uint64_t id, sdk::DeliveryOutcome outcome) { outcomes_.add(id, std::move(outcome)); }
    /// As loquet_channel::work(). Throws where libcurl itself cannot go on.
    void work(int wake, std::uint32_t timeout_ms, sdk::ChannelOutput& output);

private:
    void add(const Transfer& transfer);
    void collect();
    void finish(CURL* handle, CURLcode result);
    bool tell(sdk::ChannelOutput& output);

    Multi multi_;
    std::map<std::uint64_t, std::unique_ptr<Transfer>> in_flight_;
    Outcomes outcomes_;
    std::vector<std::unique_ptr<Transfer>> questions_;
    bool answered_ = false; ///< a question is through
};

} // namespace loquet::delivery
