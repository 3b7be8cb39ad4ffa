// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin_host/server.h"

#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/base/text.h"
#include "plugin_host/request_timer.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace loquet::plugin_host {

using base::Error;

namespace {

constexpr int first_inherited = 3; // SD_LISTEN_FDS_START
constexpr int backlog = 16;

std::string environment(const char* name) {
    const char* value = ::getenv(name); // NOLINT(concurrency-mt-unsafe): before any thread
    return value == nullptr ? "" : value;
}

int socket_option(int fd, int option) {
    int value = -1;
    socklen_t size = sizeof value;
    return ::getsockopt(fd, SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
}

} // namespace

base::Fd inherited_listener() {
    if (environment("LISTEN_PID") != std::to_string(::getpid()) || environment("LISTEN_FDS") != "1") {
        throw Error(Error::Kind::invalid,
                    "no socket was handed over: start it by a socket unit, or give --listen PATH");
    }
    base::Fd listener(first_inherited);
    if (socket_option(listener.get(), SO_TYPE) != SOCK_SEQPACKET || socket_option(listener.get(), SO_DOMAIN) != AF_UNIX
        || socket_option(listener.get(), SO_ACCEPTCONN) != 1) {
        throw Error(Error::Kind::invalid,
                    "what was handed over is no listening AF_UNIX socket of sequential packets: use "
                    "ListenSequentialPacket= in the socket unit");
    }
    ::fcntl(listener.get(), F_SETFD, FD_CLOEXEC);
    ::fcntl(listener.get(), F_SETFL, O_NONBLOCK);
    return listener;
}

base::Fd make_listener(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) {
        throw Error(Error::Kind::invalid, "the path of a socket has at most 107 bytes: " + path);
    }
    std::memcpy(address.sun_path, path.c_str(), path.size());
    base::Fd listener(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    struct stat old{};
    if (::lstat(path.c_str(), &old) == 0 && S_ISSOCK(old.st_mode)) {
        ::unlink(path.c_str());
    }
    if (!listener || ::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0
        || ::listen(listener.get(), backlog) != 0) {
        throw base::system_error(errno, "cannot listen at " + path);
    }
    return listener;
}

namespace {

constexpr time_t slowest_reader = 5; // seconds until a peer that does not read its answers is given up
constexpr std::uint64_t number_of_listener = 0;

void watch(const base::Fd& epoll, const base::Fd& descriptor, std::uint64_t number) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = number;
    if (::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, descriptor.get(), &event) != 0) {
        throw base::system_error(errno, "cannot wait for a connection");
    }
}

/// Explicitly: a program that a channel has just started may still hold a copy of the descriptor.
void unwatch(const base::Fd& epoll, const base::Fd& descriptor) noexcept {
    ::epoll_ctl(epoll.get(), EPOLL_CTL_DEL, descriptor.get(), nullptr);
}

/// Root and this process's own user are, too. Not asked later: the filter for system calls lets nobody ask who one is.
std::vector<uid_t> with_own(std::vector<uid_t> permitted) {
    permitted.push_back(0);
    permitted.push_back(::getuid());
    return permitted;
}

bool is_permitted(int connection, const std::vector<uid_t>& permitted) {
    ucred peer{};
    socklen_t size = sizeof peer;
    return ::getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0
           && std::ranges::find(permitted, peer.uid) != permitted.end();
}

} // namespace

