// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin_host/server.h"

#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "plugin_host/request_timer.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace loquet::plugin_host {

namespace {

constexpr time_t slowest_reader = 5; // seconds until a peer that does not read its answers is given up

} // namespace

Server::Server(base::Fd listener, PluginInstance& plugin, std::vector<uid_t> permitted)
    : listener_(std::move(listener)), plugin_(plugin), permitted_(std::move(permitted)) {
    permitted_.push_back(0);
    permitted_.push_back(::getuid());
    buffer_.resize(limits::plugin_frame_bytes);
}

void Server::serve() {
    for (;;) {
        std::vector<pollfd> watched{{listener_.get(), POLLIN, 0}};
        for (const base::Fd& connection : connections_) {
            watched.push_back({connection.get(), POLLIN, 0});
        }
        if (::poll(watched.data(), watched.size(), -1) < 0) {
            if (errno == EINTR) {
                continue;
            }
            throw base::system_error(errno, "cannot wait for requests");
        }
        auto at = connections_.begin();
        for (std::size_t i = 1; i < watched.size(); ++i) {
            const auto connection = at++;
            if (watched[i].revents == 0) {
                continue;
            }
            if (serve_one(connection->get())) {
                connections_.splice(connections_.end(), connections_, connection);
            } else {
                connections_.erase(connection);
            }
        }
        if (watched[0].revents != 0) {
            accept_one();
        }
    }
}

void Server::accept_one() {
    base::Fd connection(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!connection || !is_permitted(connection.get())) {
        return;
    }
    const timeval patience{slowest_reader, 0};
    ::setsockopt(connection.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (connections_.size() >= limits::plugin_connections) {
        connections_.pop_front(); // a daemon that came back must find room
    }
    connections_.push_back(std::move(connection));
}

bool Server::is_permitted(int connection) const {
    ucred peer{};
    socklen_t size = sizeof peer;
    return ::getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0
           && std::ranges::find(permitted_, peer.uid) != permitted_.end();
}

bool Server::serve_one(int connection) {
    iovec block{buffer_.data(), buffer_.size()};
    msghdr message{};
    message.msg_iov = &block;
    message.msg_iovlen = 1;
    const ssize_t size = ::recvmsg(connection, &message, MSG_DONTWAIT);
    if (size < 0) {
        return errno == EAGAIN || errno == EINTR;
    }
    const auto packet = std::span(buffer_).first(static_cast<std::size_t>(size));
    base::SecureBytes answer;
    try {
        const protocol::Frame request = protocol::decode_frame(packet);
        const RequestTimer timer(request.header.deadline);
        answer = plugin_.answer(request);
    } catch (const base::Error&) {
        answer.clear(); // whoever speaks no frames is no daemon of ours
    }
    base::wipe(packet.data(), packet.size());
    const bool whole = (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0;
    return whole && !answer.empty() && ::send(connection, answer.data(), answer.size(), MSG_NOSIGNAL) >= 0;
}

} // namespace loquet::plugin_host
