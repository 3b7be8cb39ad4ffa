// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/conversation/dialog_table.h"

#include "lib/base/error.h"
#include "lib/base/limits.h"

#include <vector>

namespace loquet::conversation {

using base::Error;

namespace {

template <class Map, class Key>
std::size_t count_of(const Map& map, const Key& key) {
    const auto place = map.find(key);
    return place == map.end() ? 0 : place->second;
}

template <class Map, class Key>
void count_down(Map& map, const Key& key) {
    const auto place = map.find(key);
    if (place != map.end() && --place->second == 0) {
        map.erase(place);
    }
}

} // namespace

void DialogTable::require_room(const Client& client) const {
    if (count_of(of_sender_, client.sender) >= limits::conversations_per_caller) {
        throw Error(Error::Kind::limited, "too many open dialogs on this connection: end one of them first");
    }
    if (!client.is_root() && count_of(of_uid_, client.uid) >= limits::conversations_per_uid) {
        throw Error(Error::Kind::limited, "too many open dialogs of this user: end one of them first");
    }
    if (dialogs_.size() >= limits::conversations) {
        throw Error(Error::Kind::limited, "too many open dialogs on this machine: try again in a moment");
    }
}

DialogId DialogTable::add(std::shared_ptr<Dialog> dialog) {
    ++of_sender_[dialog->client.sender];
    ++of_uid_[dialog->client.uid];
    dialogs_.emplace(++last_, std::move(dialog));
    return last_;
}

std::shared_ptr<Dialog> DialogTable::find(DialogId id, std::string_view sender) const {
    const auto place = dialogs_.find(id);
    if (place == dialogs_.end() || place->second->client.sender != sender) {
        throw Error(Error::Kind::not_found, "there is no such dialog: it ended, timed out, or is somebody else's");
    }
    return place->second;
}

void DialogTable::remove(DialogId id) {
    const auto place = dialogs_.find(id);
    if (place != dialogs_.end()) {
        count_down(of_sender_, place->second->client.sender);
        count_down(of_uid_, place->second->client.uid);
        dialogs_.erase(place);
    }
}

std::vector<std::shared_ptr<Dialog>> DialogTable::remove_all_of(std::string_view sender) {
    std::vector<std::shared_ptr<Dialog>> removed;
    if (!of_sender_.contains(sender)) {
        return removed;
    }
    std::vector<DialogId> ids;
    for (const auto& [id, dialog] : dialogs_) {
        if (dialog->client.sender == sender) {
            ids.push_back(id);
            removed.push_back(dialog);
        }
    }
    for (const DialogId id : ids) {
        remove(id);
    }
    return removed;
}

} // namespace loquet::conversation
