// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/accounts/imports.h"

#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/base/log.h"

#include <algorithm>
#include <utility>

namespace loquet::accounts {

namespace {

using base::Error;

constexpr base::Milliseconds kept_after_end = std::chrono::minutes(5);

} // namespace

Imports::Imports(ImportRules rules, store::Store& store, const NameService& names, const base::Clock& clock,
                 base::Executor& loop, base::TaskGroup& tasks)
    : rules_(std::move(rules)), store_(store), names_(names), clock_(clock),
      lookups_(loop, "loquet-names", 1, limits::imports), readers_(loop, "loquet-import", 1, limits::imports),
      tasks_(tasks) {}

Imports::~Imports() {
    cancel_all(); // a reader that waits for a pipe would keep its worker
}

ImportId Imports::start(base::Fd input, const ImportOptions& options, std::string owner) {
    drop_old();
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
    jobs_.emplace(id, Job{import, std::move(owner)});
    tasks_.spawn(run(id, std::move(import)));
    return id;
}

base::Task<void> Imports::run(ImportId id, std::shared_ptr<Import> import) {
    base::Job told = [this, id, running = import.get()] { tell(id, *running); };
    base::Task<void> running = import->run(std::move(told));
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
    if (observer_) {
        observer_(id, job->second.owner);
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

void Imports::drop_old() {
    const base::Milliseconds now = clock_.boottime();
    std::erase_if(jobs_, [&](const auto& job) {
        return job.second.ended.count() != 0 && now - job.second.ended > kept_after_end;
    });
    while (jobs_.size() >= limits::import_jobs) {
        const auto oldest =
            std::find_if(jobs_.begin(), jobs_.end(), [](const auto& job) { return job.second.ended.count() != 0; });
        if (oldest == jobs_.end()) {
            return;
        }
        jobs_.erase(oldest);
    }
}

} // namespace loquet::accounts
