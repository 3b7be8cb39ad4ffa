// SPDX-License-Identifier: LGPL-2.1-or-later
// Row P16: the hashes a second of k workers on k CPUs, over k times those of crypt(3) alone in one thread. Rounds of
// both are interleaved, and only their ratio counts. hash_bench [--json] [--rounds N] [--seconds S]
#include "daemon/work/hasher.h"
#include "lib/bus/loop.h"

#include <crypt.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace {

using loquet::base::Future;
using loquet::base::Secret;
using loquet::work::Hasher;
using Clock = std::chrono::steady_clock;

constexpr std::string_view password = "correct horse battery staple";

struct Options {
    bool json = false;
    int rounds = 3;
    double seconds = 2;
};

Options read_options(int argc, char** argv) {
    Options options;
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        if (argument == "--json") {
            options.json = true;
        } else if (argument == "--rounds" && i + 1 < argc) {
            options.rounds = std::max(1, static_cast<int>(std::strtol(argv[++i], nullptr, 10)));
        } else if (argument == "--seconds" && i + 1 < argc) {
            options.seconds = std::strtod(argv[++i], nullptr);
        }
    }
    return options;
}

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
            keep_asking();
        }
        while (active_ > 0) {
            loop_.run_once(loquet::base::Milliseconds(1000));
        }
        return static_cast<double>(done_) / since(start_);
    }

private:
    loquet::base::detail::Detached keep_asking() {
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
};

} // namespace

int main(int argc, char** argv) {
    const Options options = read_options(argc, argv);
    loquet::bus::Loop loop;
    Hasher hasher(loop, {});
    const auto workers = static_cast<double>(hasher.workers());
    std::vector<double> ratios;
    double alone = 0;
    double together = 0;
    for (int round = 0; round < options.rounds; ++round) {
        alone = crypt_alone(hasher.dummy_hash(), options.seconds);
        together = Load(loop, hasher).rate(options.seconds);
        ratios.push_back(together / alone / workers);
    }
    std::sort(ratios.begin(), ratios.end());
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    const char* format = options.json ? "{\"row\":\"P16\",\"workers\":%.0f,\"alone_per_s\":%.1f,\"pool_per_s\":%.1f,"
                                        "\"ratio_min\":%.3f,\"ratio_median\":%.3f,\"ratio_max\":%.3f,"
                                        "\"largest_rss_kb\":%ld}\n"
                                      : "P16 hashing: %.0f workers, crypt() alone %.1f/s, together %.1f/s; ratio to "
                                        "k x alone min %.3f median %.3f max %.3f; memory %ld kB\n";
    std::printf(format, workers, alone, together, ratios.front(), ratios[ratios.size() / 2], ratios.back(),
                used.ru_maxrss);
    return 0;
}
