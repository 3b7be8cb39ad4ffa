// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/accounts/import.h"

#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/base/log.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <exception>
#include <utility>

namespace loquet::accounts {

using base::Error;
using base::Task;

namespace {

constexpr std::size_t buffer_bytes = 4 * limits::import_line_bytes;

constexpr std::size_t lines_per_batch = 500; ///< one commit; a login waits for at most one of them

/// Undoes a transaction that was only a rehearsal.
struct Rehearsed : std::exception {};

constexpr base::Milliseconds kept_after_end = std::chrono::minutes(5);

} // namespace

ImportReader::ImportReader(base::Fd input, std::uint64_t most_bytes)
    : input_(std::move(input)), cancelled_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), most_bytes_(most_bytes),
      buffer_(buffer_bytes) {
    struct stat status{};
    if (!cancelled_ || ::fstat(input_.get(), &status) != 0) {
        throw base::system_error(errno, "cannot read what is to be imported");
    }
    if (!S_ISREG(status.st_mode) && !S_ISFIFO(status.st_mode)) {
        throw Error(Error::Kind::invalid, "an import needs a file or a pipe, not a folder or a device");
    }
    if (S_ISREG(status.st_mode)) {
        const off_t place = std::max<off_t>(::lseek(input_.get(), 0, SEEK_CUR), 0);
        bytes_in_all_ = static_cast<std::uint64_t>(std::max<off_t>(status.st_size - place, 0));
    }
}

void ImportReader::cancel() noexcept {
    const std::uint64_t one = 1;
    (void)!::write(cancelled_.get(), &one, sizeof one);
}

/// True when there is something to read, or the end. Throws when it was cancelled.
bool ImportReader::wait(bool for_ever) const {
    std::array<pollfd, 2> watched{{{input_.get(), POLLIN, 0}, {cancelled_.get(), POLLIN, 0}}};
    const int ready = ::poll(watched.data(), watched.size(), for_ever ? -1 : 0);
    if (ready < 0 && errno != EINTR) {
        throw base::system_error(errno, "cannot read what is to be imported");
    }
    if (watched[1].revents != 0) {
        throw Error(Error::Kind::unavailable, "the import was cancelled");
    }
    return watched[0].revents != 0;
}

