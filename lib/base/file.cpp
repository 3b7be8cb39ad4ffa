// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/base/file.h"

#include "lib/base/error.h"
#include "lib/base/secret.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>

namespace loquet::base {

namespace {

Fd open_to_read(const std::string& path) {
    Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (!fd) {
        throw system_error(errno, "cannot open " + path);
    }
    return fd;
}

template <class Container>
Container read_all(int fd, std::size_t limit, const std::string& name) {
    Container content;
    std::array<char, 4096> block{};
    for (;;) {
        const ssize_t got = ::read(fd, block.data(), block.size());
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            const int failure = errno;
            wipe(block.data(), block.size());
            throw system_error(failure, "cannot read " + name);
        }
        if (got == 0) {
            break;
        }
        if (content.size() + static_cast<std::size_t>(got) > limit) {
            wipe(block.data(), block.size());
            throw Error(Error::Kind::limited, name + " is larger than " + std::to_string(limit) + " bytes");
        }
        content.insert(content.end(), block.begin(), block.begin() + got);
    }
    wipe(block.data(), block.size());
    return content;
}

std::string folder_of(const std::string& path) {
    const auto slash = path.rfind('/');
    if (slash == std::string::npos) {
        return ".";
    }
    return slash == 0 ? "/" : path.substr(0, slash);
}

void sync_folder(const std::string& folder) {
    const Fd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd || ::fsync(fd.get()) != 0) {
        throw system_error(errno, "cannot make " + folder + " durable");
    }
}

} // namespace

Fd::~Fd() {
    if (fd_ >= 0) {
        ::close(fd_);
    }
}

Fd duplicate(int fd) {
    Fd copy(::fcntl(fd, F_DUPFD_CLOEXEC, 3));
    if (!copy) {
        throw system_error(errno, "cannot duplicate a file descriptor");
    }
    return copy;
}

std::string read_file(const std::string& path, std::size_t limit) {
    const Fd fd = open_to_read(path);
    return read_all<std::string>(fd.get(), limit, path);
}

Secret read_secret(int fd, std::size_t limit) {
    return Secret(read_all<SecureBytes>(fd, limit, "the secret's file descriptor"));
}

void write_all(int fd, std::string_view content) {
    while (!content.empty()) {
        const ssize_t written = ::write(fd, content.data(), content.size());
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0) {
            throw system_error(errno, "cannot write");
        }
        content.remove_prefix(static_cast<std::size_t>(written));
    }
}

void replace_file(const std::string& path, std::string_view content, mode_t mode) {
    std::string temporary = path + ".XXXXXX";
    const Fd fd(::mkostemp(temporary.data(), O_CLOEXEC));
    if (!fd) {
        throw system_error(errno, "cannot create a file beside " + path);
    }
    try {
        write_all(fd.get(), content);
        if (::fchmod(fd.get(), mode) != 0 || ::fsync(fd.get()) != 0 || ::rename(temporary.c_str(), path.c_str()) != 0) {
            throw system_error(errno, "cannot replace " + path);
        }
    } catch (...) {
        ::unlink(temporary.c_str());
        throw;
    }
    sync_folder(folder_of(path));
}

void make_folder(const std::string& path, mode_t mode) {
    if (::mkdir(path.c_str(), mode) != 0 && errno != EEXIST) {
        throw system_error(errno, "cannot create the folder " + path);
    }
}

} // namespace loquet::base
