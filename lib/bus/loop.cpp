// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/bus/loop.h"

#include "lib/base/clock.h"
#include "lib/bus/message.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <ctime>
#include <iterator>
#include <limits>
#include <utility>

namespace loquet::bus {

namespace {

constexpr base::Milliseconds between_retries{100};

std::uint64_t boottime() {
    timespec now{};
    ::clock_gettime(CLOCK_BOOTTIME, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000U + static_cast<std::uint64_t>(now.tv_nsec) / 1000U;
}

} // namespace

struct Source::State {
    Loop* loop = nullptr;
    base::Function<void(std::uint32_t)> on_event;
    base::Handle<sd_event_source, sd_event_source_disable_unref> source;
    bool* gone = nullptr; ///< set while the callback runs, to notice that it destroyed this object

    State() = default;
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() {
        if (gone != nullptr) {
            *gone = true;
        }
    }

    int run(std::uint32_t events) noexcept {
        bool destroyed = false;
        gone = &destroyed;
        Loop& owner = *loop;
        auto call = std::move(on_event); // the callback may destroy this object and with it the closure it runs in
        try {
            call(events);
        } catch (...) {
            owner.fail(std::current_exception());
        }
        if (!destroyed) {
            gone = nullptr;
            on_event = std::move(call);
        }
        return 0;
    }

