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

/// Calls the observer on the loop, unless the store has died by then.
template <class Value>
void tell(base::Executor& loop, const std::shared_ptr<base::Function<void(const Value&)>>& observer, Value value) {
    if (observer && !value.empty()) {
        loop.post([observer = std::weak_ptr(observer), value = std::move(value)] {
            if (const auto alive = observer.lock()) {
                (*alive)(value);
            }
        });
    }
}

} // namespace

WriteQueue::WriteQueue(Environment& environment, Sealer sealer, base::Executor& loop, std::size_t longest)
    : environment_(environment), sealer_(std::move(sealer)), loop_(loop), longest_(longest),
      why_unwritable_(environment.read_only() ? "the store's file cannot be opened for writing" : ""),
      thread_([this] { run(); }) {}

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
    Awaited awaited;
    std::unique_lock lock(mutex_);
    waiting_.push_back({std::move(work), std::nullopt, &awaited, nullptr});
    wake_.notify_one();
    answered_.wait(lock, [&] { return awaited.answered; });
    if (awaited.failure) {
        std::rethrow_exception(awaited.failure);
    }
}

void WriteQueue::when_writability_changes(base::Job changed) {
    const std::lock_guard lock(mutex_);
    changed_ = std::make_shared<base::Job>(std::move(changed));
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
            put_to_the_test();
            continue;
        }
        commit(*batch);
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

void WriteQueue::put_to_the_test() {
    Batch test;
    test.push_back({[](WriteTxn& txn) { MetaTable::put_number(txn, "test-of-the-disk", 0); }, {}, nullptr, nullptr});
    commit(test);
}

void WriteQueue::commit(Batch& batch) {
    try {
        commit_or_throw(batch);
    } catch (const std::exception& refused) {
        set_unwritable(refused.what());
        const auto failure = std::make_exception_ptr(
            Error(Error::Kind::unavailable, "the store cannot be written: " + std::string(refused.what())));
        for (Item& item : batch) {
            item.failure = failure;
        }
    }
}

void WriteQueue::commit_or_throw(Batch& batch) {
    if (!why_unwritable().empty()) {
        environment_.reopen();
    }
    Isolation isolation = Isolation::none;
    for (;;) {
        try {
            if (attempt(batch, isolation)) {
                return;
            }
            isolation = Isolation::nested;
        } catch (const MapFull&) {
            environment_.grow();
            const std::lock_guard lock(mutex_);
            ++statistics_.grown;
        }
    }
}

/// Runs the batch and commits it. False where a piece of work threw beside others, which then have to run again, each
/// in a transaction of its own: nested ones cost a copy of every page they touch, and almost never does work throw.
bool WriteQueue::attempt(Batch& batch, Isolation isolation) {
    TxnHandle txn = environment_.begin();
    Committed committed;
    std::size_t failed = 0;
    for (Item& item : batch) {
        item.failure = nullptr;
        if (isolation == Isolation::nested) {
            work_in_child(txn.get(), item, committed);
        } else {
            work_in(txn.get(), item, committed);
        }
        failed += item.failure ? 1U : 0U;
        if (failed > 0 && isolation == Isolation::none && batch.size() > 1) {
            return false;
        }
    }
    if (failed == batch.size()) {
        return true; // nothing is left to commit
    }
    raise_generation(txn.get(), committed.publication);
    environment_.commit(std::move(txn));
    committed_ = std::move(committed);
    set_unwritable({});
    const std::lock_guard lock(mutex_);
    ++statistics_.commits;
    statistics_.writes += batch.size() - failed;
    return true;
}

/// What the work throws stays with it; what the disk says is thrown.
void WriteQueue::work_in(MDB_txn* raw, Item& item, Committed& committed) {
    WriteTxn txn(raw, environment_.tables(), sealer_);
    try {
        item.work(txn);
    } catch (const MapFull&) {
        throw;
    } catch (...) {
        item.failure = std::current_exception();
    }
    const int code = txn.failure();
    if (code == MDB_MAP_FULL || is_refused_by_disk(code)) {
        check(code, "cannot write the store");
    }
    if (code != MDB_SUCCESS && !item.failure) {
        item.failure = std::make_exception_ptr(Error(Error::Kind::internal, mdb_strerror(code)));
    }
    if (!item.failure) {
        committed.publication.add({0, txn.public_changes(), txn.public_groups()});
        committed.messages.insert(committed.messages.end(), txn.messages().begin(), txn.messages().end());
    }
}

/// In the transaction of what it counts.
void WriteQueue::raise_generation(MDB_txn* raw, Publication& publication) {
    if (publication.empty()) {
        return;
    }
    WriteTxn txn(raw, environment_.tables(), sealer_);
    publication.generation = PublicAccounts::raise_generation(txn);
}

void WriteQueue::work_in_child(MDB_txn* parent, Item& item, Committed& committed) {
    TxnHandle child = environment_.begin(parent);
    work_in(child.get(), item, committed);
    if (!item.failure) {
        check(mdb_txn_commit(child.release()), "cannot write the store");
    }
}

void WriteQueue::answer(Batch batch) {
    tell_committed();
    Batch for_loop;
    for (Item& item : batch) {
        if (item.awaited == nullptr) {
            for_loop.push_back(std::move(item));
            continue;
        }
        item.work = {}; // what it captured may die with the caller
        const std::lock_guard lock(mutex_);
        item.awaited->failure = std::move(item.failure); // the last that this thread has to do with it
        item.awaited->answered = true;
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

void WriteQueue::on_publication(base::Function<void(const Publication&)> published) {
    const std::lock_guard lock(mutex_);
    published_ = std::make_shared<base::Function<void(const Publication&)>>(std::move(published));
}

void WriteQueue::on_messages(base::Function<void(const std::vector<std::uint64_t>&)> added) {
    const std::lock_guard lock(mutex_);
    messages_added_ =
        added ? std::make_shared<base::Function<void(const std::vector<std::uint64_t>&)>>(std::move(added)) : nullptr;
}

void WriteQueue::tell_committed() {
    Committed committed = std::exchange(committed_, {});
    const std::lock_guard lock(mutex_);
    tell(loop_, published_, std::move(committed.publication));
    tell(loop_, messages_added_, std::move(committed.messages));
}

void WriteQueue::set_unwritable(const std::string& why) {
    std::shared_ptr<base::Job> changed;
    {
        const std::lock_guard lock(mutex_);
        if (why_unwritable_.empty() != why.empty()) {
            changed = changed_;
        }
        why_unwritable_ = why;
    }
    if (changed) {
        loop_.post([changed = std::weak_ptr(changed)] {
            if (const auto job = changed.lock()) {
                (*job)();
            }
        });
    }
}

} // namespace loquet::store
