// SPDX-License-Identifier: LGPL-2.1-or-later
// One evaluation at a time for each name, and a short, fair queue in front of it: places take turns, so a flood from
// one place does not keep the owner out at another. Who is cancelled gives the place back. Loop thread.
#pragma once

#include "daemon/model/ids.h"
#include "lib/base/function.h"
#include "lib/base/task.h"

#include <cstddef>
#include <memory>
#include <utility>

namespace loquet::conversation {

class AccountQueue {
    class Lines;

public:
    explicit AccountQueue(base::Executor& loop);

    /// The right to evaluate; when it dies the next in line gets it, by a job of the loop.
    class [[nodiscard]] Permit {
    public:
        Permit(Permit&&) noexcept = default;
        Permit& operator=(Permit&&) = delete;
        Permit(const Permit&) = delete;
        Permit& operator=(const Permit&) = delete;
        ~Permit();

    private:
        friend class Lines;
        Permit(std::shared_ptr<Lines> lines, const model::Digest& identity) noexcept
            : lines_(std::move(lines)), identity_(identity) {}
        std::shared_ptr<Lines> lines_;
        model::Digest identity_;
    };

    /// Waits for its turn. Throws Error (busy) when limits::waiting_per_account already wait, or the place alone has
    /// half of them.
    base::Task<Permit> acquire(model::Digest identity, model::Digest place);

    /// The helpdesk's turn: after the evaluation that runs, before all who wait, in a place of its own that no flood of
    /// answers can take. Throws Error (busy) when limits::waiting_maintenance already wait.
    base::Task<Permit> acquire_for_maintenance(model::Digest identity);

    /// Answers that wait; maintenance is not among them.
    [[nodiscard]] std::size_t waiting(const model::Digest& identity) const;
    [[nodiscard]] bool idle() const noexcept;

private:
    std::shared_ptr<Lines> lines_; ///< of the turns and of those who wait, too
};

} // namespace loquet::conversation
