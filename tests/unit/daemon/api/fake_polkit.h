// SPDX-License-Identifier: LGPL-2.1-or-later
// polkit as a test scripts it, on a private bus: what it is asked, and what it lets pass. It works on a thread of its
// own; everything public may be called from the test's thread.
#pragma once

#include "lib/bus/call.h"
#include "lib/bus/connection.h"
#include "lib/bus/loop.h"

#include <cstdint>
#include <future>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace loquet::tests {

class FakePolkit {
public:
    struct Question {
        std::string subject_kind; ///< "system-bus-name"
        std::string subject;      ///< a unique name
        std::string action;
        std::uint32_t flags = 0;  ///< 1: a person may be asked
        std::string cancellation; ///< under which it can be taken back
    };
    enum class Manner : std::uint8_t {
        answers,
        wants_a_person,     ///< it would allow what a person permits, and no person is there
        waits_for_a_person, ///< who does not answer; without one it answers
        fails,
        is_silent,
        talks_nonsense,
    };

    /// On the bus when this returns.
    explicit FakePolkit(const std::string& address);
    ~FakePolkit();
    FakePolkit(const FakePolkit&) = delete;
    FakePolkit& operator=(const FakePolkit&) = delete;

    void allow(std::set<std::string> actions);
    void behave(Manner manner);
    /// Since the last time.
    [[nodiscard]] std::vector<Question> take_questions();
    /// Of all that were taken back, how they were called.
    [[nodiscard]] std::set<std::string> cancelled() const;

private:
    void work(const std::string& address, std::promise<bus::Loop*>& ready);
    void answer(bus::Call call);
    void cancel(bus::Call call);
    static int received(sd_bus_message* message, void* self, sd_bus_error* error) noexcept;

    mutable std::mutex mutex_;
    std::set<std::string> allowed_;               ///< guarded by mutex_
    Manner manner_ = Manner::answers;             ///< guarded by mutex_
    std::vector<Question> questions_;             ///< guarded by mutex_
    std::set<std::string> cancelled_;             ///< guarded by mutex_
    std::map<std::string, bus::Call> unanswered_; ///< by cancellation; the thread's own
    bus::Loop* loop_ = nullptr;
    std::thread thread_;
};

} // namespace loquet::tests
