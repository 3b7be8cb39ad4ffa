// SPDX-License-Identifier: LGPL-2.1-or-later
// The copy of the public accounts that stands in the directory's folder: which store and which generation it shows,
// what differs from its base, and how it is brought up to date. One thread (the export's) keeps it; build() may run on
// another one meanwhile.
//
// The rule that all of this serves: the generation in the file is one whose changes are all in the file. A daemon that
// dies between a commit and the file leaves a file of an older generation, and the next start notices.
#pragma once

#include "daemon/accounts/directory_entries.h"
#include "daemon/store/events.h"
#include "daemon/store/store.h"
#include "lib/directory/publisher.h"

#include <atomic>
#include <cstdint>
#include <optional>

namespace loquet::accounts {

class DirectoryCopy {
public:
    DirectoryCopy(DirectorySettings settings, store::SnapshotReader reader);

    /// Called once, on the thread that constructs, when publications have begun to come: what is noted differs from the
    /// state that the store has now.
    void begin();
    /// Makes the folder where it is missing and looks at what stands there. Throws Error, also where the folder cannot
    /// be written. May be called again.
    void open();
    [[nodiscard]] bool is_open() const noexcept { return publisher_.has_value(); }
    /// What was written stands as it was written; see Publisher::intact().
    [[nodiscard]] bool intact() const { return !publisher_ || publisher_->intact(); }
    /// Forgets what stands in the folder, after somebody took it away.
    void close() noexcept;

    /// Takes note of what has to be shown; nothing is written yet.
    void note(const store::PublicChange& publication);

    /// Something was noted that is not shown yet.
    [[nodiscard]] bool has_news() const noexcept { return changed_; }
    /// There is something to show, and a base to show it over.
    [[nodiscard]] bool can_amend() const noexcept { return changed_ && publisher_ && publisher_->generation(); }
    /// Shows everything noted. Throws Error; then nothing of it is shown, and the next call tries again.
    void amend();

    /// There is no usable base, it shows another state than the store's, or so much differs that a new one is cheaper.
    [[nodiscard]] bool wants_base() const noexcept;

    struct NewCopy {
        directory::Publisher::NewBase base;
        std::uint64_t generation = 0; ///< all of its changes are in the base
    };
    /// What is noted from here on has to be shown over the base that build() makes.
    void begin_build() noexcept {
        since_build_ = {};
        building_ = true;
    }
    /// Writes a base of all accounts; seconds for a million. On any thread; throws Error, also when `stopping` is set.
    [[nodiscard]] NewCopy build(store::SnapshotReader& reader, const std::atomic<bool>& stopping) const;
    /// Shows the new base and what was noted since it was begun. Throws Error; then the former copy stays.
    void adopt(NewCopy copy);

private:
    [[nodiscard]] std::uint64_t label(std::uint64_t generation) const noexcept;
    void read_back();

    DirectorySettings settings_;
    store::SnapshotReader reader_;
    std::optional<directory::Publisher> publisher_;
    std::optional<std::uint64_t> noted_from_; ///< every change since then was noted; nothing: not any more
    std::uint64_t generation_ = 0;            ///< every change up to it was noted, or is in the base
    bool complete_ = false;                   ///< base and differences together show that
    bool building_ = false;                   ///< a base is being made, or failed to be
    bool changed_ = false;                    ///< since the last time that the file was written
    Numbers differences_;                     ///< from the base
    Numbers since_build_;                     ///< noted since begin_build()
};

} // namespace loquet::accounts
