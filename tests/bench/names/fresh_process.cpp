// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/bench/names/fresh_process.h"

#include "lib/base/error.h"
#include "lib/base/file.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <sstream>
#include <stdexcept>

namespace loquet::bench {

namespace {

/// Standard output of a child; the child has ended, well, when this returns.
std::string output_of(const std::vector<std::string>& words) {
    std::vector<char*> arguments;
    for (const std::string& word : words) {
        arguments.push_back(const_cast<char*>(word.c_str())); // NOLINT(cppcoreguidelines-pro-type-const-cast)
    }
    arguments.push_back(nullptr);
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) {
        throw base::system_error(errno, "no pipe");
    }
    const base::Fd from(ends[0]);
    base::Fd to(ends[1]);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, to.get(), STDOUT_FILENO);
    pid_t child = 0;
    const int failure = ::posix_spawn(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    if (failure != 0) {
        throw base::system_error(failure, "cannot start " + words[0]);
    }
    to = base::Fd();
    std::string text;
    char piece[256];
    for (ssize_t bytes = 0; (bytes = ::read(from.get(), piece, sizeof piece)) > 0;) {
        text.append(piece, static_cast<std::size_t>(bytes));
    }
    int status = 0;
    if (::waitpid(child, &status, 0) != child || status != 0) {
        throw std::runtime_error(words[0] + " did not end well");
    }
    return text;
}

bool is_cold(int file, std::size_t bytes) {
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    void* const begin = ::mmap(nullptr, bytes, PROT_READ, MAP_SHARED, file, 0);
    if (begin == MAP_FAILED) {
        throw base::system_error(errno, "cannot map a file");
    }
    std::vector<unsigned char> resident((bytes + page - 1) / page);
    const int result = ::mincore(begin, bytes, resident.data());
    ::munmap(begin, bytes);
    return result == 0
           && std::none_of(resident.begin(), resident.end(), [](unsigned char each) { return (each & 1U) != 0; });
}

void make_file_cold(const std::string& path) {
    const base::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file || ::fsync(file.get()) != 0 || ::posix_fadvise(file.get(), 0, 0, POSIX_FADV_DONTNEED) != 0) {
        throw base::system_error(errno, "cannot take " + path + " out of the page cache");
    }
    if (!is_cold(file.get(), std::filesystem::file_size(path))) {
        throw std::runtime_error(path + " stays in the page cache: another process has it mapped");
    }
}

} // namespace

std::vector<double> numbers_of(const std::vector<std::string>& words) {
    std::istringstream text(output_of(words));
    std::vector<double> numbers;
    for (double number = 0; text >> number;) {
        numbers.push_back(number);
    }
    return numbers;
}

void make_cold(const std::string& path) {
    if (!std::filesystem::is_directory(path)) {
        make_file_cold(path);
        return;
    }
    for (const auto& entry : std::filesystem::directory_iterator(path)) {
        make_file_cold(entry.path());
    }
}

} // namespace loquet::bench