ImportReader::More ImportReader::fill(bool wait_for_it) {
    if (!wait(wait_for_it)) {
        return More::later;
    }
    if (begin_ > 0) {
        std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    const ssize_t got = ::read(input_.get(), buffer_.data() + end_, buffer_.size() - end_);
    if (got < 0) {
        if (errno == EAGAIN || errno == EINTR) {
            return More::later;
        }
        throw base::system_error(errno, "cannot read what is to be imported");
    }
    bytes_read_ += static_cast<std::uint64_t>(got);
    if (bytes_read_ > most_bytes_) {
        throw Error(Error::Kind::limited,
                    "more than " + std::to_string(most_bytes_) + " bytes are not imported at once: divide the file");
    }
    end_ += static_cast<std::size_t>(got);
    at_end_ = got == 0;
    return at_end_ ? More::end : More::yes;
}

void ImportReader::give(std::string_view text, const Line& line, std::size_t& given) {
    ++number_;
    const bool refused = std::exchange(too_long_, false) || text.size() > limits::import_line_bytes;
    if (refused || text.find_first_not_of(" \t\r") != std::string_view::npos) {
        ++given;
        line(number_, refused ? nullptr : &text);
    }
}

bool ImportReader::next(const Line& line, std::size_t& given) {
    const std::string_view waiting(reinterpret_cast<const char*>(buffer_.data()) + begin_, end_ - begin_);
    const std::size_t length = waiting.find('\n');
    if (length != std::string_view::npos) {
        begin_ += length + 1;
        give(waiting.substr(0, length), line, given);
        return true;
    }
    if (waiting.size() > limits::import_line_bytes) {
        too_long_ = true;
        begin_ = end_;
    }
    if (at_end_ && (!waiting.empty() || too_long_)) {
        begin_ = end_;
        give(waiting, line, given);
    }
    return false;
}

bool ImportReader::read(std::size_t most, const Line& line) {
    std::size_t given = 0;
    while (given < most) {
        if (next(line, given)) {
            continue;
        }
        if (at_end_) {
            return false;
        }
        const bool nothing_yet = given == 0;
        if (fill(nothing_yet) == More::later && !nothing_yet) {
            return true;
        }
    }
    return true;
}

Import::Import(Dependencies deps, ImportRules rules, const ImportOptions& options, base::Fd input)
    : deps_(deps), rules_(std::make_shared<const ImportRules>(std::move(rules))), options_(options),
      reader_(std::make_shared<ImportReader>(std::move(input))) {
    progress_.bytes_in_all = reader_->bytes_in_all();
    settings_.rules = *rules_;
    settings_.actor = options_.actor;
}

void Import::cancel() noexcept {
    cancelled_ = true;
    if (reader_) {
        reader_->cancel();
    }
}

Task<void> Import::run(base::Job told, base::Function<void(model::Uid)> made) {
    made_ = std::move(made);
    try {
        Task<void> working = work(told);
        co_await working;
        progress_.state = State::done;
    } catch (const std::exception& failure) {
        progress_.state = cancelled_ ? State::cancelled : State::failed;
        progress_.failure = failure.what();
    }
    reader_->cancel(); // it may wait for a pipe still
    reader_.reset();   // and its descriptors; what is told of it stays for minutes
    if (last_made_) {
        tell_made(*last_made_);
    }
    told();
}

Task<void> Import::work(base::Job& told) {
    const NameService* names = &deps_.names;
    base::Future<MachineNames> asking = deps_.lookups.run({}, [names] { return names->everybody(); });
    MachineNames machine = co_await asking;
    settings_.machine = std::make_shared<const MachineNames>(std::move(machine));

    base::Future<Batch> reading = read();
    for (bool more = true; more;) {
        Batch batch = co_await reading;
        more = batch.more;
        if (cancelled_) {
            throw Error(Error::Kind::unavailable, "the import was cancelled");
        }
        if (more) {
            reading = read(); // while this batch is being written
        }
        Task<void> writing = write(std::move(batch.lines));
        co_await writing;
        progress_.bytes_done = batch.bytes_done;
        told();
    }
}

base::Future<Import::Batch> Import::read() {
    return deps_.readers.run({}, [reader = reader_, rules = rules_] { return read_batch(*reader, *rules); });
}

Import::Batch Import::read_batch(ImportReader& reader, const ImportRules& rules) {
    Batch batch;
    const auto take = [&](std::uint64_t number, const std::string_view* text) {
        if (text == nullptr) {
            batch.lines.errors.push_back(
                {number, "the line is longer than " + std::to_string(limits::import_line_bytes) + " bytes"});
            return;
        }
        try {
            batch.lines.lines.push_back({number, read_import_line(*text, rules)});
        } catch (const Error& refused) {
            batch.lines.errors.push_back({number, refused.what()});
        }
    };
    batch.more = reader.read(lines_per_batch, take);
    batch.bytes_done = reader.bytes_read();
    return batch;
}

Task<void> Import::write(ImportLines lines) {
    const auto outcome = std::make_shared<ImportOutcome>();
    settings_.wall = deps_.clock.wall();
    base::Future<void> written = deps_.store.write(
        [outcome, lines = std::move(lines), settings = settings_, rehearsal = options_.dry_run](store::WriteTxn& txn) {
            *outcome = import_lines(txn, lines, settings);
            if (rehearsal) {
                throw Rehearsed();
            }
        });
    try {
        co_await written;
        announce(outcome->made);
    } catch (const Rehearsed&) { // NOLINT(bugprone-empty-catch): undone, as was intended
    }
    add(std::move(*outcome));
}

/// The account is there: that nobody more can be told changes nothing of the import.
void Import::tell_made(model::Uid uid) noexcept {
    try {
        if (made_) {
            made_(uid);
        }
    } catch (const std::exception& error) {
        made_ = {};
        log::warning(log::id::accounts_imported,
                     std::string("programs that show accounts are told no more of what an import creates, and have to "
                                 "list them again: ")
                         + error.what());
    }
}

void Import::announce(const std::vector<model::Uid>& made) {
    for (const model::Uid uid : made) {
        if (announced_ == limits::announced_accounts) {
            last_made_ = made.back();
            return;
        }
        ++announced_;
        tell_made(uid);
    }
}

void Import::add(ImportOutcome outcome) {
    progress_.created += outcome.created;
    progress_.unchanged += outcome.unchanged;
    progress_.refused += outcome.errors.size();
    // Of one batch, lines that cannot be read come before those that cannot be done.
    std::ranges::sort(outcome.errors, {}, &LineError::line);
    for (LineError& error : outcome.errors) {
        if (progress_.errors.size() < limits::import_errors) {
            progress_.errors.push_back(std::move(error));
        }
    }
}

Imports::Imports(ImportRules rules, store::Store& store, const NameService& names, const base::Clock& clock,
                 base::Executor& loop, base::TaskGroup& tasks)
    : rules_(std::move(rules)), store_(store), names_(names), clock_(clock),
      lookups_(loop, "loquet-names", 1, limits::imports), readers_(loop, "loquet-import", 1, limits::imports),
      tasks_(tasks) {}

Imports::~Imports() {
    cancel_all(); // a reader that waits for a pipe would keep its worker
}

ImportId Imports::start(base::Fd input, const ImportOptions& options, std::string owner) {
    make_room();
    const auto running =
        std::count_if(jobs_.begin(), jobs_.end(), [](const auto& job) { return job.second.ended.count() == 0; });
    if (static_cast<std::size_t>(running) >= limits::imports) {
        throw Error(Error::Kind::busy, "another import is under way; wait for its end");
    }
    ImportRules rules = rules_;
    rules.must_change = options.must_change;
    rules.without_passwords = options.without_passwords;
    const Import::Dependencies deps{store_, names_, clock_, lookups_, readers_};
    auto import = std::make_shared<Import>(deps, std::move(rules), options, std::move(input));
    const ImportId id = ++last_;
    const Job& job = jobs_.emplace(id, Job{import, std::move(owner)}).first->second;
    if (observer_.begun) {
        observer_.begun(id, job.owner);
    }
    tasks_.spawn(run(id, std::move(import)));
    return id;
}

base::Task<void> Imports::run(ImportId id, std::shared_ptr<Import> import) {
    base::Job told = [this, id, running = import.get()] { tell(id, *running); };
    base::Function<void(model::Uid)> made = [this](model::Uid uid) {
        if (observer_.made) {
            observer_.made(uid);
        }
    };
    base::Task<void> running = import->run(std::move(told), std::move(made));
    co_await running;
    const Import::Progress& progress = import->progress();
    log::notice(log::id::accounts_imported,
                "an import ended: " + std::to_string(progress.created) + " accounts created, "
                    + std::to_string(progress.unchanged) + " there already, " + std::to_string(progress.refused)
                    + " lines refused" + (progress.failure.empty() ? "" : "; " + progress.failure));
}

void Imports::tell(ImportId id, const Import& import) {
    const auto job = jobs_.find(id);
    if (job == jobs_.end()) {
        return; // its owner is gone
    }
    if (import.progress().state != Import::State::running) {
        job->second.ended = std::max(clock_.boottime(), base::Milliseconds(1));
    }
    if (observer_.progress) {
        observer_.progress(id, job->second.owner);
    }
}

const Import::Progress* Imports::progress(ImportId id, std::string_view owner) const {
    const auto job = jobs_.find(id);
    return job == jobs_.end() || job->second.owner != owner ? nullptr : &job->second.import->progress();
}

void Imports::cancel(ImportId id, std::string_view owner) {
    if (progress(id, owner) == nullptr) {
        throw Error(Error::Kind::not_found, "there is no such import");
    }
    jobs_.at(id).import->cancel();
}

void Imports::forget_owner(std::string_view owner) {
    for (auto job = jobs_.begin(); job != jobs_.end();) {
        if (job->second.owner == owner) {
            job->second.import->cancel();
            job = jobs_.erase(job);
        } else {
            ++job;
        }
    }
}

void Imports::cancel_all() noexcept {
    for (auto& [id, job] : jobs_) {
        job.import->cancel();
    }
}

std::vector<ImportId> Imports::jobs_of(std::string_view owner) const {
    std::vector<ImportId> ids;
    for (const auto& [id, job] : jobs_) {
        if (job.owner == owner) {
            ids.push_back(id);
        }
    }
    return ids;
}

Imports::Jobs::iterator Imports::forget(Jobs::iterator job) {
    const auto [id, forgotten] = std::move(*job);
    const auto next = jobs_.erase(job);
    if (observer_.forgotten) {
        observer_.forgotten(id, forgotten.owner);
    }
    return next;
}

std::optional<base::Milliseconds> Imports::forget_old() {
    const base::Milliseconds now = clock_.boottime();
    std::optional<base::Milliseconds> next;
    for (auto job = jobs_.begin(); job != jobs_.end();) {
        if (job->second.ended.count() == 0) {
            ++job;
        } else if (const base::Milliseconds age = now - job->second.ended; age >= kept_after_end) {
            job = forget(job);
        } else {
            next = std::min(next.value_or(kept_after_end), kept_after_end - age);
            ++job;
        }
    }
    return next;
}

void Imports::make_room() {
    (void)forget_old();
    while (jobs_.size() >= limits::import_jobs) {
        const auto oldest =
            std::find_if(jobs_.begin(), jobs_.end(), [](const auto& job) { return job.second.ended.count() != 0; });
        if (oldest == jobs_.end()) {
            return;
        }
        (void)forget(oldest);
    }
}

} // namespace loquet::accounts
