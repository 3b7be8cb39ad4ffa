// SPDX-License-Identifier: LGPL-2.1-or-later
// An executor without a loop: what is posted waits until the test runs it. One thread.
#pragma once

#include "lib/base/function.h"

#include <cstddef>
#include <deque>
#include <utility>

namespace loquet::tests {

class JobQueue final : public base::Executor {
public:
    void post(base::Job job) override { jobs_.push_back(std::move(job)); }
    /// Runs what is posted, and what that posts, until nothing is left.
    void run() {
        while (!jobs_.empty()) {
            base::Job job = std::move(jobs_.front());
            jobs_.pop_front();
            job();
        }
    }
    [[nodiscard]] std::size_t size() const noexcept { return jobs_.size(); }

private:
    std::deque<base::Job> jobs_;
};

} // namespace loquet::tests
