// SPDX-License-Identifier: LGPL-2.1-or-later
// Threads for work that would make the loop wait: hashing, looking up names elsewhere. The pool belongs to the loop
// thread; a job runs on a worker, owns all it touches, and its result comes back to the loop.
#pragma once

#include "daemon/model/ids.h"
#include "lib/base/function.h"
#include "lib/base/task.h"

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

namespace loquet::work {

/// A bounded queue that takes turns between keys: a key that floods it waits behind its own flood, and is the first to
/// lose a place when it is full. Not synchronised; WorkerPool guards it.
template <class T>
class FairQueue {
public:
    explicit FairQueue(std::size_t limit) : limit_(limit) {}

    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    /// Puts `item` behind those of its key. When the queue is full somebody gives way and is returned: the newest item
    /// of the key that waits with most, or `item` itself where its own key would have as many.
    [[nodiscard]] std::optional<T> push(const model::Digest& key, T item) {
        std::optional<T> displaced;
        if (size_ >= limit_) {
            displaced = make_room_for(key);
            if (!displaced) {
                return item;
            }
        }
        auto& line = lines_[key];
        if (line.empty()) {
            turns_.push_back(key);
        }
        line.push_back(std::move(item));
        ++size_;
        return displaced;
    }

    /// The oldest item of the key whose turn it is. Not to be called on an empty queue.
    [[nodiscard]] T pop() {
        const model::Digest key = turns_.front();
        turns_.pop_front();
        const auto line = lines_.find(key);
        T item = std::move(line->second.front());
        line->second.pop_front();
        if (line->second.empty()) {
            lines_.erase(line);
        } else {
            turns_.push_back(key);
        }
        --size_;
        return item;
    }

private:
    /// Only asked on a full queue. The longest line keeps at least one item, so its place in turns_ stays right.
    std::optional<T> make_room_for(const model::Digest& key) {
        const auto longest = std::max_element(lines_.begin(), lines_.end(), [](const auto& a, const auto& b) {
            return a.second.size() < b.second.size();
        });
        const auto own = lines_.find(key);
        const std::size_t with_this = (own == lines_.end() ? 0 : own->second.size()) + 1;
        if (longest == lines_.end() || longest->second.size() <= with_this) {
            return std::nullopt;
        }
        std::optional<T> newest = std::move(longest->second.back());
        longest->second.pop_back();
        --size_;
        return newest;
    }

    std::size_t limit_;
    std::size_t size_ = 0;
    std::unordered_map<model::Digest, std::deque<T>, model::DigestHash> lines_; ///< no line is empty
    std::deque<model::Digest> turns_;                                           ///< each key of lines_ once
};

class WorkerPool {
public:
    /// `workers` threads (0: one for each CPU that this process may use), named `name` (at most 15 bytes), and at most
    /// `limit` jobs that wait for one. `loop` outlives the pool.
    WorkerPool(base::Executor& loop, const std::string& name, std::size_t workers, std::size_t limit);
    /// Waits for the jobs that are running; those still waiting in line answer Error::Kind::unavailable, by jobs of the
    /// loop that do not need the pool.
    ~WorkerPool();
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;

    /// Runs `work` on a worker, in turn with the jobs of other keys. The future holds what `work` returns or throws, or
    /// Error::Kind::busy when the line is full and others wait with less. `work` is destroyed on the worker as soon as
    /// it has returned, so a secret that it owns does not wait for the loop. Work that nobody waits for any more (its
    /// future is gone) is not begun.
    template <class F>
    [[nodiscard]] base::Future<std::invoke_result_t<F&>> run(const model::Digest& key, F work) {
        auto job = std::make_unique<JobOf<F>>(loop_, std::move(work));
        auto future = job->result.future();
        enqueue(key, std::move(job));
        return future;
    }

    [[nodiscard]] std::size_t workers() const noexcept { return threads_.size(); }
    /// Any thread; for work that would rather not be waited for. True once the pool ends: no job is begun any more.
    [[nodiscard]] bool stopping() const {
        const std::lock_guard lock(mutex_);
        return stopping_;
    }

private:
    struct AnyJob {
        AnyJob() = default;
        AnyJob(const AnyJob&) = delete;
        AnyJob& operator=(const AnyJob&) = delete;
        virtual ~AnyJob() = default;
        virtual void run() noexcept = 0;                    ///< on a worker
        virtual void answer() = 0;                          ///< on the loop
        virtual void refuse(std::exception_ptr reason) = 0; ///< on the loop
    };

    template <class F>
    struct JobOf final : AnyJob {
        using Value = std::invoke_result_t<F&>;
        static_assert(!std::is_void_v<Value>, "a job returns what it found");

        JobOf(base::Executor& loop, F&& body) : work(std::make_unique<F>(std::move(body))), result(loop) {}
        void run() noexcept override {
            try {
                if (result.wanted()) {
                    value.emplace((*work)());
                }
            } catch (...) {
                failure = std::current_exception();
            }
            work.reset();
        }
        void answer() override {
            if (value) {
                result.set(*std::move(value));
            } else if (failure) {
                result.fail(std::move(failure));
            }
        }
        void refuse(std::exception_ptr reason) override {
            work.reset();
            result.fail(std::move(reason));
        }

        std::unique_ptr<F> work;
        std::optional<Value> value;
        std::exception_ptr failure;
        base::Promise<Value> result;
    };

    void enqueue(const model::Digest& key, std::unique_ptr<AnyJob> job);
    void work();

    base::Executor& loop_;
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    FairQueue<std::unique_ptr<AnyJob>> waiting_; ///< guarded by mutex_
    bool stopping_ = false;                      ///< guarded by mutex_
    std::vector<std::thread> threads_;
};

} // namespace loquet::work
