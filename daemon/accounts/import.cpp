// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/accounts/import.h"

#include "lib/base/error.h"
#include "lib/base/limits.h"

#include <algorithm>
#include <exception>
#include <utility>

namespace loquet::accounts {

namespace {

using base::Error;
using base::Task;

constexpr std::size_t lines_per_batch = 500; ///< one commit; a login waits for at most one of them

/// Undoes a transaction that was only a rehearsal.
struct Rehearsed : std::exception {};

} // namespace

Import::Import(Dependencies deps, ImportRules rules, const ImportOptions& options, base::Fd input)
    : deps_(deps), rules_(std::make_shared<const ImportRules>(std::move(rules))), options_(options),
      reader_(std::make_shared<ImportReader>(std::move(input))) {
    progress_.bytes_in_all = reader_->bytes_in_all();
    settings_.rules = *rules_;
    settings_.actor = options_.actor;
}

void Import::cancel() noexcept {
    cancelled_ = true;
    reader_->cancel();
}

Task<void> Import::run(base::Job told) {
    try {
        Task<void> working = work(told);
        co_await working;
        progress_.state = State::done;
    } catch (const std::exception& failure) {
        progress_.state = cancelled_ ? State::cancelled : State::failed;
        progress_.failure = failure.what();
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
    } catch (const Rehearsed&) { // NOLINT(bugprone-empty-catch): undone, as was intended
    }
    add(std::move(*outcome));
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

} // namespace loquet::accounts
