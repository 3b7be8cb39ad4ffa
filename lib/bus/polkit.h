// SPDX-License-Identifier: LGPL-2.1-or-later
// Asks polkit whether a caller may do something; asynchronously, because a person may have to type a password for it.
// Loop thread.
#pragma once

#include "lib/bus/connection.h"

#include <cstdint>
#include <exception>
#include <list>
#include <memory>
#include <string>
#include <string_view>

namespace loquet::bus {

class Polkit {
public:
    struct Question {
        std::string sender; ///< the caller's unique bus name, which is the subject (never a PID, which may be reused)
        std::uint32_t uid = 0;
        std::string action;
        bool may_interact = false; ///< an agent may ask a person
    };
    enum class Verdict : std::uint8_t {
        allowed,
        refused,
        interaction_required, ///< a person could allow it, and may not be asked
    };

    explicit Polkit(Connection& connection) : connection_(connection) {}
    Polkit(const Polkit&) = delete;
    Polkit& operator=(const Polkit&) = delete;

    /// Throws Error: `busy` where this user, or all together, have too many questions that wait (limits.h);
    /// `unavailable` where polkit is absent, fails, or does not answer in time.
    [[nodiscard]] base::Task<Verdict> ask(Question question);
    /// The caller left the bus: nobody has to answer for it any more. What it asked counts until polkit has ended it.
    void forget(std::string_view sender);
    /// Who waits for an answer gets Error::Kind::unavailable, by a job of the loop.
    void cancel_all() noexcept { questions_.cancel_all(); }
    [[nodiscard]] std::size_t pending() const noexcept { return pending_->size(); }

private:
    struct Pending {
        std::string sender;
        std::uint32_t uid;
        bool may_interact;
        std::string cancellation;
    };
    class Entry;

    base::Task<Verdict> put(Question question);
    void require_room(const Question& question) const;
    [[nodiscard]] Message message_for(const Question& question, const std::string& cancellation);

    Connection& connection_;
    std::shared_ptr<std::list<Pending>> pending_ = std::make_shared<std::list<Pending>>(); ///< a question may end last
    std::uint64_t last_ = 0;
    base::TaskGroup questions_{[](const std::exception_ptr&) {}}; ///< what they throw goes to who waits
};

} // namespace loquet::bus
