// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/command/program.h"

#include "lib/delivery/channel.h"
#include "lib/delivery/gateway.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <iterator>
#include <system_error>
#include <utility>

namespace loquet::plugins_command {

using sdk::DeliveryOutcome;

namespace {

constexpr loquet_option options_offered[] = {
    {"program", LOQUET_OPTION_TEXT, "\"\"", "The program, an absolute path; root's, and no other's to write.", 0, 0},
    {"arguments", LOQUET_OPTION_TEXT_LIST, "[]", "Its arguments, the same for each message.", 0, 0},
    {"seconds", LOQUET_OPTION_INTEGER, "30", "Seconds until it must have ended.", 1, 55},
};
constexpr loquet_manifest the_manifest{sizeof(loquet_manifest),
                                       "command",
                                       "1.0",
                                       "Hands each message to a program, on its standard input.",
                                       nullptr,
                                       options_offered,
                                       std::size(options_offered)};

/// A user who can change a part of the path can have another program run.
void check_root_owns(const std::string& path, bool is_program) {
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0) {
        throw sdk::Refusal("program: " + path + ": " + std::strerror(errno)); // NOLINT(concurrency-mt-unsafe)
    }
    const bool sticky_folder = S_ISDIR(status.st_mode) && (status.st_mode & S_ISVTX) != 0;
    if (status.st_uid != 0 || ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0 && !sticky_folder)) {
        throw sdk::Refusal("program: " + path + " must belong to root, and nobody else may write it");
    }
    if (is_program && (!S_ISREG(status.st_mode) || ::access(path.c_str(), X_OK) != 0)) {
        throw sdk::Refusal("program: " + path + " is no program");
    }
}

std::string program_of(const sdk::Options& options) {
    std::string path(options.text("program"));
    if (path.empty()) {
        return path;
    }
    if (path.front() != '/' || path.find('\0') != std::string::npos) {
        throw sdk::Refusal("program must be an absolute path");
    }
    check_root_owns(path, true);
    for (std::size_t slash = path.rfind('/'); slash != 0; slash = path.rfind('/', slash - 1)) {
        check_root_owns(path.substr(0, slash), false);
    }
    return path;
}

} // namespace

const loquet_manifest& Program::manifest() {
    return the_manifest;
}

Program::Program(const sdk::Options& options)
    : path(program_of(options)), arguments(options.list("arguments")), time_limit(options.integer("seconds")) {}

std::string standard_input(const sdk::Delivery& delivery) {
    const std::string head = delivery::message_head(delivery);
    std::string all;
    all.reserve(head.size() + delivery.text().size()); // it does not move, and leaves no copy behind
    return all.append(head).append(delivery.text());
}

namespace {

void check(int error, const char* what) {
    if (error != 0) {
        throw std::system_error(error, std::generic_category(), what);
    }
}

std::pair<Descriptor, Descriptor> socket_pair() {
    std::array<int, 2> ends{};
    check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0 ? 0 : errno, "cannot make a socket");
    return {Descriptor(ends[0]), Descriptor(ends[1])};
}

void do_not_wait(const Descriptor& descriptor) {
    check(::fcntl(descriptor.get(), F_SETFL, O_NONBLOCK) == 0 ? 0 : errno, "cannot change a socket");
}

/// What the program begins with: the two sockets, its own group, no signal blocked or ignored.
class Start {
public:
    Start(const Descriptor& input, const Descriptor& output) {
        check(::posix_spawn_file_actions_init(&actions_), "cannot start a program");
        check(::posix_spawnattr_init(&attributes_), "cannot start a program");
        sigset_t none;
        sigset_t all;
        ::sigemptyset(&none);
        ::sigfillset(&all);
        check(::posix_spawn_file_actions_adddup2(&actions_, input.get(), STDIN_FILENO), "cannot start a program");
        check(::posix_spawn_file_actions_adddup2(&actions_, output.get(), STDOUT_FILENO), "cannot start a program");
        check(::posix_spawn_file_actions_adddup2(&actions_, output.get(), STDERR_FILENO), "cannot start a program");
        check(::posix_spawnattr_setflags(&attributes_,
                                         POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF),
              "cannot start a program");
        check(::posix_spawnattr_setsigmask(&attributes_, &none), "cannot start a program");
        check(::posix_spawnattr_setsigdefault(&attributes_, &all), "cannot start a program");
    }
    Start(const Start&) = delete;
    Start& operator=(const Start&) = delete;
    ~Start() {
        ::posix_spawn_file_actions_destroy(&actions_);
        ::posix_spawnattr_destroy(&attributes_);
    }
    [[nodiscard]] pid_t run(const Program& program) const {
        std::vector<std::string> words{program.path};
        words.insert(words.end(), program.arguments.begin(), program.arguments.end());
        std::vector<char*> argv;
        argv.reserve(words.size() + 1);
        for (std::string& word : words) {
            argv.push_back(word.data());
        }
        argv.push_back(nullptr);
        std::string path = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
        std::string language = "LANG=C.UTF-8";
        std::array<char*, 3> environment{path.data(), language.data(), nullptr};
        pid_t pid = -1;
        check(::posix_spawn(&pid, program.path.c_str(), &actions_, &attributes_, argv.data(), environment.data()),
              "cannot start the program");
        return pid;
    }

private:
    posix_spawn_file_actions_t actions_{};
    posix_spawnattr_t attributes_{};
};

