// SPDX-License-Identifier: LGPL-2.1-or-later
// Whether a channel delivers, for the operator: it does not once so many messages in a row were not taken. Pure.
#pragma once

#include "daemon/model/ids.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace loquet::outbox {

class ChannelHealth {
public:
    static constexpr std::uint32_t failures_to_tell = 3;

    // What became of a message; true where fails() is another now.
    bool delivered();
    /// It waits for another attempt, or nobody knows.
    bool put_off(std::string_view said);
    /// For good. Those of one account in a row are one: its address is wrong, and the channel is well.
    bool refused(model::Uid account, std::string_view said);

    [[nodiscard]] bool fails() const noexcept { return failures_ >= failures_to_tell; }
    /// What was said last of a message that was not taken.
    [[nodiscard]] const std::string& said() const noexcept { return said_; }

private:
    bool failed(std::string_view said);

    std::uint32_t failures_ = 0; ///< in a row
    std::optional<model::Uid> refused_last_;
    std::string said_;
};

} // namespace loquet::outbox
