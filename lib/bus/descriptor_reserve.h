// SPDX-License-Identifier: LGPL-2.1-or-later
// Descriptors that are set aside for what arrives on the bus. The kernel drops a descriptor that it has no number for,
// libsystemd takes that for a broken connection, and a service without its bus has to end. So there are always free
// numbers for as many as one message may bring before it is read. One thread.
#pragma once

#include "lib/base/file.h"
#include "lib/base/limits.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace loquet::bus {

class DescriptorReserve {
public:
    enum class State : std::uint8_t {
        enough,
        low,  ///< no other ones are left: the reserve was given back to the process, which takes it again when it can
        none, ///< not even those of one message: nothing that may bring descriptors is to be read
    };

    /// Takes what there is. To be made early: what is set aside then counts also where the limit is lowered later.
    DescriptorReserve();

    /// To be called before anything that may need descriptors.
    State make_room() noexcept;
    [[nodiscard]] State state() const noexcept { return state_; }

    /// So much of the reserve is in use, and will be for a while, that what brings a descriptor is to be refused: the
    /// rest is for a message that arrives, while another one waits for its end and has its descriptors already.
    [[nodiscard]] bool is_used_up() const noexcept;

private:
    /// At most twice the reserve.
    [[nodiscard]] bool can_open(std::size_t count) const noexcept;
    /// The same, and cheap while far fewer are open than may be.
    [[nodiscard]] bool has_room(std::size_t count) const noexcept;
    void take() noexcept;

    base::Fd anchor_; ///< what the others are duplicates of
    std::array<base::Fd, limits::reserved_descriptors> held_;
    State state_ = State::enough;
};

} // namespace loquet::bus
