// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/config/complaints.h"

#include "lib/base/error.h"
#include "lib/base/text.h"

namespace loquet::config {

void Complaints::add(std::string_view position, std::string_view what) {
    lines_.push_back(base::printable(position) + ": " + base::printable(what));
}

std::optional<std::string> Complaints::noted(const std::string& key) const {
    const auto found = places_.find(key);
    return found == places_.end() ? std::nullopt : std::optional(found->second.position);
}

std::string Complaints::position_of(const std::string& key, const std::vector<std::string>& others,
                                    const std::string& exact) const {
    const auto own = places_.find(key);
    const Place* last = own == places_.end() ? nullptr : &own->second;
    bool is_own = true;
    for (const std::string& other : others) {
        const auto found = places_.find(other);
        if (found != places_.end() && (last == nullptr || found->second.file > last->file)) {
            last = &found->second;
            is_own = false;
        }
    }
    if (is_own && !exact.empty()) {
        return exact;
    }
    return last == nullptr ? "(default of " + key + ')' : last->position;
}

void Complaints::throw_if_any() const {
    if (lines_.empty()) {
        return;
    }
    std::string text;
    for (const std::string& line : lines_) {
        text += (text.empty() ? "" : "\n") + line;
    }
    throw base::Error(base::Error::Kind::invalid, text);
}

} // namespace loquet::config
