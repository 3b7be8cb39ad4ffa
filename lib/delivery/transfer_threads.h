// SPDX-License-Identifier: LGPL-2.1-or-later
// Deliveries by a protocol for which libcurl waits inside of a call, as it does for the answer to a mail: each in a
// thread with a connection of its own, which stays open for the next. So a gateway that is slow with one of them keeps
// neither the others nor the host waiting. What a Transfer decides, it decides in the caller's thread.
#pragma once

#include "lib/base/file.h"
#include "lib/delivery/transfer.h"

#include <curl/curl.h>
#include <loquet/channel.hpp>

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace loquet::delivery {

/// One connection to a gateway, by which one transfer after the other goes while it stands. One thread.
class PersistentConnection {
public:
    /// `ending`: breaks a transfer off, within about a second; outlives this.
    explicit PersistentConnection(const std::atomic<bool>& ending) : ending_(ending), multi_(new_multi(1)) {}
    /// Says good-bye to the gateway, and does not wait for what it says to that.
    ~PersistentConnection();
    PersistentConnection(const PersistentConnection&) = delete;
    PersistentConnection& operator=(const PersistentConnection&) = delete;

    /// Waits until it is through. Throws where libcurl itself cannot go on.
    [[nodiscard]] CURLcode perform(Transfer& transfer);

private:
    const std::atomic<bool>& ending_;
    Multi multi_;
    curl_socket_t socket_ = CURL_SOCKET_BAD; ///< which libcurl keeps open
};

class TransferThreads {
public:
    /// `most`: threads, and so connections, at once; what is beyond waits for one of them.
    explicit TransferThreads(std::size_t most);
    /// What is under way is broken off, within about a second.
    ~TransferThreads();
    TransferThreads(const TransferThreads&) = delete;
    TransferThreads& operator=(const TransferThreads&) = delete;

    /// Throws std::system_error where a thread was needed and there is none to be had.
    void begin(std::uint64_t id, std::unique_ptr<Transfer> transfer);
    /// For what was decided without the network: the next work() tells it.
    void decided(std::uint64_t id, sdk::DeliveryOutcome outcome) { outcomes_.add(id, std::move(outcome)); }
    /// As loquet_channel::work().
    void work(int wake, std::uint32_t timeout_ms, sdk::ChannelOutput& output);

private:
    struct Job {
        std::uint64_t id = 0;
        std::unique_ptr<Transfer> transfer;
        CURLcode result = CURLE_OK;
    };
    struct Worker {
        std::optional<Job> job; ///< to do, or under way
        std::condition_variable given;
        std::thread thread;
    };

    [[nodiscard]] Worker* idle_worker();
    /// Where libcurl itself cannot go on, the process ends, and is started anew.
    void run(Worker& worker) noexcept;
    [[nodiscard]] bool wait_for_job(std::unique_lock<std::mutex>& lock, Worker& worker);
    [[nodiscard]] std::vector<Job> take_done();

    const std::size_t most_;
    const base::Fd ready_; ///< readable where something is done
    std::atomic<bool> ending_ = false;
    std::mutex mutex_; ///< of the three that follow, and of each worker's job
    std::vector<std::unique_ptr<Worker>> workers_;
    std::deque<Job> waiting_;
    std::vector<Job> done_;
    Outcomes outcomes_;
};

} // namespace loquet::delivery
