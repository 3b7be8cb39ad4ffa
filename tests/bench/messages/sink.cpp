// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/bench/messages/sink.h"

#include "tests/bench/messages/listener.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <map>
#include <memory>
#include <new>
#include <stdexcept>
#include <string_view>

namespace loquet::bench {

namespace {

int checked(int result, const char* what) {
    if (result < 0) {
        throw std::runtime_error(std::string("the sink cannot ") + what);
    }
    return result;
}

int listening_socket(std::uint16_t& port) {
    constexpr int backlog = 128;
    const int socket = checked(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "make a socket");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    checked(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address), "have a port");
    checked(::listen(socket, backlog), "listen");
    socklen_t size = sizeof address;
    checked(::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size), "say its port");
    port = ntohs(address.sin_port);
    return socket;
}

/// The sink's own process.
class Server {
public:
    Server(int listening, Speech speech, std::atomic<std::uint64_t>& delivered)
        : listening_(listening), speech_(speech), delivered_(delivered),
          poll_(checked(::epoll_create1(EPOLL_CLOEXEC), "wait")) {
        watch(listening_);
    }

    [[noreturn]] void serve() {
        std::array<epoll_event, 64> events{};
        for (;;) {
            const int ready = ::epoll_wait(poll_, events.data(), static_cast<int>(events.size()), -1);
            for (int i = 0; i < ready; ++i) {
                const int fd = events.at(static_cast<std::size_t>(i)).data.fd;
                if (fd == listening_) {
                    welcome();
                } else {
                    hear(fd);
                }
            }
        }
    }

private:
    void watch(int fd) const {
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.fd = fd;
        checked(::epoll_ctl(poll_, EPOLL_CTL_ADD, fd, &event), "wait for a connection");
    }

    void welcome() {
        const int fd = checked(::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC), "take a connection");
        if (speech_ == Speech::silence) {
            return; // it stays open, and nobody listens
        }
        const int on = 1;
        checked(::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "answer at once");
        auto listener = speech_ == Speech::smtp ? listen_to_smtp() : listen_to_http();
        say(fd, listener->greeting());
        listeners_.emplace(fd, std::move(listener));
        watch(fd);
    }

    void hear(int fd) {
        std::array<char, 16384> bytes{};
        const ssize_t got = ::read(fd, bytes.data(), bytes.size());
        if (got <= 0) {
            hang_up(fd);
            return;
        }
        const Reply reply = listeners_.at(fd)->hear({bytes.data(), static_cast<std::size_t>(got)});
        delivered_ += reply.messages; // before the client can say that it heard the yes
        say(fd, reply.said);
        if (reply.end) {
            hang_up(fd);
        }
    }

    /// What is said always fits into a socket's buffer.
    static void say(int fd, std::string_view text) {
        (void)::send(fd, text.data(), text.size(), MSG_NOSIGNAL); // who has hung up is seen at the next read
    }

    void hang_up(int fd) {
        listeners_.erase(fd);
        ::close(fd);
    }

    int listening_;
    Speech speech_;
    std::atomic<std::uint64_t>& delivered_;
    int poll_;
    std::map<int, std::unique_ptr<Listener>> listeners_;
};

[[noreturn]] void run_server(int listening, Speech speech, std::atomic<std::uint64_t>& delivered) {
    (void)::prctl(PR_SET_PDEATHSIG, SIGKILL);
    try {
        Server(listening, speech, delivered).serve();
    } catch (const std::exception&) {
        ::_exit(1); // the sender sees that nobody is there
    }
}

} // namespace

Sink::Sink(Speech speech) {
    void* shared = ::mmap(nullptr, sizeof *delivered_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) {
        throw std::bad_alloc();
    }
    delivered_ = new (shared) std::atomic<std::uint64_t>(0);
    const int listening = listening_socket(port_);
    pid_ = checked(::fork(), "start");
    if (pid_ == 0) {
        run_server(listening, speech, *delivered_);
    }
    ::close(listening);
}

Sink::~Sink() {
    (void)::kill(pid_, SIGKILL);
    (void)::waitpid(pid_, nullptr, 0);
    (void)::munmap(delivered_, sizeof *delivered_);
}

} // namespace loquet::bench
