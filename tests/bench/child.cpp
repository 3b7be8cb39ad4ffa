// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/bench/child.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>

namespace loquet::bench {

Child::Child(std::vector<std::string> command) {
    std::vector<char*> arguments;
    for (std::string& word : command) {
        arguments.push_back(word.data());
    }
    arguments.push_back(nullptr);
    if (arguments[0] == nullptr
        || ::posix_spawnp(&pid_, arguments[0], nullptr, nullptr, arguments.data(), environ) != 0) {
        throw std::runtime_error("a program to be measured does not start");
    }
}

Child::~Child() {
    if (pid_ > 0) {
        (void)::kill(pid_, SIGTERM);
        (void)::waitpid(pid_, nullptr, 0);
    }
}

void Child::must_run() {
    if (::waitpid(pid_, nullptr, WNOHANG) != 0) {
        pid_ = -1;
        throw std::runtime_error("a program to be measured has ended");
    }
}

} // namespace loquet::bench
