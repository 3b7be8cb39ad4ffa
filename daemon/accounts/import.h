// SPDX-License-Identifier: LGPL-2.1-or-later
// One import: reads lines on a worker, writes them in batches, and knows how far it is. Loop thread; the worker sees
// only the reader and the rules.
#pragma once

#include "daemon/accounts/import_batch.h"
#include "daemon/accounts/import_line.h"
#include "daemon/accounts/import_reader.h"
#include "daemon/accounts/name_service.h"
#include "daemon/store/store.h"
#include "daemon/work/worker_pool.h"
#include "lib/base/clock.h"
#include "lib/base/function.h"
#include "lib/base/task.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace loquet::accounts {

struct ImportOptions {
    bool dry_run = false;     ///< says what would happen; nothing is written
    bool must_change = false; ///< imported passwords are to be changed at the next login, where a line does not say
    bool without_passwords = false; ///< a line that has one is refused
    std::uint32_t actor = 0;        ///< UID of who imports
};

class Import {
public:
    enum class State : std::uint8_t {
        running,
        done,      ///< every line was read; some may have been refused
        failed,    ///< it stopped; `failure` says why, and what was done before stays
        cancelled, ///< likewise
    };
    struct Progress {
        State state = State::running;
        std::uint64_t bytes_done = 0;
        std::uint64_t bytes_in_all = 0; ///< 0: not known
        std::uint64_t created = 0;
        std::uint64_t unchanged = 0;
        std::uint64_t refused = 0;     ///< lines
        std::vector<LineError> errors; ///< the first of them, at most limits::import_errors
        std::string failure;
    };
    struct Dependencies {
        store::Store& store;
        const NameService& names;
        const base::Clock& clock;
        work::WorkerPool& lookups;
        work::WorkerPool& readers;
    };

    /// Throws Error (invalid) where the descriptor is neither a file nor a pipe. `deps` outlive the import.
    Import(Dependencies deps, ImportRules rules, const ImportOptions& options, base::Fd input);

    /// To the end, also when nothing goes well; never throws. `told` runs after each batch and at the end. Awaited or
    /// spawned once; the import outlives it.
    [[nodiscard]] base::Task<void> run(base::Job told);
    /// What is under way ends soon; nothing happens to one that ended.
    void cancel() noexcept;

    [[nodiscard]] const Progress& progress() const noexcept { return progress_; }

private:
    struct Batch {
        ImportLines lines;
        std::uint64_t bytes_done = 0;
        bool more = true;
    };
    [[nodiscard]] base::Future<Batch> read();
    base::Task<void> work(base::Job& told);
    base::Task<void> write(ImportLines lines);
    void add(ImportOutcome outcome);
    [[nodiscard]] static Batch read_batch(ImportReader& reader, const ImportRules& rules);

    Dependencies deps_;
    std::shared_ptr<const ImportRules> rules_;
    ImportOptions options_;
    std::shared_ptr<ImportReader> reader_;
    ImportSettings settings_;
    Progress progress_;
    bool cancelled_ = false;
};

} // namespace loquet::accounts
