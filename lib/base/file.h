// SPDX-License-Identifier: LGPL-2.1-or-later
// File descriptors that close themselves, and whole-file reading and writing. Any thread.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace loquet::base {

class Secret;

class Fd {
public:
    Fd() = default;
    /// Takes ownership of `fd`; -1 is "none".
    explicit Fd(int fd) noexcept : fd_(fd) {}
    Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Fd& operator=(Fd&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    Fd(const Fd&) = delete;
    Fd& operator=(const Fd&) = delete;
    ~Fd();

    [[nodiscard]] int get() const noexcept { return fd_; }
    [[nodiscard]] int release() noexcept { return std::exchange(fd_, -1); }
    explicit operator bool() const noexcept { return fd_ >= 0; }

private:
    int fd_ = -1;
};

/// The whole file; more than `limit` bytes is an Error of kind `limited`.
[[nodiscard]] std::string read_file(const std::string& path, std::size_t limit);
/// Everything up to end of file from `fd`, as a secret.
[[nodiscard]] Secret read_secret(int fd, std::size_t limit);

/// Readers see the old file or the whole new one, also after a power cut: temporary file, fsync, rename, fsync of the
/// folder. The file gets `mode` whatever the umask says.
void replace_file(const std::string& path, std::string_view content, mode_t mode);

/// mkdir -p for one level more than exists; an existing folder is left as it is.
void make_folder(const std::string& path, mode_t mode);

/// Writes all of it, or throws.
void write_all(int fd, std::string_view content);

/// A second descriptor for the open file behind a borrowed one (close-on-exec). Throws Error.
[[nodiscard]] Fd duplicate(int fd);

} // namespace loquet::base
