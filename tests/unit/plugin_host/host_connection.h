// SPDX-License-Identifier: LGPL-2.1-or-later
// For tests: the daemon's end of a host's socket, with nothing in between.
#pragma once

#include "lib/base/file.h"
#include "lib/base/limits.h"
#include "lib/protocol/plugin_wire.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <vector>

namespace loquet::plugin_host {

class HostConnection {
public:
    explicit HostConnection(const std::string& path) : socket_(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strcpy(address.sun_path, path.c_str()); // NOLINT: a folder of mkdtemp is short
        EXPECT_EQ(::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    }

    void send(std::span<const std::uint8_t> packet) const {
        (void)!::send(socket_.get(), packet.data(), packet.size(), MSG_NOSIGNAL);
    }

    /// The next packet; empty where the connection was closed instead.
    [[nodiscard]] std::vector<std::uint8_t> receive() const {
        std::vector<std::uint8_t> received(limits::plugin_frame_bytes);
        pollfd waiting{socket_.get(), POLLIN, 0};
        EXPECT_EQ(::poll(&waiting, 1, 10'000), 1);
        const ssize_t size = ::recv(socket_.get(), received.data(), received.size(), MSG_DONTWAIT);
        received.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
        return received;
    }

    [[nodiscard]] std::vector<std::uint8_t> answer(std::span<const std::uint8_t> packet) const {
        send(packet);
        return receive();
    }

private:
    base::Fd socket_;
};

} // namespace loquet::plugin_host
