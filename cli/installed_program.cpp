// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/installed_program.h"

#include "cli/process.h"
#include "lib/base/error.h"
#include "lib/base/file.h"

#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <sstream>

namespace loquet::cli {

namespace {

constexpr std::size_t most_bytes = 65536;

base::Fd memory_file() {
    base::Fd file(::memfd_create("output", MFD_CLOEXEC));
    if (!file) {
        throw base::system_error(errno, "making room for what a program says");
    }
    return file;
}

std::vector<std::string> lines_of(const base::Fd& file) {
    std::string text(most_bytes, '\0');
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
