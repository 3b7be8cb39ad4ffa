// SPDX-License-Identifier: LGPL-2.1-or-later
// Keeps the directory (lib/directory), which every process of the machine reads, equal to the store's public accounts.
// The object belongs to the loop; what it does happens on a thread of its own, because it waits for the disk, and a new
// base for many accounts is made on one more while changes go on being shown over the former one.
//
// A change is shown some milliseconds after its commit, with what came in the same moment; in a flood of them (an
// import) the thread rests between two files for as long as some of them took to write. What fails is tried again, with
// longer and longer pauses; logins do not depend on it.
#pragma once

#include "daemon/accounts/directory_copy.h"
#include "daemon/accounts/directory_entries.h"
#include "daemon/store/store.h"
#include "lib/base/function.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace loquet::accounts {

class DirectoryExport {
public:
    /// Begins at once, and returns before anything is read or written. Both references outlive this object.
    DirectoryExport(DirectorySettings settings, store::Store& store, base::Executor& loop);
    DirectoryExport(const DirectoryExport&) = delete;
    DirectoryExport& operator=(const DirectoryExport&) = delete;
    /// Shows what it was told of, if that can be done at once; gives up a base that is being made.
    ~DirectoryExport();

    /// Loop thread. A sentence for the operator; empty while the directory follows the store.
    [[nodiscard]] const std::string& problem() const noexcept { return *problem_; }
    /// `changed` runs on the loop each time problem() changes.
    void when_problem_changes(base::Job changed) { *changed_ = std::move(changed); }

private:
    using Clock = std::chrono::steady_clock;
    using Pause = Clock::duration;

    struct Incoming { ///< what other threads have for this one
        std::optional<store::PublicChange> publication;
        std::optional<DirectoryCopy::NewCopy> built;
        std::exception_ptr build_failure;
        bool stopping = false;
        [[nodiscard]] bool any() const noexcept { return publication || built || build_failure || stopping; }
    };

    void tell(const store::PublicChange& publication);

    // The thread
    void run();
    [[nodiscard]] bool work_due() const noexcept;
    [[nodiscard]] Incoming wait();
    void take(Incoming incoming);
    void bring_up_to_date();
    void look_after_files();
    void start_build();
    void amend();
    void failed(const std::exception& failure);
    void succeeded();
    void tell_problem(std::string text);

    base::Executor& loop_;
    std::shared_ptr<std::string> problem_ = std::make_shared<std::string>(); ///< the loop's; the thread posts to it
    std::shared_ptr<base::Job> changed_ = std::make_shared<base::Job>();

    std::mutex mutex_;
    std::condition_variable wake_;
    Incoming incoming_;                 ///< guarded by mutex_
    std::atomic<bool> stopping_{false}; ///< what the maker of a base looks at

    // The thread's own
    Pause look_every_;
    DirectoryCopy copy_;
    store::SnapshotReader build_reader_; ///< lent to the maker of a base
    std::thread builder_;
    Clock::time_point not_before_{}; ///< the next file
    Clock::time_point next_look_{};  ///< at the files, whether anything changed or not
    Pause back_off_{};
    std::string current_problem_;

    std::thread thread_;          ///< starts when all else is there
    store::Subscription changes_; ///< last: ends before what it tells
};

} // namespace loquet::accounts
