// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/write_queue.h"

#include "daemon/store/meta_table.h"
#include "daemon/store/public_accounts.h"
#include "lib/base/error.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace loquet::store {

using base::Error;

namespace {

constexpr std::chrono::seconds between_tests{1}; // how often a disk that refused is tried again

std::string text_of(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const std::exception& error) {
        return error.what();
    } catch (...) {
        return "what was thrown has no text";
    }
}

/// What check() throws for the code.
std::exception_ptr failure_of(int code) {
    try {
        check(code, "cannot write the store");
    } catch (...) {
        return std::current_exception();
    }
    return nullptr;
}

} // namespace

WriteQueue::WriteQueue(Environment& environment, Sealer sealer, base::Executor& loop, std::size_t longest)
    : environment_(environment), sealer_(std::move(sealer)), loop_(loop), longest_(longest),
      why_unwritable_(environment.read_only() ? "the store's file cannot be opened for writing" : ""),
      refused_(why_unwritable_), must_reopen_(!refused_.empty()), thread_([this] { run(); }) {}

WriteQueue::~WriteQueue() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
}

base::Future<void> WriteQueue::push(Store::Work work) {
    base::Promise<void> promise(loop_);
    auto future = promise.future();
    std::unique_lock lock(mutex_);
    if (waiting_.size() >= longest_) {
        lock.unlock();
        promise.fail(std::make_exception_ptr(
            Error(Error::Kind::busy, "the disk cannot keep up with the writes; try again in a moment")));
        return future;
    }
    waiting_.push_back({std::move(work), std::move(promise), nullptr, nullptr});
    lock.unlock();
    wake_.notify_one();
    return future;
}

void WriteQueue::run_now(Store::Work work) {
    BlockingWrite blocking;
    std::unique_lock lock(mutex_);
    waiting_.push_back({std::move(work), std::nullopt, &blocking, nullptr});
    wake_.notify_one();
    answered_.wait(lock, [&] { return blocking.answered; });
    if (blocking.failure) {
        std::rethrow_exception(blocking.failure);
    }
}

std::string WriteQueue::why_unwritable() const {
    const std::lock_guard lock(mutex_);
    return why_unwritable_;
}

Store::Statistics WriteQueue::statistics() const {
    const std::lock_guard lock(mutex_);
    return statistics_;
}

std::size_t WriteQueue::waiting() const {
    const std::lock_guard lock(mutex_);
    return waiting_.size();
}

void WriteQueue::run() {
    while (auto batch = next()) {
        if (batch->empty()) {
            probe_disk();
        } else {
            commit(*batch);
        }
        tell_writability();
        answer(*std::move(batch));
    }
}

/// Everything that waits; empty when it is time to try a disk that refused; nothing at the end.
std::optional<WriteQueue::Batch> WriteQueue::next() {
    std::unique_lock lock(mutex_);
    const auto something = [this] { return stopping_ || !waiting_.empty(); };
    if (why_unwritable_.empty()) {
        wake_.wait(lock, something);
    } else {
        wake_.wait_for(lock, between_tests, something);
    }
    if (stopping_ && waiting_.empty()) {
        return std::nullopt;
    }
    return std::exchange(waiting_, {});
}

/// Whether the smallest piece of work can be written.
bool WriteQueue::probe_disk() {
    Item test{[](WriteTxn& txn) { MetaTable::put_number(txn, "test-of-the-disk", 0); }, {}, nullptr, nullptr};
    commit_together({&test});
    if (test.failure && refused_.empty()) {
        refused_ = text_of(test.failure);
        must_reopen_ = true;
    }
    return refused_.empty();
}

/// Afterwards each item has its failure, or none and is durable. All in one transaction, and those that may fit better
/// alone in one each: what is too large must not fail its neighbours, nor be failed by them. Probes tell a disk that is
/// full from one that has no room for this: one before the items are tried alone, one where two in a row were refused,
/// and one where the last was. Where a probe fails, the rest is not tried: the disk may have become full meanwhile.
void WriteQueue::commit(Batch& batch) {
    Pieces all;
    for (Item& item : batch) {
        all.push_back(&item);
    }
    in_doubt_ = false;
    has_committed_ = false;
    commit_together(all);
    bool is_full = in_doubt_ && !has_committed_ && !probe_disk();
    for (Item* const item : all) {
        if (is_full || all.size() == 1) {
            break;
        }
        if (!item->may_fit_alone) {
            continue;
        }
        const bool others_were_taken = std::exchange(has_committed_, false);
        commit_together({item});
        if (refused_.empty()) {
            continue;
        }
        if (!item->may_fit_alone) {
            break;
        }
        is_full = !others_were_taken && !probe_disk();
    }
    if (!refused_.empty() && in_doubt_ && !is_full) {
        probe_disk();
    }
}

/// Only what any other work would meet as well makes the store unwritable.
void WriteQueue::commit_together(const Pieces& pieces) {
    full_ = nullptr;
    std::optional<Events> committed;
    std::exception_ptr failure;
    bool may_fit_alone = true;
    try {
        committed = commit_or_throw(pieces);
    } catch (const DiskRefused& refused) {
        may_fit_alone = dynamic_cast<const DiskFull*>(&refused) != nullptr;
        must_reopen_ = true;
        in_doubt_ = in_doubt_ || may_fit_alone;
        refused_ = refused.what();
        failure = std::make_exception_ptr(
            Error(Error::Kind::unavailable, "the store cannot be written: " + std::string(refused.what())));
    } catch (...) {
        failure = std::current_exception(); // of the commit, or the writer itself; nothing was committed
        in_doubt_ = true;
    }
    if (failure) {
        for (Item* const item : pieces) {
            item->failure = failure;
            item->may_fit_alone = may_fit_alone;
        }
    }
    in_doubt_ = in_doubt_ || full_;
    if (committed) {
        has_committed_ = true;
        must_reopen_ = false;
        refused_.clear();
        tell(*std::move(committed));
    }
}

