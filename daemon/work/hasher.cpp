// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/work/hasher.h"

#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/base/random.h"
#include "lib/base/text.h"

#include <algorithm>
#include <thread>

namespace loquet::work {

namespace {

using base::Error;
using base::Secret;

Secret random_password() {
    constexpr std::size_t bytes = 24;
    std::string text = base::random_hex(bytes);
    return Secret::take(text);
}

HashStrength strength_for(const HashingOptions& options) {
    const std::string setting = make_setting(options.method, options.cost);
    if (!is_strong(setting)) {
        throw Error(Error::Kind::invalid,
                    "the method \"" + base::printable(options.method, 32)
                        + "\" is too weak for new hashes: \"$y$\" (yescrypt) is the best of crypt(5)");
    }
    return strength_of(setting);
}

/// As many as are wanted and as the memory is enough for; one always.
std::size_t workers_for(const HashingOptions& options, const HashStrength& strength) {
    const std::size_t wanted = options.workers != 0 ? options.workers : std::thread::hardware_concurrency();
    const std::uint64_t fit = options.memory == 0 ? wanted : options.memory / memory_of(strength);
    return static_cast<std::size_t>(std::clamp<std::uint64_t>(fit, 1, std::max<std::size_t>(wanted, 1)));
}

} // namespace

MemoryBudget::Share::Share(MemoryBudget& budget, std::uint64_t bytes) : budget_(budget), bytes_(bytes) {
    const std::lock_guard turn(budget_.line_);
    std::unique_lock lock(budget_.mutex_);
    budget_.freed_.wait(
        lock, [&] { return budget_.bytes_ == 0 || budget_.used_ == 0 || budget_.used_ + bytes_ <= budget_.bytes_; });
    budget_.used_ += bytes_;
}

MemoryBudget::Share::~Share() {
    {
        const std::lock_guard lock(budget_.mutex_);
        budget_.used_ -= bytes_;
    }
    budget_.freed_.notify_one();
}

Hasher::Hasher(base::Executor& loop, const HashingOptions& options)
    : options_(options), configured_(strength_for(options)), memory_(options.memory), dummy_hash_(timed_dummy_hash()),
      pool_(loop, "loquet-hash", workers_for(options, configured_), limits::queued_hashes) {}

std::optional<std::string> Hasher::crypt_within_memory(const Secret& password, const std::string& setting) {
    return memory_.run(memory_of(strength_of(setting)), [&] { return crypt(password, setting); });
}

std::string Hasher::timed_dummy_hash() {
    const auto start = Steady::now();
    std::string hash = hash_now(random_password());
    usual_time_ = (Steady::now() - start).count();
    return hash;
}

base::Future<bool> Hasher::verify(Secret password, std::string hash, const model::Digest& fairness_key) {
    return pool_.run(fairness_key, [this, password = std::move(password), hash = std::move(hash)] {
        return verify_now(password, hash);
    });
}

base::Future<std::string> Hasher::hash(Secret password, const model::Digest& fairness_key) {
    return pool_.run(fairness_key, [this, password = std::move(password)] { return hash_now(password); });
}

bool Hasher::weaker_than_configured(const std::string& hash) const {
    const HashStrength strength = strength_of(hash);
    return !is_strong(hash) || strength.method != configured_.method || strength.cost < configured_.cost;
}

bool Hasher::verify_now(const Secret& password, const std::string& hash) {
    const auto start = Steady::now();
    const auto made = crypt_within_memory(password, hash);
    if (!made) {
        const Secret anything("?");
        (void)crypt_within_memory(anything, dummy_hash_);
        return false;
    }
    if (base::same_secret(*made, hash)) {
        return true;
    }
    if (strength_of(hash) == configured_) {
        note_usual_time(Steady::now() - start);
    } else {
        std::this_thread::sleep_until(start + Steady::duration(usual_time_.load()));
    }
    return false;
}

std::string Hasher::hash_now(const Secret& password) {
    if (password.size() > longest_password()) {
        throw Error(Error::Kind::invalid,
                    "the password is too long: at most " + std::to_string(longest_password()) + " bytes");
    }
    auto made = crypt_within_memory(password, make_setting(options_.method, options_.cost));
    if (!made) {
        throw Error(Error::Kind::invalid, "the password has a character in it that cannot be used (NUL)");
    }
    return *std::move(made);
}

void Hasher::note_usual_time(Steady::duration took) noexcept {
    constexpr Steady::rep weight = 8;
    const Steady::rep usual = usual_time_.load();
    usual_time_.store(usual + (took.count() - usual) / weight); // a lost update of two workers does no harm
}

} // namespace loquet::work
