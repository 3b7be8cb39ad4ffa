// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/events.h"

#include <algorithm>
#include <type_traits>

namespace loquet::store {

void Events::add(Event event) {
    const auto same = std::find_if(events_.begin(), events_.end(),
                                   [&](const Event& before) { return before.index() == event.index(); });
    if (same == events_.end()) {
        events_.push_back(std::move(event));
        return;
    }
    std::visit([&](auto& before) { before.add(std::get<std::decay_t<decltype(before)>>(event)); }, *same);
}

void Events::add(Events later) {
    for (Event& event : later.events_) {
        add(std::move(event));
    }
}

Subscription Observers::add(Observer observer) {
    const auto added = std::make_shared<Observer>(std::move(observer));
    std::erase_if(listeners_, [](const Listener& before) { return before.observer.expired(); });
    listeners_.push_back({added, announced_});
    return Subscription(added);
}

void Observers::tell(std::uint64_t announced, const Events& events) {
    const auto all = listeners_; // those of this moment, whatever they do to the list
    for (const Event& event : events) {
        for (const Listener& listener : all) {
            const auto alive = listener.since < announced ? listener.observer.lock() : nullptr;
            if (alive) {
                (*alive)(event);
            }
        }
    }
}

} // namespace loquet::store
