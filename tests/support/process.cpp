// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/support/process.h"

#include "lib/base/error.h"
#include "tests/support/artifacts.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

namespace loquet::tests {

namespace {

using base::Error;
using base::Fd;

Fd memory_file(const char* name) {
    Fd file(::memfd_create(name, MFD_CLOEXEC));
    if (!file) {
        throw base::system_error(errno, "cannot make a file in memory");
    }
    return file;
}

std::string content_of(const Fd& file) {
    std::string content;
    std::array<char, 65536> part{};
    for (;;) {
        const ssize_t got = ::pread(file.get(), part.data(), part.size(), static_cast<off_t>(content.size()));
        if (got <= 0) {
            return content;
        }
        content.append(part.data(), static_cast<std::size_t>(got));
    }
}

std::string name_of(const std::string& assignment) {
    return assignment.substr(0, assignment.find('=') + 1);
}

std::vector<std::string> environment_with(const std::vector<std::string>& added) {
    std::vector<std::string> all = added;
    for (char** variable = environ; *variable != nullptr; ++variable) {
        const std::string existing = *variable;
        bool replaced = false;
        for (const std::string& other : added) {
            replaced = replaced || existing.starts_with(name_of(other));
        }
        if (!replaced) {
            all.push_back(existing);
        }
    }
    return all;
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
    std::vector<char*> all;
    for (const std::string& text : texts) {
        all.push_back(const_cast<char*>(text.c_str())); // exec(3) has no const, and does not write
    }
    all.push_back(nullptr);
    return all;
}

/// As /proc/PID/cmdline and /proc/PID/environ have them from the first moment on.
void keep_what_proc_shows(const std::vector<std::string>& argv, const std::vector<std::string>& environment) {
    std::string shown;
    for (const std::vector<std::string>* list : {&argv, &environment}) {
        for (const std::string& text : *list) {
            shown += text + '\0';
        }
    }
    keep_artifact("programs", shown);
}

/// In the child, between fork and exec: only calls that are safe there.
[[noreturn]] void become(pid_t parent, const std::array<int, 3>& streams, char* const* argv, char* const* environment) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) {
        ::_exit(126);
    }
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    for (int stream = 0; stream < 3; ++stream) {
        ::dup2(streams[static_cast<std::size_t>(stream)], stream);
    }
    ::execvpe(argv[0], argv, environment);
    ::_exit(127);
}

} // namespace

Process::Process(const Command& command) : output_(memory_file("output")), errors_(memory_file("errors")) {
    const Fd input = memory_file("input");
    base::write_all(input.get(), command.input);
    ::lseek(input.get(), 0, SEEK_SET);
    const std::vector<std::string> environment = environment_with(command.environment);
    keep_what_proc_shows(command.argv, environment);
    const std::vector<char*> argv = pointers(command.argv);
    const std::vector<char*> variables = pointers(environment);
    const pid_t parent = ::getpid();
    pid_ = ::fork();
    if (pid_ < 0) {
        throw base::system_error(errno, "cannot start " + command.argv.front());
    }
    if (pid_ == 0) {
        become(parent, {input.get(), output_.get(), errors_.get()}, argv.data(), variables.data());
    }
}

Process::~Process() {
    if (running()) {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
}

bool Process::running() {
    if (status_) {
        return false;
    }
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) == pid_) {
        status_ = status;
    }
    return !status_;
}

std::string Process::output() const {
    return content_of(output_);
}

std::string Process::errors() const {
    return content_of(errors_);
}

void Process::signal(int number) {
    if (running()) {
        ::kill(pid_, number);
    }
}

Outcome Process::wait(base::Milliseconds deadline) {
    if (!eventually([this] { return !running(); }, deadline)) {
        throw Error(Error::Kind::unavailable,
                    "the program did not end in time; it wrote:\n" + output() + "\nand:\n" + errors());
    }
    Outcome outcome;
    outcome.output = output();
    outcome.errors = errors();
    if (WIFEXITED(*status_)) {
        outcome.exit_code = WEXITSTATUS(*status_);
    } else {
        outcome.signal = WTERMSIG(*status_);
    }
    return outcome;
}

Outcome run(const Command& command, base::Milliseconds deadline) {
    Process process(command);
    return process.wait(deadline);
}

} // namespace loquet::tests
