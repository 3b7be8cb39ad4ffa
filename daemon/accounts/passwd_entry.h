// SPDX-License-Identifier: LGPL-2.1-or-later
// Between a public account and what passwd(5) can say of it. Pure.
#pragma once

#include "daemon/model/public_account.h"
#include "lib/directory/image_writer.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace loquet::accounts {

/// The entry and the texts that it points into. Made once and filled again and again: a million accounts cost no heap.
class PasswdEntry {
public:
    /// `everybodys_groups`: GIDs that every account has beside its own. They outlive this object.
    explicit PasswdEntry(std::span<const std::uint32_t> everybodys_groups = {})
        : everybodys_groups_(everybodys_groups) {}

    /// The entry of `account`, which outlives it; it is good until the next call. A colon or a control character in a
    /// display name or a path becomes a blank. Nothing for a name that passwd(5) cannot hold: another name would be
    /// another person's.
    [[nodiscard]] std::optional<directory::PersonEntry> of(const model::PublicAccount& account);

private:
    std::span<const std::uint32_t> everybodys_groups_;
    std::vector<std::uint32_t> groups_;
    std::string gecos_;
    std::string home_;
    std::string shell_;
};

} // namespace loquet::accounts
