// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/work/worker_pool.h"

#include "lib/base/error.h"

#include <pthread.h>

#include <algorithm>
#include <csignal>

namespace loquet::work {

namespace {

using base::Error;

/// Signals are the loop's: a thread that is born here inherits a mask that blocks them all.
class SignalsBlocked {
public:
    SignalsBlocked() {
        sigset_t all;
        ::sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    SignalsBlocked(const SignalsBlocked&) = delete;
    SignalsBlocked& operator=(const SignalsBlocked&) = delete;

private:
    sigset_t before_{};
};

} // namespace

WorkerPool::WorkerPool(base::Executor& loop, const std::string& name, std::size_t workers, std::size_t limit)
    : loop_(loop), waiting_(limit) {
    const std::size_t count = workers != 0 ? workers : std::max(1U, std::thread::hardware_concurrency());
    threads_.reserve(count);
    const SignalsBlocked blocked;
    for (std::size_t i = 0; i < count; ++i) {
        threads_.emplace_back([this] { work(); });
        ::pthread_setname_np(threads_.back().native_handle(), name.c_str());
    }
}

WorkerPool::~WorkerPool() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    for (std::thread& thread : threads_) {
        thread.join();
    }
    while (!waiting_.empty()) {
        loop_.post([job = waiting_.pop()] {
            job->refuse(std::make_exception_ptr(
                Error(Error::Kind::unavailable, "the service is stopping; try again when it has started")));
        });
    }
}

void WorkerPool::enqueue(const model::Digest& key, std::unique_ptr<AnyJob> job) {
    std::optional<std::unique_ptr<AnyJob>> displaced;
    {
        const std::lock_guard lock(mutex_);
        displaced = waiting_.push(key, std::move(job));
    }
    wake_.notify_one();
    if (displaced) {
        // By way of the loop, so that nobody who waits resumes inside a call that somebody else made.
        loop_.post([refused = *std::move(displaced)] {
            refused->refuse(std::make_exception_ptr(
                Error(Error::Kind::busy, "too many requests are waiting; try again in a moment")));
        });
    }
}

void WorkerPool::work() {
    for (;;) {
        std::unique_ptr<AnyJob> job;
        {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
            if (stopping_) {
                return;
            }
            job = waiting_.pop();
        }
        job->run();
        loop_.post([done = std::move(job)] { done->answer(); });
    }
}

} // namespace loquet::work