    static int io(sd_event_source* /*source*/, int /*fd*/, std::uint32_t events, void* self) {
        return static_cast<State*>(self)->run(events);
    }
    static int time(sd_event_source* /*source*/, std::uint64_t /*usec*/, void* self) {
        return static_cast<State*>(self)->run(0);
    }
    static int signal(sd_event_source* /*source*/, const signalfd_siginfo* /*info*/, void* self) {
        return static_cast<State*>(self)->run(0);
    }
};

Source::Source(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
Source::Source() noexcept = default;
Source::Source(Source&&) noexcept = default;
Source& Source::operator=(Source&&) noexcept = default;
Source::~Source() = default;

Loop::Loop() {
    sd_event* event = nullptr;
    check(sd_event_new(&event), "cannot create an event loop");
    event_.reset(event);
    wake_ = base::Fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!wake_) {
        throw base::system_error(errno, "cannot create an eventfd");
    }
    wake_source_ = watch(wake_.get(), EPOLLIN, [this](std::uint32_t) { drain(); });
    retry_ = after(base::Milliseconds(0), [] {}); // opens the descriptor of all timers that follow
}

Loop::~Loop() {
    std::deque<base::Job> dropped;
    const std::lock_guard lock(mutex_);
    dying_ = true;
    dropped.swap(posted_); // destroyed after the lock
}

void Loop::run() {
    while (!stopped_) {
        turn(std::numeric_limits<std::uint64_t>::max());
    }
    stopped_ = false;
}

void Loop::run_once(base::Milliseconds timeout) {
    turn(base::microseconds(timeout));
}

/// Not sd_event_loop() and sd_event_exit(), after which nothing can be run to an orderly end; and sd_event_run() in its
/// parts, between which descriptors are seen to.
void Loop::turn(std::uint64_t microseconds) {
    int ready = check(sd_event_prepare(event_.get()), "the event loop failed");
    if (ready == 0) {
        ready = check(sd_event_wait(event_.get(), microseconds), "the event loop failed");
    }
    if (ready > 0) {
        look_after_descriptors();
        check(sd_event_dispatch(event_.get()), "the event loop failed");
    }
    if (failure_) {
        std::rethrow_exception(std::exchange(failure_, nullptr));
    }
}

void Loop::look_after_descriptors() {
    using State = DescriptorReserve::State;
    const State before = descriptors_.state();
    const State now = descriptors_.make_room();
    if (now == before && now != State::none) {
        return;
    }
    pause(now == State::none);
    if (few_descriptors_ && (before == State::enough) != (now == State::enough)) {
        few_descriptors_(now != State::enough);
    }
}

void Loop::pause(bool paused) {
    for (sd_bus* const bus : *buses_) {
        if (paused) {
            check(sd_bus_detach_event(bus), "cannot let the bus wait");
        } else if (sd_bus_get_event(bus) == nullptr) {
            check(sd_bus_attach_event(bus, event_.get(), SD_EVENT_PRIORITY_NORMAL), "cannot go on with the bus");
        }
    }
    retry_ = paused ? after(between_retries, [] {}) : Source(); // its turn of the loop looks again
}

std::shared_ptr<void> Loop::attach(sd_bus* bus) {
    check(sd_bus_attach_event(bus, event_.get(), SD_EVENT_PRIORITY_NORMAL), "cannot attach the bus to the loop");
    buses_->insert(bus);
    return {nullptr, [buses = buses_, bus](void*) { buses->erase(bus); }};
}

void Loop::stop() {
    stopped_ = true;
}

void Loop::fail(std::exception_ptr failure) noexcept {
    if (!failure_) {
        failure_ = std::move(failure);
    }
}

void Loop::post(base::Job job) {
    bool first = false;
    {
        const std::lock_guard lock(mutex_);
        if (dying_) {
            return;
        }
        first = posted_.empty();
        posted_.push_back(std::move(job));
    }
    if (first) {
        wake();
    }
}

void Loop::wake() noexcept {
    const std::uint64_t one = 1;
    (void)!::write(wake_.get(), &one, sizeof one);
}

void Loop::drain() {
    std::uint64_t count = 0;
    (void)!::read(wake_.get(), &count, sizeof count);
    std::deque<base::Job> jobs;
    {
        const std::lock_guard lock(mutex_);
        jobs.swap(posted_);
    }
    while (!jobs.empty()) {
        base::Job job = std::move(jobs.front());
        jobs.pop_front();
        try {
            job();
        } catch (...) {
            fail(std::current_exception());
            break;
        }
    }
    if (!jobs.empty()) { // behind one that threw
        const std::lock_guard lock(mutex_);
        posted_.insert(posted_.begin(), std::make_move_iterator(jobs.begin()), std::make_move_iterator(jobs.end()));
        wake();
    }
}

Source Loop::watch(int fd, std::uint32_t events, base::Function<void(std::uint32_t)> ready) {
    auto state = std::make_unique<Source::State>();
    state->loop = this;
    state->on_event = std::move(ready);
    sd_event_source* source = nullptr;
    check(sd_event_add_io(event_.get(), &source, fd, events, &Source::State::io, state.get()),
          "cannot watch a file descriptor");
    state->source.reset(source);
    return Source(std::move(state));
}

Source Loop::after(base::Milliseconds delay, base::Job due) {
    auto state = std::make_unique<Source::State>();
    state->loop = this;
    state->on_event = [due = std::move(due)](std::uint32_t) mutable { due(); };
    sd_event_source* source = nullptr;
    // From now, not from when this turn of the loop began, as sd_event_add_time_relative() would have it.
    check(sd_event_add_time(event_.get(), &source, CLOCK_BOOTTIME, boottime() + base::microseconds(delay), 1000,
                            &Source::State::time, state.get()),
          "cannot set a timer");
    state->source.reset(source);
    return Source(std::move(state));
}

Source Loop::on_signal(int signal, base::Job received) {
    sigset_t one;
    ::sigemptyset(&one);
    ::sigaddset(&one, signal);
    ::pthread_sigmask(SIG_BLOCK, &one, nullptr);
    auto state = std::make_unique<Source::State>();
    state->loop = this;
    state->on_event = [received = std::move(received)](std::uint32_t) mutable { received(); };
    sd_event_source* source = nullptr;
    check(sd_event_add_signal(event_.get(), &source, signal, &Source::State::signal, state.get()),
          "cannot wait for a signal");
    state->source.reset(source);
    return Source(std::move(state));
}

base::Task<void> Loop::sleep(base::Milliseconds delay) {
    base::Promise<void> promise;
    auto done = promise.future();
    const Source timer = after(delay, [&promise] { promise.set(); });
    co_await done;
}

} // namespace loquet::bus
