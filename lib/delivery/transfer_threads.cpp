// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/delivery/transfer_threads.h"

#include "lib/base/error.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <exception>
#include <utility>

namespace loquet::delivery {

namespace {

constexpr int longest_look_ms = 1000; ///< between two looks whether all is to end; libcurl's own is as long

/// Called by libcurl while it waits, too: anything but 0 ends the transfer.
int is_ending(void* ending, curl_off_t /*down*/, curl_off_t /*downed*/, curl_off_t /*up*/, curl_off_t /*upped*/) {
    return static_cast<const std::atomic<bool>*>(ending)->load() ? 1 : 0;
}

/// In the list while it lives.
class Listed {
public:
    Listed(CURLM* multi, CURL* easy) : multi_(multi), easy_(easy) { check(curl_multi_add_handle(multi, easy)); }
    ~Listed() { curl_multi_remove_handle(multi_, easy_); }
    Listed(const Listed&) = delete;
    Listed& operator=(const Listed&) = delete;

private:
    CURLM* multi_;
    CURL* easy_;
};

CURLcode wait_for_end(CURLM* multi) {
    while (true) {
        int count = 0;
        check(curl_multi_perform(multi, &count));
        if (const CURLMsg* message = curl_multi_info_read(multi, &count)) {
            return message->data.result;
        }
        check(curl_multi_poll(multi, nullptr, 0, longest_look_ms, nullptr));
    }
}

} // namespace

PersistentConnection::~PersistentConnection() {
    if (socket_ != CURL_SOCKET_BAD) {
        ::shutdown(socket_, SHUT_RD); // or libcurl, which says QUIT now, would wait for two minutes
    }
}

CURLcode PersistentConnection::perform(Transfer& transfer) {
    if (!transfer.begin_in_time()) {
        return CURLE_OPERATION_TIMEDOUT;
    }
    CURL* const easy = transfer.handle();
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(easy, CURLOPT_XFERINFODATA, &ending_);
    curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, &is_ending);
    const Listed listed(multi_.get(), easy);
    const CURLcode result = wait_for_end(multi_.get());
    if (curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &socket_) != CURLE_OK) {
        socket_ = CURL_SOCKET_BAD;
    }
    if (result != CURLE_OK && socket_ != CURL_SOCKET_BAD) {
        // libcurl 7.88 keeps it although an answer is missing, which would be taken for the answer to the next mail.
        ::shutdown(socket_, SHUT_RDWR);
    }
    return result;
}

namespace {

base::Fd new_event() {
    base::Fd event(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!event) {
        throw base::system_error(errno, "cannot make an event descriptor");
    }
    return event;
}

} // namespace

TransferThreads::TransferThreads(std::size_t most) : most_(most), ready_(new_event()) {}

TransferThreads::~TransferThreads() {
    {
        const std::scoped_lock lock(mutex_); // or a worker could look, be told, and wait only then
        ending_ = true;
    }
    for (const auto& worker : workers_) {
        worker->given.notify_one();
    }
    for (const auto& worker : workers_) {
        worker->thread.join();
    }
}

TransferThreads::Worker* TransferThreads::idle_worker() {
    // The first: so that few connections are open where few are needed.
    const auto idle = std::ranges::find_if(workers_, [](const auto& worker) { return !worker->job; });
    if (idle != workers_.end()) {
        return idle->get();
    }
    if (workers_.size() == most_) {
        return nullptr;
    }
    auto made = std::make_unique<Worker>();
    made->thread = std::thread([this, worker = made.get()] { run(*worker); });
    return workers_.emplace_back(std::move(made)).get();
}

void TransferThreads::begin(std::uint64_t id, std::unique_ptr<Transfer> transfer) {
    const std::scoped_lock lock(mutex_);
    workers_.reserve(most_); // so that what follows loses no thread
    if (Worker* worker = idle_worker()) {
        worker->job = Job{id, std::move(transfer)};
        worker->given.notify_one();
    } else {
        waiting_.push_back(Job{id, std::move(transfer)});
    }
}

bool TransferThreads::wait_for_job(std::unique_lock<std::mutex>& lock, Worker& worker) {
    if (!worker.job && !waiting_.empty()) {
        worker.job = std::move(waiting_.front());
        waiting_.pop_front();
    }
    worker.given.wait(lock, [&] { return worker.job || ending_; });
    return !ending_;
}

void TransferThreads::run(Worker& worker) noexcept {
    PersistentConnection connection(ending_);
    std::unique_lock lock(mutex_);
    while (wait_for_job(lock, worker)) {
        Transfer& transfer = *worker.job->transfer;
        lock.unlock();
        const CURLcode result = connection.perform(transfer);
        lock.lock();
        worker.job->result = result;
        done_.push_back(*std::move(worker.job));
        worker.job.reset();
        const std::uint64_t one = 1;
        (void)!::write(ready_.get(), &one, sizeof one); // it cannot count too far: there are not so many jobs
    }
}

std::vector<TransferThreads::Job> TransferThreads::take_done() {
    std::uint64_t count = 0;
    (void)!::read(ready_.get(), &count, sizeof count);
    const std::scoped_lock lock(mutex_);
    return std::exchange(done_, {});
}

void TransferThreads::work(int wake, std::uint32_t timeout_ms, sdk::ChannelOutput& output) {
    using Clock = std::chrono::steady_clock;
    const Clock::time_point until = Clock::now() + std::chrono::milliseconds(timeout_ms);
    while (true) {
        for (Job& job : take_done()) {
            outcomes_.add(job.id, job.transfer->outcome(job.result));
        }
        if (outcomes_.tell(output)) {
            return;
        }
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
        std::array<pollfd, 2> watched{{{ready_.get(), POLLIN, 0}, {wake, POLLIN, 0}}};
        if (left <= 0
            || (::poll(watched.data(), watched.size(), static_cast<int>(left)) > 0 && watched[1].revents != 0)) {
            return;
        }
    }
}

} // namespace loquet::delivery
