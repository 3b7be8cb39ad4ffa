// SPDX-License-Identifier: LGPL-2.1-or-later
// The imports that run, and those that ended and may still be asked about. Each belongs to one connection to the bus.
// Loop thread.
#pragma once

#include "daemon/accounts/import.h"
#include "lib/base/clock.h"
#include "lib/base/function.h"
#include "lib/base/task.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace loquet::accounts {

using ImportId = std::uint64_t;

class Imports {
public:
    /// All references outlive this object but `tasks`, which may die before it. Its end cancels its tasks.
    Imports(ImportRules rules, store::Store& store, const NameService& names, const base::Clock& clock,
            base::Executor& loop, base::TaskGroup& tasks);
    Imports(const Imports&) = delete;
    Imports& operator=(const Imports&) = delete;
    ~Imports();

    /// Begins at once. Throws Error: `busy` while another one runs, `invalid` (Import).
    ImportId start(base::Fd input, const ImportOptions& options, std::string owner);

    /// Of that owner; nullptr where there is none. What ended is kept for some minutes.
    [[nodiscard]] const Import::Progress* progress(ImportId id, std::string_view owner) const;
    /// Throws Error (not_found).
    void cancel(ImportId id, std::string_view owner);

    /// The connection is gone: what it began ends and is forgotten.
    void forget_owner(std::string_view owner);
    void cancel_all() noexcept;

    /// One observer: after each batch, and at the end, with the owner.
    void on_progress(base::Function<void(ImportId, const std::string&)> observer) { observer_ = std::move(observer); }

private:
    struct Job {
        std::shared_ptr<Import> import;
        std::string owner;
        base::Milliseconds ended{0}; ///< 0: it runs
    };
    base::Task<void> run(ImportId id, std::shared_ptr<Import> import);
    void tell(ImportId id, const Import& import);
    void drop_old();

    ImportRules rules_;
    store::Store& store_;
    const NameService& names_;
    const base::Clock& clock_;
    work::WorkerPool lookups_;
    work::WorkerPool readers_;
    std::map<ImportId, Job> jobs_;
    ImportId last_ = 0;
    base::Function<void(ImportId, const std::string&)> observer_;
    base::TaskScope tasks_; ///< last: dies before what its tasks use
};

} // namespace loquet::accounts
