// SPDX-License-Identifier: LGPL-2.1-or-later
// Whose last code was refused for good, so that the operator is told once and not of each attempt. In memory and
// bounded: what is forgotten is told again. Loop thread.
#pragma once

#include "daemon/model/ids.h"

#include <cstddef>
#include <cstdint>
#include <set>

namespace loquet::outbox {

class RefusedCodes {
public:
    static constexpr std::size_t kept = 4096; ///< accounts; beyond that all are forgotten

    /// True where the one before was not.
    bool refused(model::Uid account) {
        if (accounts_.size() >= kept && !accounts_.contains(account.value)) {
            accounts_.clear();
        }
        return accounts_.insert(account.value).second;
    }
    void sent(model::Uid account) { accounts_.erase(account.value); }
    [[nodiscard]] std::size_t size() const noexcept { return accounts_.size(); }

private:
    std::set<std::uint32_t> accounts_;
};

} // namespace loquet::outbox