void refuse_waiting(const base::Fd& listener, const std::vector<uid_t>& permitted, const std::string& why) {
    const timeval timeout{slowest_reader, 0};
    const std::vector<uid_t> all_permitted = with_own(permitted);
    std::vector<std::uint8_t> packet(limits::plugin_frame_bytes);
    for (std::size_t i = 0; i < limits::plugin_connections; ++i) {
        const base::Fd socket(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (!socket) {
            return;
        }
        ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
        const ssize_t size =
            is_permitted(socket.get(), all_permitted) ? ::recv(socket.get(), packet.data(), packet.size(), 0) : -1;
        if (size > 0) {
            const auto request = protocol::decode_frame(std::span(packet).first(static_cast<std::size_t>(size)));
            const auto answer =
                protocol::encode(protocol::FrameHeader{request.header.serial, {}},
                                 protocol::ErrorResponse{base::printable(why, limits::plugin_error_bytes)});
            (void)!::send(socket.get(), answer.data(), answer.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        }
    }
}

Server::Server(base::Fd listener, PluginInstance& plugin, std::vector<uid_t> permitted)
    : listener_(std::move(listener)), watched_(::epoll_create1(EPOLL_CLOEXEC)), plugin_(plugin),
      permitted_(with_own(std::move(permitted))) {
    if (!watched_) {
        throw base::system_error(errno, "cannot wait for connections");
    }
    watch(watched_, listener_, number_of_listener);
    if (const auto channel = plugin_.channel()) {
        deliveries_.emplace(
            *channel, [this](std::uint64_t connection, const base::SecureBytes& packet) { give(connection, packet); });
    }
    buffer_.resize(limits::plugin_frame_bytes);
}

void Server::serve() {
    for (;;) {
        const bool busy = deliveries_ && deliveries_->busy();
        if (busy) {
            deliveries_->work(watched_.get());
        }
        serve_ready(busy ? 0 : -1);
    }
}

void Server::serve_ready(int timeout_ms) {
    std::array<epoll_event, limits::plugin_connections + 1> events{};
    const int ready = ::epoll_wait(watched_.get(), events.data(), static_cast<int>(events.size()), timeout_ms);
    if (ready < 0 && errno != EINTR) {
        throw base::system_error(errno, "cannot wait for requests");
    }
    for (int i = 0; i < ready; ++i) {
        const std::uint64_t number = events.at(static_cast<std::size_t>(i)).data.u64;
        const auto connection = find(number);
        if (connection != connections_.end()) {
            if (serve_one(*connection)) {
                connections_.splice(connections_.end(), connections_, connection);
            } else {
                unwatch(watched_, connection->socket);
                connections_.erase(connection);
            }
        } else if (number == number_of_listener) {
            accept_one();
        }
    }
}

void Server::accept_one() {
    base::Fd socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!socket || !is_permitted(socket.get(), permitted_)) {
        return;
    }
    const timeval timeout{slowest_reader, 0};
    ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
    if (connections_.size() >= limits::plugin_connections) {
        unwatch(watched_, connections_.front().socket);
        connections_.pop_front(); // a daemon that came back must find room
    }
    watch(watched_, socket, ++last_number_);
    connections_.push_back({last_number_, std::move(socket)});
}

bool Server::serve_one(const Connection& connection) {
    iovec block{buffer_.data(), buffer_.size()};
    msghdr message{};
    message.msg_iov = &block;
    message.msg_iovlen = 1;
    const ssize_t size = ::recvmsg(connection.socket.get(), &message, MSG_DONTWAIT);
    if (size < 0) {
        return errno == EAGAIN || errno == EINTR;
    }
    const auto packet = std::span(buffer_).first(static_cast<std::size_t>(size));
    bool is_frame = (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0;
    base::SecureBytes answered;
    try {
        if (is_frame) {
            answered = answer(connection, protocol::decode_frame(packet));
        }
    } catch (const base::Error&) {
        is_frame = false; // a peer that speaks no frames is not the daemon
    }
    base::wipe(packet.data(), packet.size());
    if (!is_frame || answered.empty()) {
        return is_frame;
    }
    return ::send(connection.socket.get(), answered.data(), answered.size(), MSG_NOSIGNAL) >= 0;
}

base::SecureBytes Server::answer(const Connection& connection, const protocol::Frame& request) {
    if (deliveries_ && DeliveryServer::serves(request.kind)) {
        return deliveries_->take(connection.number, request).value_or(base::SecureBytes());
    }
    const RequestTimer timer(request.header.deadline);
    return plugin_.answer(request);
}

void Server::give(std::uint64_t connection, const base::SecureBytes& packet) noexcept {
    const auto found = find(connection);
    if (found != connections_.end()) { // otherwise the requester has gone, and asks again when it is back
        (void)!::send(found->socket.get(), packet.data(), packet.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    }
}

std::list<Server::Connection>::iterator Server::find(std::uint64_t connection) {
    return std::ranges::find(connections_, connection, &Connection::number);
}

} // namespace loquet::plugin_host
