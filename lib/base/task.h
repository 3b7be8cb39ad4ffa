// SPDX-License-Identifier: LGPL-2.1-or-later
// Coroutines on the loop thread. A Task starts when it is awaited (or spawned) and is awaited once. Everything here
// belongs to one thread; results from other threads come in through Executor::post.
//
// Rules of cancellation:
// - Each coroutine has one owner: the coroutine that awaits it, a TaskGroup (spawn, run), or a Future (started).
//   To cancel is to destroy the frame; with it go the frames that it awaits. Its destructors run, nothing is thrown.
// - A frame waits on a Future only. Destroyed, it takes its place away there: whatever answers later wakes nobody.
//   WorkerPool and PluginClient do not begin work whose Future is gone; a write that the store has taken is written.
// - A frame that runs cannot be destroyed. Cancelled meanwhile (by itself, or by what it called), it goes when it next
//   waits or ends.
// - No destructor resumes a coroutine. What is handed over (a mutex, a place in a queue, the error of a dropped
//   Promise) goes by Executor::post, so the stack stays flat however many wait.
// - A task that must reach its end whatever its caller does is spawned in a group of the object that it works on and
//   shielded there (TaskGroup::shield); only cancel_all() and the group's end stop it.
// - A group is the last member of its class, so that it dies before what its tasks use.
//
// g++ 12: name every object with a destructor before the co_await expression that uses it.
#pragma once

#include "lib/base/coroutine.h"
#include "lib/base/error.h"
#include "lib/base/function.h"
#include "lib/base/future.h"

#include <cstddef>
#include <exception>
#include <map>
#include <memory>
#include <utility>

namespace loquet::base {

/// Owns tasks without an awaiter: its end cancels those that are not at theirs. Who wants them to come to their end
/// waits for when_idle() before the group dies.
class TaskGroup {
public:
    /// `on_error` takes what a task throws; it must not throw itself.
    explicit TaskGroup(Function<void(std::exception_ptr)> on_error) : state_(std::make_shared<State>()) {
        state_->on_error = std::move(on_error);
    }
    TaskGroup(const TaskGroup&) = delete;
    TaskGroup& operator=(const TaskGroup&) = delete;
    ~TaskGroup() {
        state_->alive = false;
        cancel_all();
    }

    /// Runs it up to where it first waits. `id` is set before that, for shield() and cancel().
    void spawn(Task<void> task, TaskId* id = nullptr) { state_->spawn(state_, std::move(task), id, nullptr); }
    /// The same, for somebody who waits for the outcome: it is theirs to wait or to leave, and the task's owner is the
    /// group. Where the group cancels it, the future answers Error::Kind::unavailable, by way of `loop`.
    template <class T>
    [[nodiscard]] Future<T> run(Executor& loop, Task<T> task, TaskId* id = nullptr) {
        Promise<T> promise(loop);
        auto outcome = promise.future();
        spawn(detail::deliver(std::move(task), std::move(promise)), id);
        return outcome;
    }

    /// From here on only cancel_all() and the group's end stop it.
    void shield(TaskId id) noexcept {
        if (detail::Root* root = state_->find(id)) {
            root->shielded = true;
        }
    }
    /// Nothing happens to a task that is shielded, or at its end.
    void cancel(TaskId id) noexcept {
        if (detail::Root* root = state_->find(id); root != nullptr && !root->shielded) {
            root->cancel();
        }
    }
    void cancel_unshielded() noexcept {
        state_->cancel_each([](const detail::Root& root) { return !root.shielded; });
    }
    void cancel_all() noexcept {
        state_->cancel_each([](const detail::Root&) { return true; });
    }

    /// For those who spawn for others (bus::method): no more of that. The owner's own tasks are taken as before.
    void close() noexcept { state_->closed = true; }
    [[nodiscard]] bool closed() const noexcept { return state_->closed; }

    [[nodiscard]] std::size_t active() const noexcept { return state_->roots.size(); }
    /// Called on the loop thread each time the last task ends or is cancelled.
    void when_idle(Job job) { state_->when_idle = std::move(job); }

private:
    friend class TaskScope;

    struct State final : detail::RootOwner {
        bool alive = true;
        bool closed = false;
        TaskId last = 0;
        std::map<TaskId, detail::Root*> roots;
        Function<void(std::exception_ptr)> on_error;
        Job when_idle;

        void spawn(const std::shared_ptr<State>& self, Task<void> task, TaskId* id, const void* scope) {
            if (!alive) {
                return;
            }
            auto place = roots.emplace(++last, nullptr).first;
            try {
                place->second = detail::as_root(std::move(task)).root;
            } catch (...) {
                roots.erase(place);
                throw;
            }
            detail::Root& root = *place->second;
            root.owner = self;
            root.id = place->first;
            root.scope = scope;
            if (id != nullptr) {
                *id = root.id;
            }
            root.start();
        }
        [[nodiscard]] detail::Root* find(TaskId id) const noexcept {
            const auto place = roots.find(id);
            return place == roots.end() ? nullptr : place->second;
        }
        /// Those that are there now; the destructors of one may end others.
        template <class Which>
        void cancel_each(Which which) noexcept {
            const TaskId end = last;
            for (auto place = roots.begin(); place != roots.end() && place->first <= end;) {
                const TaskId id = place->first;
                if (which(*place->second)) {
                    place->second->cancel();
                }
                place = roots.upper_bound(id);
            }
        }
        void forget(detail::Root& root) noexcept override { roots.erase(root.id); }
        void ended(std::exception_ptr failure) noexcept override {
            if (failure && alive) {
                on_error(std::move(failure));
            }
            if (roots.empty() && alive && when_idle) {
                when_idle();
            }
        }
    };

    std::shared_ptr<State> state_;
};

/// The tasks of one object in a larger group, for which they count: its end cancels them. The group may be made after
/// the scope, and die before it.
class TaskScope {
public:
    explicit TaskScope(TaskGroup& group) noexcept : group_(group) {}
    TaskScope(const TaskScope&) = delete;
    TaskScope& operator=(const TaskScope&) = delete;
    ~TaskScope() {
        if (state_) {
            state_->cancel_each([this](const detail::Root& root) { return root.scope == this; });
        }
    }

    void spawn(Task<void> task) {
        if (!state_) {
            state_ = group_.state_;
        }
        state_->spawn(state_, std::move(task), nullptr, this);
    }

private:
    TaskGroup& group_;
    std::shared_ptr<TaskGroup::State> state_; ///< since the first task
};

} // namespace loquet::base
