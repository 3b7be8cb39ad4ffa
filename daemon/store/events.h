// SPDX-License-Identifier: LGPL-2.1-or-later
// What the store tells the loop of its commits, and who hears it. A new kind of event is a struct here, one more type
// in Event, WriteTxn::after_commit() where it happens and Store::on() where it is heard. Loop thread, apart from the
// plain values.
#pragma once

#include "daemon/model/ids.h"
#include "lib/base/function.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace loquet::store {

// Each has add(), which takes an event of the same kind that came after it in the same commit: a commit tells of a kind
// once.

/// What everybody may know of accounts and groups is another now. In no order, perhaps more than once: what was added,
/// changed or erased.
struct PublicChange {
    std::vector<model::Uid> accounts;
    std::vector<std::uint32_t> groups; ///< GIDs; also those whose members are others now
    /// How many commits changed something public, this one included: the store's state and a copy of it agree if
    /// their generations do (PublicAccounts::generation). The writer fills it in.
    std::uint64_t generation = 0;

    void add(const PublicChange& later) {
        generation = std::max(generation, later.generation);
        accounts.insert(accounts.end(), later.accounts.begin(), later.accounts.end());
        groups.insert(groups.end(), later.groups.begin(), later.groups.end());
    }
};

/// The courier has to look at these messages.
struct MessagesAdded {
    std::vector<std::uint64_t> numbers;

    void add(const MessagesAdded& later) { numbers.insert(numbers.end(), later.numbers.begin(), later.numbers.end()); }
};

/// Store::writable() is another now. Told by the writer itself, once for all that was queued at one moment.
struct WritabilityChanged {
    std::string why; ///< it cannot be written, a sentence for the operator; empty: it can be written again

    [[nodiscard]] bool writable() const noexcept { return why.empty(); }
    void add(const WritabilityChanged& later) { why = later.why; }
};

using Event = std::variant<PublicChange, MessagesAdded, WritabilityChanged>;

/// In the order in which a kind of event was first added; one of each.
class Events {
public:
    void add(Event event);
    void add(Events later);
    /// Nothing (nullptr) if there is no event of that kind.
    template <class Kind>
    [[nodiscard]] Kind* find() noexcept {
        for (Event& event : events_) {
            if (auto* const found = std::get_if<Kind>(&event)) {
                return found;
            }
        }
        return nullptr;
    }
    [[nodiscard]] bool empty() const noexcept { return events_.empty(); }
    [[nodiscard]] auto begin() const noexcept { return events_.begin(); }
    [[nodiscard]] auto end() const noexcept { return events_.end(); }

private:
    std::vector<Event> events_;
};

/// Ends what an observer is told, when it dies. It may outlive the store.
class [[nodiscard]] Subscription {
public:
    Subscription() = default;

private:
    friend class Observers;
    explicit Subscription(std::shared_ptr<void> observer) : observer_(std::move(observer)) {}
    std::shared_ptr<void> observer_;
};

/// Who hears of events, in the order of subscription.
class Observers {
public:
    using Observer = base::Function<void(const Event&)>;

    /// It hears of what is announced from now on, not of what waits for the loop already.
    Subscription add(Observer observer);
    /// Any thread. Events have happened; the number goes to tell(), on the loop.
    [[nodiscard]] std::uint64_t announce() noexcept { return ++announced_; }
    /// An observer may subscribe others and end any subscription, its own included.
    void tell(std::uint64_t announced, const Events& events);

private:
    struct Listener {
        std::weak_ptr<Observer> observer;
        std::uint64_t since = 0; ///< what was announced before it came
    };
    std::vector<Listener> listeners_;
    std::atomic<std::uint64_t> announced_ = 0;
};

} // namespace loquet::store
