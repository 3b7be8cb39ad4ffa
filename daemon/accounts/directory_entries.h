// SPDX-License-Identifier: LGPL-2.1-or-later
// Reads accounts and groups from the store, a slice at a time, and writes their entries into an image. One thread, the
// one of the reader.
#pragma once

#include "daemon/accounts/directory_settings.h"
#include "daemon/accounts/number_set.h"
#include "daemon/store/store.h"
#include "lib/directory/image_writer.h"

#include <atomic>

namespace loquet::accounts {

/// Accounts and groups, by number.
struct Numbers {
    NumberSet accounts;
    NumberSet groups;
    [[nodiscard]] std::size_t size() const noexcept { return accounts.size() + groups.size(); }
};

class DirectoryEntries {
public:
    /// Both outlive this object.
    DirectoryEntries(const DirectorySettings& settings, store::SnapshotReader& reader)
        : settings_(settings), reader_(reader) {}

    /// Everybody; seconds for a million. Throws Error (unavailable) soon after `stopping` is set.
    void write_all(directory::ImageWriter& writer, const std::atomic<bool>& stopping);
    /// As they are now: an account that is gone is written as removed.
    void write(directory::ImageWriter& writer, const Numbers& numbers);

private:
    void write_group(directory::ImageWriter& writer, std::uint32_t gid);

    const DirectorySettings& settings_;
    store::SnapshotReader& reader_;
};

} // namespace loquet::accounts
