// SPDX-License-Identifier: LGPL-2.1-or-later
// The writer thread: everything that is queued at one moment becomes one durable commit. The loop makes it,
// queues and destroys; all else here runs on its own thread.
#pragma once

#include "daemon/store/environment.h"
#include "daemon/store/events.h"
#include "daemon/store/sealing.h"
#include "daemon/store/store.h"
#include "lib/base/function.h"
#include "lib/base/task.h"

#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace loquet::store {

class WriteQueue {
public:
    WriteQueue(Environment& environment, Sealer sealer, base::Executor& loop, std::size_t longest);
    WriteQueue(const WriteQueue&) = delete;
    WriteQueue& operator=(const WriteQueue&) = delete;
    ~WriteQueue();

    // The loop's thread; see Store.
    base::Future<void> push(Store::Work work);
    void run_now(Store::Work work);
    Subscription observe(Observers::Observer observer) { return observers_->add(std::move(observer)); }

    // Any thread; see Store.
    [[nodiscard]] std::string why_unwritable() const;
    [[nodiscard]] Store::Statistics statistics() const;
    [[nodiscard]] std::size_t waiting() const;

private:
    /// Of a caller that waits in run_now(); guarded by mutex_.
    struct BlockingWrite {
        bool answered = false;
        std::exception_ptr failure;
    };
    struct Item {
        Store::Work work;
        std::optional<base::Promise<void>> done; ///< answered on the loop ...
        BlockingWrite* blocking = nullptr;       ///< ... or here
        std::exception_ptr failure;
        bool may_fit_alone = false; ///< it failed because its transaction had no room for it, or could not be committed
    };
    using Batch = std::vector<Item>;
    using Pieces = std::vector<Item*>; ///< of a batch, for one transaction
    enum class Isolation { none, nested };

    void run();
    [[nodiscard]] std::optional<Batch> next();
    void commit(Batch& batch);
    void commit_together(const Pieces& pieces);
    [[nodiscard]] std::optional<Events> commit_or_throw(const Pieces& pieces);
    [[nodiscard]] bool attempt(const Pieces& pieces, Isolation isolation, std::optional<Events>& committed);
    void work_in(MDB_txn* txn, Item& item, Isolation isolation, Events& events);
    [[nodiscard]] Events work_in_one(MDB_txn* txn, Item& item, bool counted);
    void take_code(Item& item, int code);
    void grow();
    void answer(Batch batch);
    void tell(Events events);
    bool probe_disk();
    void tell_writability();

    Environment& environment_;
    Sealer sealer_;
    base::Executor& loop_;
    const std::size_t longest_;

    mutable std::mutex mutex_; ///< guards what follows
    std::condition_variable wake_;
    std::condition_variable answered_;
    Batch waiting_;
    bool stopping_ = false;
    std::string why_unwritable_;
    Store::Statistics statistics_;

    const std::shared_ptr<Observers> observers_ = std::make_shared<Observers>(); ///< the loop's; the writer posts to it
    // The writer's own.
    std::exception_ptr full_;    ///< why the map does not grow for what is being committed
    std::string refused_;        ///< why nothing at all can be written; empty where something can
    bool must_reopen_;           ///< the disk refused, and nothing was committed since
    bool in_doubt_ = false;      ///< something of this batch failed: for its size, or because nothing can be written?
    bool has_committed_ = false; ///< something of this batch, or a probe, since an item was last tried alone

    std::thread thread_; ///< last: starts when all else is there
};

} // namespace loquet::store