/// What the commit has to tell; nothing where there was nothing to commit.
std::optional<Events> WriteQueue::commit_or_throw(const Pieces& pieces) {
    if (must_reopen_) {
        environment_.reopen();
    }
    std::optional<Events> committed;
    Isolation isolation = Isolation::none;
    for (;;) {
        try {
            if (attempt(pieces, isolation, committed)) {
                return committed;
            }
            isolation = Isolation::nested;
        } catch (const MapFull&) {
            if (full_) {
                std::rethrow_exception(full_); // the pieces fit, their commit does not
            }
            grow();
            isolation = full_ ? Isolation::nested : isolation;
        }
    }
}

/// Runs the pieces and commits them. False where one of several failed; they then have to run again, each in a
/// transaction of its own: nested ones cost a copy of every page they touch, and almost never does work throw.
bool WriteQueue::attempt(const Pieces& pieces, Isolation isolation, std::optional<Events>& committed) {
    TxnHandle txn = environment_.begin();
    Events events;
    std::size_t failed = 0;
    for (Item* const item : pieces) {
        item->failure = nullptr;
        item->may_fit_alone = false;
        work_in(txn.get(), *item, isolation, events);
        failed += item->failure ? 1U : 0U;
        if (failed > 0 && isolation == Isolation::none && pieces.size() > 1) {
            return false;
        }
    }
    if (failed == pieces.size()) {
        return true; // nothing is left to commit
    }
    environment_.commit(std::move(txn));
    committed.emplace(std::move(events)); // durable: nothing that throws from here on
    const std::lock_guard lock(mutex_);
    ++statistics_.commits;
    statistics_.writes += pieces.size() - failed;
    return true;
}

void WriteQueue::work_in(MDB_txn* txn, Item& item, Isolation isolation, Events& events) {
    const bool counted = events.find<PublicChange>() != nullptr;
    if (isolation == Isolation::none) {
        events.add(work_in_one(txn, item, counted));
        return;
    }
    TxnHandle child;
    try {
        child = environment_.begin_nested(txn);
    } catch (const DiskRefused&) {
        throw;
    } catch (...) {
        item.failure = std::current_exception();
        item.may_fit_alone = true; // for the transaction itself
        return;
    }
    Events own = work_in_one(child.get(), item, counted);
    if (!item.failure) {
        take_code(item, mdb_txn_commit(child.release()));
    }
    if (!item.failure) {
        events.add(std::move(own));
    }
}

/// What the work throws stays with it. The events of work that succeeded.
Events WriteQueue::work_in_one(MDB_txn* raw, Item& item, bool counted) {
    WriteTxn txn(raw, environment_.tables(), sealer_);
    try {
        item.work(txn);
        PublicChange* const change = txn.events().find<PublicChange>();
        if (change != nullptr && !counted) {
            change->generation = PublicAccounts::raise_generation(txn); // in the transaction of what it counts
        }
    } catch (...) {
        item.failure = std::current_exception();
    }
    take_code(item, txn.failure());
    return item.failure ? Events{} : std::move(txn.events());
}

/// What LMDB said to a piece of work: thrown where any other would hear the same, or else the failure of this piece.
void WriteQueue::take_code(Item& item, int code) {
    if (code == MDB_SUCCESS) {
        return;
    }
    const bool is_map_full = code == MDB_MAP_FULL;
    if (is_refused_by_disk(code) || (is_map_full && !full_)) {
        check(code, "cannot write the store");
    }
    item.may_fit_alone = is_map_full || is_lack_of_room(code);
    if (is_map_full) {
        item.failure = full_;
    } else if (!item.failure) {
        item.failure = failure_of(code);
    }
}

/// Sets full_ where there is no more room to be had.
void WriteQueue::grow() {
    try {
        environment_.grow();
    } catch (const DiskRefused&) {
        throw;
    } catch (...) {
        full_ = std::current_exception();
        return;
    }
    const std::lock_guard lock(mutex_);
    ++statistics_.grown;
}

void WriteQueue::answer(Batch batch) {
    Batch for_loop;
    for (Item& item : batch) {
        if (item.blocking == nullptr) {
            for_loop.push_back(std::move(item));
            continue;
        }
        item.work = {}; // what it captured may die with the caller
        const std::lock_guard lock(mutex_);
        item.blocking->failure = std::move(item.failure); // the last that this thread has to do with it
        item.blocking->answered = true;
        answered_.notify_all();
    }
    if (for_loop.empty()) {
        return;
    }
    loop_.post([items = std::move(for_loop)]() mutable {
        for (Item& item : items) {
            if (item.failure) {
                item.done->fail(std::move(item.failure));
            } else {
                item.done->set();
            }
        }
    });
}

/// Runs on the loop, before the futures of what was committed complete, unless the store has died by then.
void WriteQueue::tell(Events events) {
    if (events.empty()) {
        return;
    }
    loop_.post([observers = std::weak_ptr(observers_), announced = observers_->announce(), events = std::move(events)] {
        if (const auto alive = observers.lock()) {
            alive->tell(announced, events);
        }
    });
}

/// Once for a batch, before its futures complete: what the last commit that says so has shown.
void WriteQueue::tell_writability() {
    {
        const std::lock_guard lock(mutex_);
        const bool same = why_unwritable_.empty() == refused_.empty();
        why_unwritable_ = refused_;
        if (same) {
            return;
        }
    }
    Events events;
    events.add(WritabilityChanged{refused_});
    tell(std::move(events));
}

} // namespace loquet::store
