// SPDX-License-Identifier: LGPL-2.1-or-later
// Row P16: the hashes a second of k workers on k CPUs, over k times those of crypt(3) alone in one thread. Rounds of
// both are interleaved, and only their ratio counts.
#include "daemon/work/hasher.h"
#include "lib/bus/loop.h"
#include "tests/bench/row.h"

#include <crypt.h>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

namespace {

using loquet::base::Future;
using loquet::base::Secret;
using loquet::work::Hasher;
using Clock = std::chrono::steady_clock;

constexpr std::string_view password = "correct horse battery staple";

constexpr int rounds = 5;
constexpr double seconds_each = 2;

double since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

/// The floor: nothing but crypt_rn, with one block of memory for all.
double crypt_alone(const std::string& setting, double seconds) {
    auto data = std::make_unique<crypt_data>();
    const std::string phrase(password);
    const auto start = Clock::now();
    int done = 0;
    while (since(start) < seconds) {
        if (::crypt_rn(phrase.c_str(), setting.c_str(), data.get(), sizeof *data) == nullptr) {
            std::abort();
        }
        ++done;
    }
    return done / since(start);
}

/// Asks again as soon as an answer has come, so that each worker always finds a job.
class Load {
public:
    Load(loquet::bus::Loop& loop, Hasher& hasher) : loop_(loop), hasher_(hasher) {}

    double rate(double seconds) {
        start_ = Clock::now();
        seconds_ = seconds;
        for (std::size_t i = 0; i < hasher_.workers() * 2; ++i) {
            ++active_;
            tasks_.spawn(keep_asking());
        }
        while (active_ > 0) {
            loop_.run_once(loquet::base::Milliseconds(1000));
        }
        return static_cast<double>(done_) / since(start_);
    }

private:
    loquet::base::Task<void> keep_asking() {
        while (since(start_) < seconds_) {
            Future<bool> right = hasher_.verify(Secret(password), hasher_.dummy_hash(), {});
            (void)co_await right;
            ++done_;
        }
        --active_;
    }

    loquet::bus::Loop& loop_;
    Hasher& hasher_;
    Clock::time_point start_;
    double seconds_ = 0;
    int active_ = 0;
    int done_ = 0;
    loquet::base::TaskGroup tasks_{[](const std::exception_ptr&) { std::puts("a hash failed"); }};
};

} // namespace

int main() {
    loquet::bus::Loop loop;
    Hasher hasher(loop, {});
    const auto workers = static_cast<double>(hasher.workers());
    loquet::bench::Row row{.row = "P16",
                           .what = std::to_string(hasher.workers()) + " workers hash together",
                           .unit = "hashes/s",
                           .figure = {}};
    row.against = "as many times crypt() alone";
    row.target = loquet::bench::at_least(0.95);
    for (int round = 0; round < rounds; ++round) {
        row.reference.add(crypt_alone(hasher.dummy_hash(), seconds_each) * workers);
        row.figure.add(Load(loop, hasher).rate(seconds_each));
    }
    row.ratio = row.figure / row.reference;
    row.print();
    return 0;
}
