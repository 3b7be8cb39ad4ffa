// SPDX-License-Identifier: LGPL-2.1-or-later
// One import: reads lines on a worker, writes them in batches, and knows how far it is. Loop thread; the worker sees
// only the reader and the rules.
#pragma once

#include "daemon/accounts/import_lines.h"
#include "daemon/accounts/name_service.h"
#include "daemon/store/store.h"
#include "daemon/work/worker_pool.h"
#include "lib/base/clock.h"
#include "lib/base/file.h"
#include "lib/base/function.h"
#include "lib/base/limits.h"
#include "lib/base/secret.h"
#include "lib/base/task.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace loquet::accounts {

/// Reads the lines of an import from a descriptor that somebody else gave us: a pipe, a file, a memfd. Every buffer is
/// wiped, for lines hold password hashes. One thread, apart from cancel().
class ImportReader {
public:
    /// From where the descriptor stands to its end. Throws Error (invalid) for a folder, a device or a socket.
    explicit ImportReader(base::Fd input, std::uint64_t most_bytes = limits::import_bytes);

    /// Calls `line` with lines that are not empty, and their number from 1, at most `most` of them; waits for the first
    /// one, and gives what there is when the next would be waited for. A line longer than limits::import_line_bytes is
    /// given as none, with its number. False at the end. Throws Error: `limited` above `most_bytes`, `unavailable`
    /// where reading fails or cancel() was called.
    using Line = std::function<void(std::uint64_t number, const std::string_view* text)>;
    bool read(std::size_t most, const Line& line);

    /// Any thread.
    void cancel() noexcept;

    [[nodiscard]] std::uint64_t bytes_read() const noexcept { return bytes_read_; }
    /// Of a file; 0: not known.
    [[nodiscard]] std::uint64_t bytes_in_all() const noexcept { return bytes_in_all_; }

private:
    enum class More { yes, end, later };
    [[nodiscard]] bool wait(bool for_ever) const;
    More fill(bool wait_for_it);
    /// The next whole line; false where there is none in the buffer.
    [[nodiscard]] bool next(const Line& line, std::size_t& given);
    void give(std::string_view text, const Line& line, std::size_t& given);

    base::Fd input_;
    base::Fd cancelled_;
    std::uint64_t most_bytes_;
    std::uint64_t bytes_read_ = 0;
    std::uint64_t bytes_in_all_ = 0;
    base::SecureBytes buffer_; ///< read and not given yet, from begin_ to end_
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::uint64_t number_ = 0;
    bool too_long_ = false; ///< the line that is being read was refused; its rest is passed over
    bool at_end_ = false;
};

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

    /// To the end, also when nothing goes well; never throws. `told` runs after each batch and at the end. `made` runs
    /// for each account once it is durable, for limits::announced_accounts of them; where there are more, also for the
    /// last one when all is done. Awaited or spawned once; the import outlives it.
    [[nodiscard]] base::Task<void> run(base::Job told, base::Function<void(model::Uid)> made);
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
    void tell_made(model::Uid uid) noexcept;
    void announce(const std::vector<model::Uid>& made);
    [[nodiscard]] static Batch read_batch(ImportReader& reader, const ImportRules& rules);

    Dependencies deps_;
    std::shared_ptr<const ImportRules> rules_;
    ImportOptions options_;
    std::shared_ptr<ImportReader> reader_; ///< until its end
    ImportSettings settings_;
    Progress progress_;
    base::Function<void(model::Uid)> made_;
    std::size_t announced_ = 0;
    std::optional<model::Uid> last_made_; ///< not announced
    bool cancelled_ = false;
};

using ImportId = std::uint64_t;

/// The imports that run, and those that ended and may still be asked about. Each belongs to one connection to the bus.
/// Loop thread.
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
    /// Forgets those that ended some minutes ago. How long until the next one is to be forgotten; nothing: none is.
    std::optional<base::Milliseconds> forget_old();

    [[nodiscard]] std::vector<ImportId> jobs_of(std::string_view owner) const;

    /// What somebody else is told of; each is called on the loop, and may be empty.
    struct Observer {
        base::Function<void(ImportId, const std::string& owner)> begun;
        base::Function<void(ImportId, const std::string& owner)> progress;  ///< after each batch, and at the end
        base::Function<void(ImportId, const std::string& owner)> forgotten; ///< its owner is still there
        base::Function<void(model::Uid)> made;                              ///< as Import::run() says
    };
    void observe(Observer observer) { observer_ = std::move(observer); }

private:
    struct Job {
        std::shared_ptr<Import> import;
        std::string owner;
        base::Milliseconds ended{0}; ///< 0: it runs
    };
    base::Task<void> run(ImportId id, std::shared_ptr<Import> import);
    using Jobs = std::map<ImportId, Job>;
    void tell(ImportId id, const Import& import);
    void make_room();
    Jobs::iterator forget(Jobs::iterator job);

    ImportRules rules_;
    store::Store& store_;
    const NameService& names_;
    const base::Clock& clock_;
    work::WorkerPool lookups_;
    work::WorkerPool readers_;
    Jobs jobs_;
    ImportId last_ = 0;
    Observer observer_;
    base::TaskScope tasks_; ///< last: dies before what its tasks use
};

} // namespace loquet::accounts
