// SPDX-License-Identifier: LGPL-2.1-or-later
// Reads accounts and groups from the store, a slice at a time, and writes their entries into an image. One thread, the
// one of the reader.
#pragma once

#include "daemon/model/public_account.h"
#include "daemon/store/store.h"
#include "lib/directory/image_writer.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace loquet::accounts {

/// What shapes the directory beside the accounts. Plain values.
struct DirectorySettings {
    std::string folder; ///< made (0755) where it is missing
    /// Of the machine's own groups, which every account gets. Ascending.
    std::vector<std::uint32_t> machine_groups;
    std::string organisation_prefix = "org-"; ///< of the names of organisations' groups
    /// Other settings or another store make another copy: 24 bits that stand in the file beside the generation.
    std::uint32_t shape = 0;
    /// How often somebody looks whether the files still stand as they were written.
    std::chrono::milliseconds look_every{60'000};
};

/// A set of numbers that is filled in batches and walked in order: four bytes each. Plain value.
class NumberSet {
public:
    void add(std::span<const std::uint32_t> numbers) {
        std::vector<std::uint32_t> added(numbers.begin(), numbers.end());
        std::sort(added.begin(), added.end());
        added.erase(std::unique(added.begin(), added.end()), added.end());
        std::vector<std::uint32_t> all;
        all.reserve(numbers_.size() + added.size());
        std::set_union(numbers_.begin(), numbers_.end(), added.begin(), added.end(), std::back_inserter(all));
        numbers_ = std::move(all);
    }

    [[nodiscard]] std::size_t size() const noexcept { return numbers_.size(); }
    /// Ascending.
    [[nodiscard]] std::span<const std::uint32_t> numbers() const noexcept { return numbers_; }

private:
    std::vector<std::uint32_t> numbers_;
};

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
