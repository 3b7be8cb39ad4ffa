// SPDX-License-Identifier: LGPL-2.1-or-later
// By which medium each account's codes went out, so that it is known which one was used when somebody types it, perhaps
// in another dialog. In memory and bounded: what is forgotten counts as a code that nobody used, of which the
// alarm bears some. Loop thread.
#pragma once

#include "daemon/model/day_count.h"
#include "daemon/model/ids.h"
#include "daemon/model/outbox_entry.h"
#include "lib/base/clock.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace loquet::outbox {

/// Where a code went to: the address of that medium that the account had while it was of this generation.
struct SentCode {
    model::Medium medium = model::Medium::mail;
    std::uint64_t generation = 0;
    friend bool operator==(const SentCode&, const SentCode&) = default;
};

class SentCodes {
public:
    struct Used {
        SentCode last;
        bool alone = true; ///< each one since the last use went to the same address
    };

    /// The one that was noted first gives way.
    static constexpr std::size_t kept = 4096;

    void note(model::Uid account, const std::string& step, const SentCode& code);
    /// Nothing where none is known; a code is used once.
    [[nodiscard]] std::optional<Used> take(model::Uid account, const std::string& step);
    [[nodiscard]] std::size_t size() const noexcept { return noted_.size(); }

private:
    using Key = std::pair<std::uint32_t, std::string>;
    struct Noted {
        Used used;
        std::uint64_t at; ///< in `order_`
    };

    std::map<Key, Noted> noted_;
    std::deque<std::pair<std::uint64_t, Key>> order_; ///< ascending; of each key the last entry counts
    std::uint64_t next_ = 0;
};

/// When codes are asked for and nobody types them: the sign of SMS pumping, of callers who earn by each message and do
/// not read it.
struct AlarmRule {
    std::uint32_t after = 50;   ///< codes within a day, before anything is said of their share
    std::uint32_t percent = 30; ///< of them that are used at least, where all is well; 0: no alarm
};

/// Pure.
[[nodiscard]] bool is_alarming(const model::CodeUse& use, const AlarmRule& rule, base::Milliseconds now);

} // namespace loquet::outbox
