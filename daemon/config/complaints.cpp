// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/config/complaints.h"

#include "lib/base/error.h"
#include "lib/base/text.h"

namespace loquet::config {

void Complaints::add(std::string_view position, std::string_view what) {
    lines_.push_back(base::printable(position) + ": " + base::printable(what));
}

std::optional<std::string> Complaints::noted(const std::string& key) const {
    const auto found = positions_.find(key);
    return found == positions_.end() ? std::nullopt : std::optional(found->second);
}

std::string Complaints::position_of(const std::string& key, const std::vector<std::string>& others) const {
    if (const auto found = positions_.find(key); found != positions_.end()) {
        return found->second;
    }
    for (const std::string& other : others) {
        if (const auto found = positions_.find(other); found != positions_.end()) {
            return found->second;
        }
    }
    return "(default of " + key + ')';
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
