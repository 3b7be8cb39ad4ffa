// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/process.h"

#include "lib/base/error.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
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

} // namespace loquet::cli
