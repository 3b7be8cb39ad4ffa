// SPDX-License-Identifier: LGPL-2.1-or-later
// The open dialogs: found by number and sender, bounded for each sender, each user and all together. Loop thread.
#pragma once

#include "daemon/conversation/dialog.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace loquet::conversation {

using DialogId = std::uint64_t;

class DialogTable {
public:
    /// Throws Error (limited) where another dialog of this caller would be one too many.
    void require_room(const Client& client) const;
    DialogId add(std::shared_ptr<Dialog> dialog);
    /// Another sender's dialog does not exist for this one: Error (not_found).
    [[nodiscard]] std::shared_ptr<Dialog> find(DialogId id, std::string_view sender) const;
    void remove(DialogId id);
    /// What is removed.
    std::vector<std::shared_ptr<Dialog>> remove_all_of(std::string_view sender);
    [[nodiscard]] bool contains(DialogId id) const { return dialogs_.contains(id); }
    [[nodiscard]] std::size_t size() const noexcept { return dialogs_.size(); }

private:
    std::unordered_map<DialogId, std::shared_ptr<Dialog>> dialogs_;
    std::map<std::string, std::size_t, std::less<>> of_sender_;
    std::map<std::uint32_t, std::size_t> of_uid_;
    DialogId last_ = 0;
};

} // namespace loquet::conversation
