// SPDX-License-Identifier: LGPL-2.1-or-later
// A real store in a temporary folder, on a real loop that runs while the test waits. The test's thread.
#pragma once

#include "daemon/model/account.h"
#include "daemon/model/counters.h"
#include "daemon/store/store.h"
#include "lib/base/error.h"
#include "lib/bus/loop.h"
#include "tests/support/loop_runner.h"
#include "tests/support/temp_folder.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace loquet::store {

using Kind = base::Error::Kind;

/// The kind of the base::Error that `work` throws; nothing where it throws nothing.
template <class Work>
std::optional<Kind> kind_thrown_by(Work work) {
    try {
        work();
    } catch (const base::Error& error) {
        return error.kind();
    }
    return std::nullopt;
}

[[nodiscard]] MasterKey test_key(char fill = 'k');
[[nodiscard]] model::PublicAccount account(std::uint32_t uid, const std::string& name);
[[nodiscard]] model::Counter failures(std::uint32_t consecutive, std::int64_t last_failure = 1);

class StoreFixture : public testing::Test {
protected:
    StoreFixture() : store_(make()) {}

    [[nodiscard]] std::string store_folder() const { return folder_ / "store"; }
    [[nodiscard]] std::unique_ptr<Store> make() { return make({.folder = store_folder()}); }
    [[nodiscard]] std::unique_ptr<Store> make(Settings settings) {
        return std::make_unique<Store>(std::move(settings), test_key(), loop_);
    }
    void close() { store_.reset(); }
    void reopen() {
        close();
        store_ = make();
    }
    /// Runs `work` durably; throws what it threw.
    void write(Store::Work work) { store_->write_now(std::move(work)); }
    template <class Fn>
    auto read(Fn fn) const {
        return store_->read(std::move(fn));
    }
    /// How the future ends: with nothing, or with a kind of Error.
    std::optional<Kind> outcome(base::Future<void> future) {
        return kind_thrown_by([&] { tests::wait_for(loop_, std::move(future)); });
    }

    /// Keeps the writer busy until release_writer(), so that what is queued meanwhile becomes one batch.
    base::Future<void> hold_writer() {
        auto held = store_->write([this](WriteTxn&) {
            std::unique_lock lock(gate_);
            opened_.wait(lock, [this] { return open_; });
        });
        EXPECT_TRUE(tests::eventually([this] { return store_->queued() == 0; })); // the writer has taken it up
        return held;
    }
    void release_writer() {
        const std::lock_guard lock(gate_);
        open_ = true;
        opened_.notify_all();
    }

    /// So that hold_writer() holds once more.
    void hold_again() {
        const std::lock_guard lock(gate_);
        open_ = false;
    }

    tests::TempFolder folder_;
    bus::Loop loop_;
    std::unique_ptr<Store> store_;

private:
    std::mutex gate_;
    std::condition_variable opened_;
    bool open_ = false;
};

} // namespace loquet::store
