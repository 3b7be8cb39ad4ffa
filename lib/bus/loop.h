// SPDX-License-Identifier: LGPL-2.1-or-later
// The event loop that owns all state of a process: sd-event, with objects for its sources. Everything here belongs to
// the loop's thread, except post().
#pragma once

#include "lib/base/clock.h"
#include "lib/base/file.h"
#include "lib/base/function.h"
#include "lib/base/handle.h"
#include "lib/base/task.h"
#include "lib/bus/descriptor_reserve.h"

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <set>

namespace loquet::bus {

/// Keeps a callback registered; destroying it unregisters. Safe to destroy from inside its own callback.
class Source {
public:
    struct State;
    Source() noexcept;
    explicit Source(std::unique_ptr<State> state) noexcept;
    Source(Source&&) noexcept;
    Source& operator=(Source&&) noexcept;
    ~Source();
    explicit operator bool() const noexcept { return state_ != nullptr; }

private:
    std::unique_ptr<State> state_;
};

class Loop final : public base::Executor {
public:
    Loop();
    ~Loop() override;
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    /// Runs until stop(). Exceptions that leave a callback end the loop and come out here, the first one where there
    /// are several. What was queued stays queued: the loop may be run again, to end in order.
    void run();
    /// Handles what is ready, waiting at most `timeout` for the first event; for tests and short programs.
    void run_once(base::Milliseconds timeout);
    void stop();
    /// Ends the loop with this failure; for C callbacks, which exceptions may not leave.
    void fail(std::exception_ptr failure) noexcept;

    /// Thread-safe: `job` runs on the loop's thread, in the order of posting. Jobs still queued when the loop dies are
    /// dropped, and what their destructors post too.
    void post(base::Job job) override;

    /// Calls `ready` with the EPOLL* events whenever `fd` (not owned) has one of `events`.
    [[nodiscard]] Source watch(int fd, std::uint32_t events, base::Function<void(std::uint32_t)> ready);
    /// Calls `due` once, after `delay` of CLOCK_BOOTTIME (a lock that ends while the machine sleeps ends).
    [[nodiscard]] Source after(base::Milliseconds delay, base::Job due);
    /// Calls `received` for the signal, which must be blocked in all threads.
    [[nodiscard]] Source on_signal(int signal, base::Job received);
    /// `co_await loop.sleep(...)`.
    [[nodiscard]] base::Task<void> sleep(base::Milliseconds delay);

    /// Handles what arrives for `bus` until the result is destroyed, which may be after the loop; not while there is no
    /// free descriptor for what a message may bring: libsystemd would take that for the end of the connection.
    [[nodiscard]] std::shared_ptr<void> attach(sd_bus* bus);
    /// Calls `changed` when the process comes to its last free descriptors (true), and when it has enough again.
    void on_few_descriptors(base::Function<void(bool few)> changed) { few_descriptors_ = std::move(changed); }
    [[nodiscard]] bool has_few_descriptors() const noexcept {
        return descriptors_.state() != DescriptorReserve::State::enough;
    }
    /// What brings a descriptor now is to be refused.
    [[nodiscard]] bool refuses_descriptors() const noexcept { return descriptors_.is_used_up(); }

    [[nodiscard]] sd_event* raw() noexcept { return event_.get(); }

private:
    void turn(std::uint64_t microseconds);
    void drain();
    void wake() noexcept;
    void look_after_descriptors();
    void pause(bool paused);

    using Buses = std::set<sd_bus*>;

    DescriptorReserve descriptors_; ///< first, while the numbers are low
    base::Handle<sd_event, sd_event_unref> event_;
    base::Fd wake_;
    std::mutex mutex_;
    std::deque<base::Job> posted_; ///< guarded by mutex_
    bool dying_ = false;           ///< guarded by mutex_
    bool stopped_ = false;
    std::exception_ptr failure_;
    Source wake_source_;
    Source retry_; ///< set while no bus is read
    std::shared_ptr<Buses> buses_ = std::make_shared<Buses>();
    base::Function<void(bool)> few_descriptors_;
};

} // namespace loquet::bus
