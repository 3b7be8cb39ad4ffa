// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/plugins/registry.h"
#include "lib/base/clock.h"
#include "lib/base/limits.h"
#include "lib/bus/loop.h"
#include "tests/bench/child.h"
#include "tests/bench/messages/gateway.h"
#include "tests/bench/messages/modes.h"
#include "tests/bench/row.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <fstream>
#include <stdexcept>
#include <string>

namespace loquet::bench {

namespace {

constexpr int rounds = 5;
constexpr double microseconds_in_a_second = 1e6;
constexpr useconds_t between_looks = 500;

std::string reference_of(std::uint32_t number) {
    char text[33];
    std::snprintf(text, sizeof text, "%032x", number);
    return text;
}

/// A channel's process, asked as the daemon asks it.
class Channel {
public:
    Channel(Gateway gateway, std::string socket)
        : gateway_(std::move(gateway)),
          registry_(loop_, clock_,
                    {{gateway_.channel, protocol::PluginKind::channel, std::move(socket), std::chrono::seconds(60)}}),
          tasks_([this](const std::exception_ptr& failure) { failure_ = failure; }) {
        registry_.connect();
    }

    /// Messages a second.
    double deliver(std::uint32_t count) {
        end_ = next_ + count;
        return count * microseconds_in_a_second / microseconds([&] {
                   for (std::size_t i = 0; i < limits::deliveries_in_flight; ++i) {
                       tasks_.spawn(keep_delivering());
                   }
                   while (tasks_.active() > 0) {
                       loop_.run_once(std::chrono::seconds(1));
                   }
                   if (failure_) {
                       std::rethrow_exception(failure_);
                   }
               });
    }

private:
    base::Task<void> keep_delivering() {
        while (next_ < end_) {
            protocol::DeliverRequest request = message(next_++);
            auto delivering = registry_.channel(gateway_.channel)->deliver(std::move(request));
            const protocol::DeliverResponse response = co_await delivering;
            if (response.outcome != protocol::Outcome::sent) {
                throw std::runtime_error("the channel did not send a message: " + response.said);
            }
        }
    }

    [[nodiscard]] protocol::DeliverRequest message(std::uint32_t number) const {
        protocol::DeliverRequest request;
        request.reference = reference_of(number);
        request.destination = gateway_.destination(number);
        request.subject = gateway_.speech == Speech::smtp ? subject_sent : "";
        request.text = base::Secret(std::string(text_sent));
        request.now = clock_.wall();
        request.expires = request.now + std::chrono::minutes(10);
        return request;
    }

    Gateway gateway_;
    bus::Loop loop_;
    base::SystemClock clock_;
    plugins::Registry registry_;
    std::exception_ptr failure_;
    base::TaskGroup tasks_;
    std::uint32_t next_ = 0;
    std::uint32_t end_ = 0;
};

void wait_for(const std::string& socket, Child& host) {
    while (::access(socket.c_str(), F_OK) != 0) {
        host.must_run();
        ::usleep(between_looks);
    }
}

} // namespace

void measure_channel(const Words& words) {
    const Gateway gateway = Gateway::named(words.at(1));
    const Sink sink(gateway.speech);
    const int count = std::stoi(words.at(2));
    gateway.write_options(words.at(4), sink.port());
    Child host({words.begin() + 5, words.end()});
    wait_for(words.at(3), host);
    Channel channel(gateway, words.at(3));
    (void)channel.deliver(100); // connections that stand are what is measured

    Row row{.row = "P17", .what = gateway.what() + " by the channel's process", .unit = "/s", .figure = {}};
    row.against = "libcurl multi";
    row.target = at_least(0.9);
    for (int round = 0; round < rounds; ++round) {
        row.reference.add(send_by_curl(gateway.sending(sink.port()), count));
        const std::uint64_t before = sink.delivered();
        row.figure.add(channel.deliver(static_cast<std::uint32_t>(count)));
        if (sink.delivered() != before + static_cast<std::uint64_t>(count)) {
            throw std::runtime_error("the gateway did not get each message once");
        }
    }
    row.ratio = row.figure / row.reference;
    row.print();
}

void measure_whole(const Words& words) {
    const Gateway gateway = Gateway::named(words.at(1));
    const auto count = std::stoul(words.at(2));
    const auto behind_host = std::find(words.begin() + 5, words.end(), "--");
    const Sink sink(gateway.speech);
    gateway.write_options(words.at(4), sink.port());
    Child host({words.begin() + 5, behind_host});
    wait_for(words.at(3), host);
    Child daemon({behind_host + 1, words.end()});
    const auto wait_until = [&](std::uint64_t delivered) {
        while (sink.delivered() < delivered) {
            daemon.must_run();
            ::usleep(between_looks);
        }
    };
    wait_until(1);
    const double took = microseconds([&] { wait_until(count); });
    std::printf("%g\n", static_cast<double>(count - 1) * microseconds_in_a_second / took);
}

void be_dead(const Words& words) {
    const Sink sink(Speech::silence);
    if (!(std::ofstream(words.at(1)) << sink.port() << std::flush)) {
        throw std::runtime_error("cannot write " + words.at(1));
    }
    for (;;) {
        ::pause();
    }
}

} // namespace loquet::bench
