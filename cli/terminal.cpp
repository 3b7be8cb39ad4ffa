// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/terminal.h"

#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/base/text.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

namespace loquet::cli {

namespace {

/// While this lives, signals that would end or stop the program wait in a descriptor, so that the terminal is put in
/// order before they act. (A handler would need a global.)
class HeldSignals {
public:
    HeldSignals() {
        ::sigemptyset(&held_);
        for (const int signal : {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGTSTP}) {
            ::sigaddset(&held_, signal);
        }
        ::sigprocmask(SIG_BLOCK, &held_, &former_);
        fd_ = base::Fd(::signalfd(-1, &held_, SFD_CLOEXEC | SFD_NONBLOCK));
        if (!fd_) {
            const int error_number = errno;
            ::sigprocmask(SIG_SETMASK, &former_, nullptr);
            throw base::system_error(error_number, "watching for signals at the prompt");
        }
    }
    HeldSignals(const HeldSignals&) = delete;
    HeldSignals& operator=(const HeldSignals&) = delete;
    ~HeldSignals() { ::sigprocmask(SIG_SETMASK, &former_, nullptr); }

    [[nodiscard]] int fd() const noexcept { return fd_.get(); }
    /// The signal that arrived, 0 for none.
    [[nodiscard]] int take() const {
        signalfd_siginfo info{};
        return ::read(fd_.get(), &info, sizeof info) == sizeof info ? static_cast<int>(info.ssi_signo) : 0;
    }

private:
    sigset_t held_{};
    sigset_t former_{};
    base::Fd fd_;
};

class EchoOff {
public:
    explicit EchoOff(int fd) : fd_(fd) {
        if (::tcgetattr(fd, &former_) != 0) {
            throw base::system_error(errno, "reading the terminal's settings");
        }
        termios silent = former_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        silent.c_lflag |= ECHONL; // the cursor goes to the next line, as the person expects
        // FLUSH: what was typed before the prompt was shown may have been echoed, and was not meant for it.
        if (::tcsetattr(fd, TCSAFLUSH, &silent) != 0) {
            throw base::system_error(errno, "switching the terminal's echo off");
        }
    }
    EchoOff(const EchoOff&) = delete;
    EchoOff& operator=(const EchoOff&) = delete;
    ~EchoOff() { ::tcsetattr(fd_, TCSADRAIN, &former_); }

private:
    int fd_;
    termios former_{};
};

struct Line {
    std::optional<base::Secret> text;
    int signal = 0; ///< what interrupted the reading
};

/// The terminal is in line mode: one read is one line, unless it is longer than ours.
Line read_line(int fd, const HeldSignals& signals) {
    base::SecureBytes bytes;
    bytes.reserve(limits::answer_bytes + 2); // never grows, so nothing is left behind on the heap
    while (true) {
        std::array<pollfd, 2> ready{pollfd{fd, POLLIN, 0}, pollfd{signals.fd(), POLLIN, 0}};
        if (::poll(ready.data(), ready.size(), -1) < 0 && errno != EINTR) {
            throw base::system_error(errno, "waiting for the keyboard");
        }
        if (const int signal = signals.take(); signal != 0) {
            return {std::nullopt, signal};
        }
        if (ready[0].revents == 0) {
            continue;
        }
        const std::size_t had = bytes.size();
        bytes.resize(limits::answer_bytes + 2);
        const ssize_t got = ::read(fd, bytes.data() + had, bytes.size() - had);
        bytes.resize(had + static_cast<std::size_t>(got > 0 ? got : 0));
        if (got == 0 || (got < 0 && errno == EIO)) {
            return {};
        }
        if (got < 0 && errno != EINTR && errno != EAGAIN) {
            throw base::system_error(errno, "reading from the keyboard");
        }
        if (!bytes.empty() && bytes.back() == '\n') {
            bytes.pop_back();
            if (bytes.size() > limits::answer_bytes) {
                break;
            }
            return {base::Secret(std::move(bytes)), 0};
        }
        if (bytes.size() > limits::answer_bytes) {
            break;
        }
    }
    ::tcflush(fd, TCIFLUSH);
    throw base::Error(base::Error::Kind::limited, "What was typed is too long; at most 4096 bytes are taken.");
}

Line ask_once(int fd, std::string_view prompt, bool echo) {
    const HeldSignals signals;
    std::optional<EchoOff> quiet;
    if (!echo) {
        quiet.emplace(fd);
    }
    base::write_all(fd, prompt);
    return read_line(fd, signals);
}

} // namespace

std::optional<Terminal> Terminal::open() {
    base::Fd fd(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
    if (!fd) {
        return std::nullopt;
    }
    return Terminal(std::move(fd));
}

void Terminal::say(std::string_view text) {
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        std::string line = base::printable(text.substr(begin, end - begin), limits::prompt_text_bytes);
        base::write_all(fd_.get(), line);
        base::write_all(fd_.get(), "\n");
        base::wipe(line.data(), line.size());
        begin = end + 1;
    }
}

std::optional<base::Secret> Terminal::ask(std::string_view prompt, bool echo) {
    const std::size_t last_line = prompt.rfind('\n');
    if (last_line != std::string_view::npos) {
        say(prompt.substr(0, last_line));
        prompt.remove_prefix(last_line + 1);
    }
    const std::string shown = base::printable(prompt, limits::prompt_text_bytes);
    while (true) {
        Line line = ask_once(fd_.get(), shown, echo);
        if (line.signal == 0) {
            return std::move(line.text);
        }
        // The terminal is as it was. Ends us, or stops us until the person comes back, who is asked again.
        ::raise(line.signal);
    }
}

} // namespace loquet::cli
