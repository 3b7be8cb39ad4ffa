// SPDX-License-Identifier: LGPL-2.1-or-later
// The writer thread: everything that is queued at one moment becomes one durable commit. Whoever makes it (the loop)
// queues and destroys; all else here runs on its own thread.
#pragma once

#include "daemon/store/environment.h"
#include "daemon/store/publication.h"
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
    void when_writability_changes(base::Job changed);
    void on_publication(base::Function<void(const Publication&)> published);
    void on_messages(base::Function<void(const std::vector<std::uint64_t>&)> added);

    // Any thread; see Store.
    [[nodiscard]] std::string why_unwritable() const;
    [[nodiscard]] Store::Statistics statistics() const;
    [[nodiscard]] std::size_t waiting() const;

private:
    /// Of a caller that waits in run_now(); guarded by mutex_.
    struct Awaited {
        bool answered = false;
        std::exception_ptr failure;
    };
    struct Item {
        Store::Work work;
        std::optional<base::Promise<void>> done; ///< answered on the loop ...
        Awaited* awaited = nullptr;              ///< ... or here
        std::exception_ptr failure;
    };
    using Batch = std::vector<Item>;
    enum class Isolation { none, nested };

    void run();
    [[nodiscard]] std::optional<Batch> next();
    void commit(Batch& batch);
    void commit_or_throw(Batch& batch);
    [[nodiscard]] bool attempt(Batch& batch, Isolation isolation);
    void work_in(MDB_txn* txn, Item& item, Committed& committed);
    void work_in_child(MDB_txn* parent, Item& item, Committed& committed);
    void raise_generation(MDB_txn* txn, Publication& publication);
    void answer(Batch batch);
    void tell_committed();
    void set_unwritable(const std::string& why);
    void put_to_the_test();

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
    std::shared_ptr<base::Job> changed_;
    std::shared_ptr<base::Function<void(const Publication&)>> published_;
    std::shared_ptr<base::Function<void(const std::vector<std::uint64_t>&)>> messages_added_;
    Store::Statistics statistics_;

    Committed committed_; ///< by the batch whose futures were not answered yet; the writer's own

    std::thread thread_; ///< last: starts when all else is there
};

} // namespace loquet::store