/// It says so itself (sysexits.h), or a shell does of what it could not run (POSIX, 2.8.2): no matter of a destination.
bool is_about_the_program(int status) {
    constexpr int cannot_run = 126;
    constexpr int not_found = 127;
    return status == EX_USAGE || status == EX_CONFIG || status == cannot_run || status == not_found;
}

} // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
    if (this != &other) {
        close();
        descriptor_ = other.release();
    }
    return *this;
}

void Descriptor::close() noexcept {
    if (descriptor_ >= 0) {
        ::close(release());
    }
}

int Descriptor::release() noexcept {
    return std::exchange(descriptor_, -1);
}

Run::Run(const Program& program, const sdk::Delivery& delivery) : deadline_(Clock::now() + program.time_limit) {
    auto [input, its_input] = socket_pair();
    auto [output, its_output] = socket_pair();
    do_not_wait(input);
    do_not_wait(output);
    stdin_ = std::move(input);
    stdout_ = std::move(output);
    pid_ = Start(its_input, its_output).run(program);
    process_ = Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0))); // glibc 2.36 declares it for C alone
    input_ = standard_input(delivery);
    text_ = delivery.text();
}

Run::~Run() {
    if (pid_ > 0) {
        ::kill(-pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    sdk::wipe(input_);
    sdk::wipe(text_);
    sdk::wipe(output_);
}

void Run::add_to(std::vector<pollfd>& descriptors) const {
    if (stdin_.get() >= 0) {
        descriptors.push_back({stdin_.get(), POLLOUT, 0});
    }
    if (stdout_.get() >= 0) {
        descriptors.push_back({stdout_.get(), POLLIN, 0});
    }
    descriptors.push_back({process_.get(), POLLIN, 0});
}

std::optional<DeliveryOutcome> Run::go_on() {
    give();
    take();
    siginfo_t info{};
    if (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid_) {
        take();                 // what it wrote last
        ::kill(-pid_, SIGKILL); // what it left behind; its number is ours until it is reaped
        ::waitpid(std::exchange(pid_, -1), nullptr, 0);
        return judge(info.si_code, info.si_status);
    }
    if (Clock::now() >= deadline_) {
        return DeliveryOutcome{DeliveryOutcome::Kind::lost, {}, 0, "the program did not end in time, and was killed"};
    }
    return std::nullopt;
}

void Run::give() {
    while (stdin_.get() >= 0) {
        const ssize_t sent = given_ == input_.size() ? 0
                                                     : ::send(stdin_.get(), input_.data() + given_,
                                                              input_.size() - given_, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno == EAGAIN) {
            return;
        }
        if (sent <= 0 && !(sent < 0 && errno == EINTR)) {
            stdin_.close(); // all is given, or the program reads no more
            return;
        }
        given_ += static_cast<std::size_t>(std::max<ssize_t>(sent, 0));
    }
}

void Run::take() {
    std::array<char, 4096> buffer{};
    while (stdout_.get() >= 0) {
        const ssize_t got = ::recv(stdout_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (got < 0 && errno == EAGAIN) {
            break;
        }
        if (got <= 0 && !(got < 0 && errno == EINTR)) {
            stdout_.close();
            break;
        }
        const auto size = static_cast<std::size_t>(std::max<ssize_t>(got, 0));
        output_.append(buffer.data(), std::min(size, longest_output - output_.size()));
    }
}

DeliveryOutcome Run::judge(int code, int status) const {
    const std::string quoted = delivery::one_line(delivery::quotable(output_, text_));
    const std::string said = quoted.empty() ? "it wrote nothing" : quoted;
    if (code != CLD_EXITED) {
        return {DeliveryOutcome::Kind::lost, {}, 0, "the program was ended by signal " + std::to_string(status)};
    }
    if (status == EX_OK) {
        return {DeliveryOutcome::Kind::sent, {}, 0, said};
    }
    if (status == EX_TEMPFAIL || is_about_the_program(status)) {
        return {DeliveryOutcome::Kind::retry, {}, 0, "exit " + std::to_string(status) + ": " + said};
    }
    return {DeliveryOutcome::Kind::refused, {}, 0, "exit " + std::to_string(status) + ": " + said};
}

} // namespace loquet::plugins_command
