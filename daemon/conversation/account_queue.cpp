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
    class Waiter {
    public:
        Waiter(std::shared_ptr<Lines> lines, const model::Digest& identity)
            : lines_(std::move(lines)), identity_(identity), turn_(lines_->loop_) {}
        Waiter(const Waiter&) = delete;
        Waiter& operator=(const Waiter&) = delete;
        ~Waiter() {
            if (in_line_) {
                lines_->leave(*this);
            }
        }
        [[nodiscard]] base::Future<Permit> future() const { return turn_.future(); }

    private:
        friend class Lines;
        std::shared_ptr<Lines> lines_;
        model::Digest identity_;
        base::Promise<Permit> turn_;
        bool in_line_ = false;
    };

    /// The turn, where nobody evaluates.
    [[nodiscard]] std::optional<Permit> acquire(const model::Digest& identity) {
        return lines_.try_emplace(identity).second ? std::optional(Permit(shared_from_this(), identity)) : std::nullopt;
    }
    void line_up(Waiter& waiter, const model::Digest& place);
    void line_up_for_maintenance(Waiter& waiter);
    void hand_over(const model::Digest& identity);

    [[nodiscard]] std::size_t waiting(const model::Digest& identity) const {
        const auto line = lines_.find(identity);
        return line == lines_.end() ? 0 : line->second.waiting;
    }
    [[nodiscard]] bool empty() const noexcept { return lines_.empty(); }

private:
    struct PlaceLine {
        model::Digest place;
        std::deque<Waiter*> waiting;
    };
    /// Who waits for one name; present while somebody evaluates.
    struct Line {
        std::deque<Waiter*> maintenance; ///< before all places
        std::deque<PlaceLine> places;    ///< the front has the next turn
        std::size_t waiting = 0;         ///< at all places
    };
    [[nodiscard]] static Waiter* take_next(Line& line);
    void leave(Waiter& waiter) noexcept;

    base::Executor& loop_;
    std::unordered_map<model::Digest, Line, model::DigestHash> lines_;
};

AccountQueue::AccountQueue(base::Executor& loop) : lines_(std::make_shared<Lines>(loop)) {}

AccountQueue::Permit::~Permit() {
    if (lines_) {
        lines_->hand_over(identity_);
    }
}

base::Task<AccountQueue::Permit> AccountQueue::acquire(model::Digest identity, model::Digest place) {
    if (auto now = lines_->acquire(identity)) {
        co_return *std::move(now);
    }
    Lines::Waiter waiter(lines_, identity);
    lines_->line_up(waiter, place);
    auto waiting = waiter.future();
    Permit turn = co_await waiting;
    co_return turn;
}

base::Task<AccountQueue::Permit> AccountQueue::acquire_for_maintenance(model::Digest identity) {
    if (auto now = lines_->acquire(identity)) {
        co_return *std::move(now);
    }
    Lines::Waiter waiter(lines_, identity);
    lines_->line_up_for_maintenance(waiter);
    auto waiting = waiter.future();
    Permit turn = co_await waiting;
    co_return turn;
}

void AccountQueue::Lines::line_up(Waiter& waiter, const model::Digest& place) {
    Line& line = lines_.at(waiter.identity_);
    auto mine =
        std::find_if(line.places.begin(), line.places.end(), [&](const PlaceLine& s) { return s.place == place; });
    const std::size_t of_this_place = mine == line.places.end() ? 0 : mine->waiting.size();
    if (line.waiting >= limits::waiting_per_account || of_this_place >= limits::waiting_per_account / 2) {
        refuse();
    }
    if (mine == line.places.end()) {
        mine = line.places.insert(line.places.end(), PlaceLine{place, {}});
    }
    mine->waiting.push_back(&waiter);
    ++line.waiting;
    waiter.in_line_ = true;
}

void AccountQueue::Lines::line_up_for_maintenance(Waiter& waiter) {
    auto& line = lines_.at(waiter.identity_).maintenance;
    if (line.size() >= limits::waiting_maintenance) {
        refuse();
    }
    line.push_back(&waiter);
    waiter.in_line_ = true;
}

void AccountQueue::Lines::leave(Waiter& waiter) noexcept {
    Line& line = lines_.at(waiter.identity_);
    if (std::erase(line.maintenance, &waiter) != 0) {
        return;
    }
    for (auto place = line.places.begin(); place != line.places.end(); ++place) {
        if (std::erase(place->waiting, &waiter) != 0) {
            --line.waiting;
            if (place->waiting.empty()) {
                line.places.erase(place);
            }
            return;
        }
    }
}

AccountQueue::Lines::Waiter* AccountQueue::Lines::take_next(Line& line) {
    if (!line.maintenance.empty()) {
        Waiter* chosen = line.maintenance.front();
        line.maintenance.pop_front();
        return chosen;
    }
    if (line.places.empty()) {
        return nullptr;
    }
    PlaceLine place = std::move(line.places.front());
    line.places.pop_front();
    Waiter* chosen = place.waiting.front();
    place.waiting.pop_front();
    --line.waiting;
    if (!place.waiting.empty()) {
        line.places.push_back(std::move(place));
    }
    return chosen;
}

void AccountQueue::Lines::hand_over(const model::Digest& identity) {
    const auto line = lines_.find(identity);
    Waiter* next = take_next(line->second);
    if (next == nullptr) {
        lines_.erase(line);
        return;
    }
    next->in_line_ = false;
    loop_.post([self = shared_from_this(), identity, chosen = std::move(next->turn_)]() mutable {
        if (chosen.wanted()) {
            chosen.set(Permit(std::move(self), identity));
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
