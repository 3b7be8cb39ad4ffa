// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/conversation/account_queue.h"

#include "lib/base/limits.h"

#include <algorithm>
#include <deque>
#include <unordered_map>

namespace loquet::conversation {

namespace {

[[noreturn]] void refuse() {
    throw base::Error(base::Error::Kind::busy, "too many attempts are waiting for this account; try again in a moment");
}

} // namespace

class AccountQueue::Lines : public std::enable_shared_from_this<Lines> {
public:
    explicit Lines(base::Executor& loop) noexcept : loop_(loop) {}

    /// In the frame of who waits, and in line until it is chosen or the frame goes.
    class Place {
    public:
        Place(std::shared_ptr<Lines> lines, const model::Digest& identity)
            : lines_(std::move(lines)), identity_(identity), turn_(lines_->loop_) {}
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;
        ~Place() {
            if (in_line_) {
                lines_->leave(*this);
            }
        }
        [[nodiscard]] base::Future<Turn> future() const { return turn_.future(); }

    private:
        friend class Lines;
        std::shared_ptr<Lines> lines_;
        model::Digest identity_;
        base::Promise<Turn> turn_;
        bool in_line_ = false;
    };

    /// The turn, where nobody evaluates.
    [[nodiscard]] std::optional<Turn> enter(const model::Digest& identity) {
        return lines_.try_emplace(identity).second ? std::optional(Turn(shared_from_this(), identity)) : std::nullopt;
    }
    void line_up(Place& place, const model::Digest& seat);
    void line_up_for_maintenance(Place& place);
    void hand_over(const model::Digest& identity);

    [[nodiscard]] std::size_t waiting(const model::Digest& identity) const {
        const auto line = lines_.find(identity);
        return line == lines_.end() ? 0 : line->second.waiting;
    }
    [[nodiscard]] bool empty() const noexcept { return lines_.empty(); }

private:
    struct SeatLine {
        model::Digest seat;
        std::deque<Place*> waiting;
    };
    /// Who waits for one name; present while somebody evaluates.
    struct Line {
        std::deque<Place*> maintenance; ///< before all seats
        std::deque<SeatLine> seats;     ///< the front has the next turn
        std::size_t waiting = 0;        ///< at all seats
    };
    [[nodiscard]] static Place* take_next(Line& line);
    void leave(Place& place) noexcept;

    base::Executor& loop_;
    std::unordered_map<model::Digest, Line, model::DigestHash> lines_;
};

AccountQueue::AccountQueue(base::Executor& loop) : lines_(std::make_shared<Lines>(loop)) {}

AccountQueue::Turn::~Turn() {
    if (lines_) {
        lines_->hand_over(identity_);
    }
}

base::Task<AccountQueue::Turn> AccountQueue::enter(model::Digest identity, model::Digest seat) {
    if (auto now = lines_->enter(identity)) {
        co_return *std::move(now);
    }
    Lines::Place place(lines_, identity);
    lines_->line_up(place, seat);
    auto waiting = place.future();
    Turn turn = co_await waiting;
    co_return turn;
}

base::Task<AccountQueue::Turn> AccountQueue::enter_for_maintenance(model::Digest identity) {
    if (auto now = lines_->enter(identity)) {
        co_return *std::move(now);
    }
    Lines::Place place(lines_, identity);
    lines_->line_up_for_maintenance(place);
    auto waiting = place.future();
    Turn turn = co_await waiting;
    co_return turn;
}

void AccountQueue::Lines::line_up(Place& place, const model::Digest& seat) {
    Line& line = lines_.at(place.identity_);
    auto mine = std::find_if(line.seats.begin(), line.seats.end(), [&](const SeatLine& s) { return s.seat == seat; });
    const std::size_t of_this_seat = mine == line.seats.end() ? 0 : mine->waiting.size();
    if (line.waiting >= limits::waiting_per_account || of_this_seat >= limits::waiting_per_account / 2) {
        refuse();
    }
    if (mine == line.seats.end()) {
        mine = line.seats.insert(line.seats.end(), SeatLine{seat, {}});
    }
    mine->waiting.push_back(&place);
    ++line.waiting;
    place.in_line_ = true;
}

void AccountQueue::Lines::line_up_for_maintenance(Place& place) {
    auto& line = lines_.at(place.identity_).maintenance;
    if (line.size() >= limits::waiting_maintenance) {
        refuse();
    }
    line.push_back(&place);
    place.in_line_ = true;
}

void AccountQueue::Lines::leave(Place& place) noexcept {
    Line& line = lines_.at(place.identity_);
    if (std::erase(line.maintenance, &place) != 0) {
        return;
    }
    for (auto seat = line.seats.begin(); seat != line.seats.end(); ++seat) {
        if (std::erase(seat->waiting, &place) != 0) {
            --line.waiting;
            if (seat->waiting.empty()) {
                line.seats.erase(seat);
            }
            return;
        }
    }
}

AccountQueue::Lines::Place* AccountQueue::Lines::take_next(Line& line) {
    if (!line.maintenance.empty()) {
        Place* chosen = line.maintenance.front();
        line.maintenance.pop_front();
        return chosen;
    }
    if (line.seats.empty()) {
        return nullptr;
    }
    SeatLine seat = std::move(line.seats.front());
    line.seats.pop_front();
    Place* chosen = seat.waiting.front();
    seat.waiting.pop_front();
    --line.waiting;
    if (!seat.waiting.empty()) {
        line.seats.push_back(std::move(seat));
    }
    return chosen;
}

void AccountQueue::Lines::hand_over(const model::Digest& identity) {
    const auto line = lines_.find(identity);
    Place* next = take_next(line->second);
    if (next == nullptr) {
        lines_.erase(line);
        return;
    }
    next->in_line_ = false;
    loop_.post([self = shared_from_this(), identity, chosen = std::move(next->turn_)]() mutable {
        if (chosen.wanted()) {
            chosen.set(Turn(std::move(self), identity));
        } else {
            self->hand_over(identity); // it left meanwhile
        }
    });
}

std::size_t AccountQueue::waiting(const model::Digest& identity) const {
    return lines_->waiting(identity);
}

bool AccountQueue::idle() const noexcept {
    return lines_->empty();
}

} // namespace loquet::conversation
