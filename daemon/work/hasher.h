// SPDX-License-Identifier: LGPL-2.1-or-later
// Password hashes, made and compared on workers. Loop thread; results come back to the loop.
//
// Memory: one running hash of the default method (yescrypt, cost 5) needs 16 MiB, so the most is workers x 16 MiB, and
// HashingOptions::memory makes it fewer workers. An imported hash may need more than one of the configured method: it
// waits until that much is free. Waiting jobs hold a password and a hash, at most limits::queued_hashes of them. Each
// further step of the yescrypt cost doubles time and memory.
#pragma once

#include "daemon/work/crypt.h"
#include "daemon/work/worker_pool.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

namespace loquet::work {

struct HashingOptions {
    std::string method = "$y$"; ///< prefix of crypt(5) for new hashes
    unsigned long cost = 0;     ///< as crypt_gensalt(3) counts for this method; 0: its default
    std::size_t workers = 0;    ///< 0: one for each CPU
    std::uint64_t memory = 0;   ///< bytes that all running hashes may use together; one may always run; 0: any
};

/// An amount of memory that several threads share. Any thread.
class MemoryBudget {
public:
    /// 0: any amount.
    explicit MemoryBudget(std::uint64_t bytes) noexcept : bytes_(bytes) {}

    /// Runs `work`, which uses `bytes`, once that much is free; where that is more than there is, once nobody uses any.
    template <class F>
    auto run(std::uint64_t bytes, F work) {
        const Share share(*this, bytes);
        return work();
    }

private:
    class Share {
    public:
        Share(MemoryBudget& budget, std::uint64_t bytes);
        Share(const Share&) = delete;
        Share& operator=(const Share&) = delete;
        ~Share();

    private:
        MemoryBudget& budget_;
        std::uint64_t bytes_;
    };

    const std::uint64_t bytes_;
    std::mutex line_; ///< whose turn it is to wait, so that who needs much is not passed by all who need little
    std::mutex mutex_;
    std::condition_variable freed_;
    std::uint64_t used_ = 0; ///< guarded by mutex_
};

class Hasher {
public:
    /// Makes the dummy hash, which takes the time of one hash and tells how long that is. Throws Error (invalid) for a
    /// method that is unknown or too weak for new hashes, or a cost out of its range. `loop` outlives the hasher.
    Hasher(base::Executor& loop, const HashingOptions& options);

    /// Is this the password that `hash` was made of? One hash is computed whatever the question: a hash that is empty,
    /// locked ("!", "*") or malformed, and a password that no hash can be made of (limits::password_bytes, NUL) are
    /// compared with the dummy hash and answer false. A wrong password against a cheaper format than the configured
    /// one is answered after the time that a configured one takes, so that an imported account does not show by it.
    /// Jobs take turns between keys; Error::Kind::busy when the line is full.
    [[nodiscard]] base::Future<bool> verify(base::Secret password, std::string hash, const model::Digest& fairness_key);

    /// A new hash by the configured method. Error::Kind::invalid for a password that is longer than the method can use
    /// (longest_password) or has a NUL in it.
    [[nodiscard]] base::Future<std::string> hash(base::Secret password, const model::Digest& fairness_key);

    /// True when a right password should be hashed anew: another method than the configured one, or a lower cost.
    [[nodiscard]] bool weaker_than_configured(const std::string& hash) const;

    /// A hash of nobody's password with the configured parameters, to compare with where there is no account.
    [[nodiscard]] const std::string& dummy_hash() const noexcept { return dummy_hash_; }

    /// In bytes, by the configured method.
    [[nodiscard]] std::size_t longest_password() const noexcept { return work::longest_password(options_.method); }

    [[nodiscard]] std::size_t workers() const noexcept { return pool_.workers(); }

private:
    using Steady = std::chrono::steady_clock;

    [[nodiscard]] bool verify_now(const base::Secret& password, const std::string& hash);
    [[nodiscard]] std::string hash_now(const base::Secret& password);
    /// crypt(), once there is memory for it.
    [[nodiscard]] std::optional<std::string> crypt_within_memory(const base::Secret& password,
                                                                 const std::string& setting);
    [[nodiscard]] std::string timed_dummy_hash();
    void note_usual_time(Steady::duration took) noexcept;

    HashingOptions options_;
    HashStrength configured_;
    MemoryBudget memory_;
    std::atomic<Steady::rep> usual_time_{0}; ///< of one configured hash, a moving average; workers write it
    std::string dummy_hash_;
    WorkerPool pool_; ///< last: its workers use all of the above until they are joined
};

} // namespace loquet::work
