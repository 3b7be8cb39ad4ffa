// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/process.h"

#include "lib/base/error.h"
#include "lib/base/file.h"
#include "lib/base/limits.h"

#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <sstream>
#include <string_view>

namespace loquet::cli {

namespace {

void check(int error_number, std::string_view doing) {
    if (error_number != 0) {
        throw base::system_error(error_number, doing);
    }
}

class FileActions {
public:
    FileActions() { check(::posix_spawn_file_actions_init(&raw), "preparing a program's descriptors"); }
    FileActions(const FileActions&) = delete;
    FileActions& operator=(const FileActions&) = delete;
    ~FileActions() { ::posix_spawn_file_actions_destroy(&raw); }
    posix_spawn_file_actions_t raw{};
};

class Attributes {
public:
    Attributes() {
        check(::posix_spawnattr_init(&raw), "preparing a program's signals");
        sigset_t set;
        ::sigemptyset(&set);
        ::posix_spawnattr_setsigmask(&raw, &set);
        ::sigfillset(&set);
        ::posix_spawnattr_setsigdefault(&raw, &set);
        ::posix_spawnattr_setflags(&raw, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    }
    Attributes(const Attributes&) = delete;
    Attributes& operator=(const Attributes&) = delete;
    ~Attributes() { ::posix_spawnattr_destroy(&raw); }
    posix_spawnattr_t raw{};
};

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> out;
    out.reserve(texts.size() + 1);
    for (std::string& text : texts) {
        out.push_back(text.data());
    }
    out.push_back(nullptr);
    return out;
}

/// Ours, without the variables that `added` sets anew.
std::vector<std::string> merged_environment(const std::vector<std::string>& added) {
    std::vector<std::string> out = added;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        const std::string_view name = text.substr(0, text.find('=') + 1);
        bool replaced = false;
        for (const std::string& variable : added) {
            replaced = replaced || variable.starts_with(name);
        }
        if (!replaced) {
            out.emplace_back(text);
        }
    }
    return out;
}

} // namespace

Process::Process(const std::vector<std::string>& arguments, const std::vector<std::string>& environment,
                 std::span<const Redirection> redirections) {
    FileActions actions;
    for (const Redirection& redirection : redirections) {
        check(::posix_spawn_file_actions_adddup2(&actions.raw, redirection.ours, redirection.theirs),
              "passing a descriptor to a program");
    }
    const Attributes attributes;
    std::vector<std::string> argument_texts = arguments;
    std::vector<std::string> environment_texts = merged_environment(environment);
    const std::vector<char*> argv = pointers(argument_texts);
    const std::vector<char*> envp = pointers(environment_texts);
    check(::posix_spawnp(&pid_, argv[0], &actions.raw, &attributes.raw, argv.data(), envp.data()),
          "starting " + arguments[0]);
}

Process::~Process() {
    wait();
}

int Process::wait() {
    if (pid_ > 0) {
        int raw = 0;
        while (::waitpid(pid_, &raw, 0) < 0 && errno == EINTR) {
        }
        pid_ = -1;
        status_ = WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + WTERMSIG(raw);
    }
    return status_;
}

void Process::terminate() noexcept {
    if (pid_ > 0) {
        ::kill(pid_, SIGTERM);
    }
}

namespace {

base::Fd memory_file() {
    base::Fd file(::memfd_create("output", MFD_CLOEXEC));
    if (!file) {
        throw base::system_error(errno, "making room for what a program says");
    }
    return file;
}

std::vector<std::string> lines_of(const base::Fd& file) {
    std::string text(limits::program_output_bytes, '\0');
    const ssize_t got = ::pread(file.get(), text.data(), text.size(), 0);
    if (got < 0) {
        throw base::system_error(errno, "reading what a program said");
    }
    text.resize(static_cast<std::size_t>(got));
    std::istringstream stream(text);
    std::vector<std::string> lines;
    for (std::string line; std::getline(stream, line);) {
        lines.push_back(line);
    }
    return lines;
}

} // namespace

std::string installed_program(const std::string& name) {
    std::array<char, PATH_MAX> own{};
    const ssize_t length = ::readlink("/proc/self/exe", own.data(), own.size());
    const std::string_view path(own.data(), length > 0 ? static_cast<std::size_t>(length) : 0);
    const std::string installed = LOQUET_LIBEXEC_FOLDER "/" + name;
    for (const std::string& program : {std::string(path.substr(0, path.rfind('/') + 1)) + name, installed}) {
        if (::access(program.c_str(), X_OK) == 0) {
            return program;
        }
    }
    throw base::Error(base::Error::Kind::internal, "The program " + installed + " is not installed.");
}

void become_program(std::vector<std::string> command) {
    const std::vector<char*> arguments = pointers(command);
    ::execv(arguments[0], arguments.data());
    throw base::system_error(errno, "starting " + command[0]);
}

ProgramResult run_program(const std::vector<std::string>& command, Channels channels) {
    const base::Fd output = memory_file();
    const base::Fd errors = memory_file();
    const int second = channels == Channels::together ? output.get() : errors.get();
    const std::array redirections{Process::Redirection{output.get(), STDOUT_FILENO},
                                  Process::Redirection{second, STDERR_FILENO}};
    Process program(command, {}, redirections);
    const int status = program.wait();
    return {status, lines_of(output), lines_of(errors)};
}

} // namespace loquet::cli
