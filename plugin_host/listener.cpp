// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin_host/listener.h"

#include "lib/base/error.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

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

} // namespace loquet::plugin_host
