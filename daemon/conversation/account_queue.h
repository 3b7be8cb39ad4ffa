// SPDX-License-Identifier: LGPL-2.1-or-later
// One evaluation at a time for each name, and a short, fair queue in front of it: seats take turns, so a flood from one
// place does not keep the owner out at another. Loop thread; outlives its guards.
#pragma once

#include "daemon/model/ids.h"
#include "lib/base/task.h"

#include <deque>
#include <unordered_map>
#include <vector>

namespace loquet::conversation {

class AccountQueue {
public:
    /// The right to evaluate; the next in line gets it when this dies.
    class [[nodiscard]] Turn {
    public:
        Turn(AccountQueue* queue, const model::Digest& identity) noexcept : queue_(queue), identity_(identity) {}
        Turn(Turn&& other) noexcept : queue_(std::exchange(other.queue_, nullptr)), identity_(other.identity_) {}
        Turn& operator=(Turn&&) = delete;
        Turn(const Turn&) = delete;
        Turn& operator=(const Turn&) = delete;
        ~Turn() {
            if (queue_ != nullptr) {
                queue_->next(identity_);
            }
        }

    private:
        AccountQueue* queue_;
        model::Digest identity_;
    };

    /// Waits for its turn. Throws Error (busy) when limits::waiting_per_account already wait, or the seat alone has
    /// half of them.
    base::Task<Turn> enter(model::Digest identity, model::Digest seat);

    /// The helpdesk's turn: after the evaluation that runs, before all who wait, in a place of its own that no flood of
    /// answers can take. Throws Error (busy) when limits::waiting_maintenance already wait.
    base::Task<Turn> enter_for_maintenance(model::Digest identity);

    /// Answers that wait; maintenance is not among them.
    [[nodiscard]] std::size_t waiting(const model::Digest& identity) const;
    [[nodiscard]] bool idle() const noexcept { return lines_.empty(); }

private:
    struct SeatLine {
        model::Digest seat;
        std::deque<base::Promise<void>> waiting;
    };
    /// Who waits for one name; present while somebody evaluates.
    struct Line {
        std::deque<base::Promise<void>> maintenance; ///< before all seats
        std::deque<SeatLine> seats;                  ///< the front has the next turn
        std::size_t waiting = 0;
    };
    static base::Future<void> line_up(Line& line, const model::Digest& seat);
    [[nodiscard]] static base::Promise<void> take_next(Line& line);
    void next(const model::Digest& identity);

    std::unordered_map<model::Digest, Line, model::DigestHash> lines_;
};

} // namespace loquet::conversation
