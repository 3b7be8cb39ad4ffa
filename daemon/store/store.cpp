// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/store.h"

#include "daemon/store/environment.h"
#include "daemon/store/meta_table.h"
#include "daemon/store/sealing.h"
#include "daemon/store/write_queue.h"
#include "lib/base/error.h"

#include <optional>

namespace loquet::store {

using base::Error;

namespace {

constexpr std::string_view wrapped_key = "data-key";

/// The key that the store has; nothing where it has none yet. Throws where `key` does not open it.
std::optional<StoreKeys> stored_keys(Environment& environment, const MasterKey& key) {
    if (!environment.has_meta()) {
        return std::nullopt;
    }
    Sealer none = StoreKeys::fresh().sealer(); // opens nothing; the wrapped key is not sealed by it
    const ReadTxn txn(environment.snapshot(), environment.tables(), none);
    const auto wrapped = txn.get_raw(Table::meta, Key(wrapped_key));
    return wrapped ? std::optional(StoreKeys::unwrap(key, *wrapped)) : std::nullopt;
}

bool must_migrate(Environment& environment, Sealer& sealer) {
    if (!environment.has_meta()) {
        return true;
    }
    const ReadTxn txn(environment.snapshot(), environment.tables(), sealer);
    return needs_migration(txn) || !environment.complete();
}

} // namespace

Store::Store(Settings settings, const MasterKey& key, base::Executor& loop)
    : environment_(std::make_unique<Environment>(std::move(settings.folder), settings.largest_map)) {
    auto keys = stored_keys(*environment_, key);
    const bool is_new = !keys;
    keys_ = std::make_unique<StoreKeys>(is_new ? StoreKeys::fresh() : *std::move(keys));
    sealer_ = std::make_unique<Sealer>(keys_->sealer());
    const bool migrating = is_new || must_migrate(*environment_, *sealer_);
    if (migrating && environment_->read_only()) {
        throw Error(Error::Kind::unavailable,
                    "the store is new or of an older schema, and its file system is read-only: make it writable once");
    }
    if (!environment_->complete()) {
        environment_->make_tables();
    }
    queue_ = std::make_unique<WriteQueue>(*environment_, keys_->sealer(), loop, settings.longest_queue);
    if (migrating) {
        queue_->run_now([&](WriteTxn& txn) {
            if (is_new) {
                txn.put_raw(Table::meta, Key(wrapped_key), keys_->wrap(key));
            }
            migrate(txn);
        });
    }
}

Store::~Store() = default;

Store::Reading::Reading(const Store& store) : store_(store) {
    if (store_.reading_ == 0) {
        store_.environment_->snapshot_mutex().lock();
    }
    ++store_.reading_;
}

Store::Reading::~Reading() {
    --store_.reading_;
    if (store_.reading_ == 0) {
        store_.environment_->snapshot_mutex().unlock();
    }
}

ReadTxn Store::transaction() const {
    return {environment_->snapshot(), environment_->tables(), *sealer_};
}

base::Future<void> Store::write(Work work) {
    return queue_->push(std::move(work));
}

void Store::write_now(Work work) {
    if (reading_ != 0) {
        throw Error(Error::Kind::internal, "a read waits for a write, which would wait for the read");
    }
    queue_->run_now(std::move(work));
}

model::Digest Store::digest(DigestKind kind, std::string_view text) const {
    return sealer_->digest(kind, text);
}

base::SecureBytes Store::step_key(std::string_view instance, model::Uid account) const {
    return sealer_->step_key(instance, StepKeyOwner::account, Key(account).bytes());
}

base::SecureBytes Store::step_key(std::string_view instance, const model::Digest& unknown) const {
    return sealer_->step_key(instance, StepKeyOwner::unknown, unknown.bytes);
}

void Store::change_master_key(const MasterKey& key) {
    const base::SecureBytes wrapped = keys_->wrap(key);
    write_now([&](WriteTxn& txn) { txn.put_raw(Table::meta, Key(wrapped_key), wrapped); });
}

bool Store::writable() const {
    return queue_->why_unwritable().empty();
}

std::string Store::why_unwritable() const {
    return queue_->why_unwritable();
}

Subscription Store::observe(Observers::Observer observer) {
    return queue_->observe(std::move(observer));
}

SnapshotReader Store::snapshot_reader() const {
    return {*environment_, keys_->sealer()};
}

Store::Statistics Store::statistics() const {
    return queue_->statistics();
}

std::size_t Store::queued() const {
    return queue_->waiting();
}

} // namespace loquet::store
