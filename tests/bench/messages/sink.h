// SPDX-License-Identifier: LGPL-2.1-or-later
// A gateway on 127.0.0.1 that says yes to everything, and so fast that it is never what is measured: one process with
// one epoll loop. Make it before anything that has threads. One thread.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstdint>

namespace loquet::bench {

enum class Speech {
    smtp,
    http,
    silence, ///< takes connections and never says a word: a dead gateway
};

class Sink {
public:
    /// Listens when this returns, on a port of its own, and ends with this object or this process.
    explicit Sink(Speech speech);
    Sink(const Sink&) = delete;
    Sink& operator=(const Sink&) = delete;
    ~Sink();

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
    /// Messages that it said yes to.
    [[nodiscard]] std::uint64_t delivered() const noexcept { return delivered_->load(); }

private:
    std::atomic<std::uint64_t>* delivered_; ///< shared with the process
    std::uint16_t port_ = 0;
    pid_t pid_ = -1;
};

} // namespace loquet::bench
