// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/accounts/directory_export.h"

#include "lib/base/error.h"
#include "lib/base/log.h"

#include <algorithm>
#include <utility>

namespace loquet::accounts {

namespace {

using namespace std::chrono_literals;
using base::Error;

constexpr auto settling = 4ms; ///< after the first change, for those that come with it
constexpr int rest_factor = 4; ///< of the time that the last file took, before the next one
constexpr auto longest_rest = 1s;
constexpr auto first_back_off = 1s;
constexpr auto longest_back_off = 60s;

} // namespace

DirectoryExport::DirectoryExport(DirectorySettings settings, store::Store& store, base::Executor& loop)
    : loop_(loop), look_every_(settings.look_every), copy_(std::move(settings), store.snapshot_reader()),
      build_reader_(store.snapshot_reader()) {
    changes_ = store.on<store::PublicChange>([this](const auto& change) { tell(change); });
    copy_.begin();
    thread_ = std::thread([this] { run(); });
}

DirectoryExport::~DirectoryExport() {
    stopping_ = true;
    {
        const std::lock_guard lock(mutex_);
        incoming_.stopping = true;
    }
    wake_.notify_one();
    thread_.join();
}

void DirectoryExport::tell(const store::PublicChange& publication) {
    {
        const std::lock_guard lock(mutex_);
        if (!incoming_.publication) {
            incoming_.publication.emplace();
        }
        incoming_.publication->add(publication);
    }
    wake_.notify_one();
}

void DirectoryExport::run() {
    not_before_ = Clock::now();
    for (bool stopping = false; !stopping;) {
        Incoming incoming = wait();
        stopping = incoming.stopping;
        take(std::move(incoming));
        if (stopping || Clock::now() >= not_before_) {
            bring_up_to_date();
        }
    }
    if (builder_.joinable()) {
        builder_.join();
    }
}

/// There is something to do without being told anything more.
bool DirectoryExport::work_due() const noexcept {
    return !copy_.is_open() || copy_.can_amend() || (copy_.wants_base() && !builder_.joinable());
}

/// Until something came in, or it is time for what is due.
DirectoryExport::Incoming DirectoryExport::wait() {
    std::unique_lock lock(mutex_);
    const auto something = [this] { return incoming_.any(); };
    if (work_due()) {
        wake_.wait_until(lock, not_before_, something);
    } else {
        wake_.wait_until(lock, next_look_, something);
    }
    return std::exchange(incoming_, {});
}

void DirectoryExport::take(Incoming incoming) {
    if (incoming.publication) {
        if (!copy_.has_news()) {
            not_before_ = std::max(not_before_, Clock::now() + settling);
        }
        copy_.note(*incoming.publication);
    }
    if (!incoming.built && !incoming.build_failure) {
        return;
    }
    builder_.join();
    try {
        if (incoming.build_failure) {
            std::rethrow_exception(incoming.build_failure);
        }
        copy_.adopt(*std::move(incoming.built));
        succeeded();
    } catch (const std::exception& failure) {
        failed(failure);
    }
}

/// A base that is being made needs the copy as it is; it is looked at afterwards.
void DirectoryExport::look_after_files() {
    next_look_ = Clock::now() + look_every_;
    if (builder_.joinable() || stopping_ || copy_.intact()) {
        return;
    }
    copy_.close();
    constexpr const char* what = "the directory of names was removed or changed by somebody else, and is made anew";
    log::error(log::id::directory_unwritable, what);
    tell_problem(what);
}

void DirectoryExport::bring_up_to_date() {
    try {
        look_after_files();
        if (!copy_.is_open()) {
            copy_.open();
        }
        if (copy_.can_amend()) {
            amend();
        }
        if (copy_.wants_base() && !builder_.joinable() && !stopping_) {
            start_build();
        }
    } catch (const Error& failure) {
        if (failure.kind() == Error::Kind::not_found && !builder_.joinable()) {
            copy_.close(); // the folder was taken away: begin with it
        }
        failed(failure);
    } catch (const std::exception& failure) {
        failed(failure);
    }
}

void DirectoryExport::amend() {
    const auto begin = Clock::now();
    copy_.amend();
    const auto end = Clock::now();
    not_before_ = end + std::min<Pause>(rest_factor * (end - begin), longest_rest);
    succeeded();
}

void DirectoryExport::start_build() {
    copy_.begin_build();
    builder_ = std::thread([this] {
        Incoming result;
        try {
            result.built.emplace(copy_.build(build_reader_, stopping_));
        } catch (...) {
            result.build_failure = std::current_exception();
        }
        {
            const std::lock_guard lock(mutex_);
            incoming_.built = std::move(result.built);
            incoming_.build_failure = std::move(result.build_failure);
        }
        wake_.notify_one();
    });
}

void DirectoryExport::failed(const std::exception& failure) {
    if (stopping_) {
        return;
    }
    back_off_ = std::clamp<Pause>(back_off_ * 2, first_back_off, longest_back_off);
    not_before_ = Clock::now() + back_off_;
    if (current_problem_.empty()) {
        log::error(log::id::directory_unwritable,
                   std::string("other programs do not see changes of accounts: ") + failure.what());
    }
    tell_problem(std::string("the directory of names cannot be written: ") + failure.what());
}

void DirectoryExport::succeeded() {
    back_off_ = {};
    if (!current_problem_.empty()) {
        log::notice(log::id::directory_writable_again, "the directory of names follows the accounts again");
        tell_problem({});
    }
}

void DirectoryExport::tell_problem(std::string text) {
    if (text == current_problem_) {
        return;
    }
    current_problem_ = text;
    loop_.post([problem = problem_, changed = changed_, text = std::move(text)] {
        *problem = text;
        if (*changed) {
            (*changed)();
        }
    });
}

} // namespace loquet::accounts
