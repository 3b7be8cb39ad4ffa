// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/directory/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace loquet::directory {

namespace {

bool closed_to_others(const struct stat& status) {
    return (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

} // namespace

MappedFile::MappedFile(const char* folder, const char* name) noexcept {
    const int former = errno;
    const int place = ::open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    struct stat folder_status{};
    if (place >= 0 && ::fstat(place, &folder_status) == 0 && closed_to_others(folder_status)) {
        // NONBLOCK: a FIFO in the file's place does not keep us.
        const int file = ::openat(place, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
        struct stat status{};
        if (file >= 0 && ::fstat(file, &status) == 0 && (status.st_uid == 0 || status.st_uid == folder_status.st_uid)) {
            map(file);
        }
        if (file >= 0) {
            ::close(file);
        }
    }
    if (place >= 0) {
        ::close(place);
    }
    errno = former;
}

void MappedFile::map(int file) noexcept {
    struct stat status{};
    if (::fstat(file, &status) != 0 || !S_ISREG(status.st_mode) || !closed_to_others(status)
        || status.st_size < static_cast<off_t>(header_bytes)) {
        return;
    }
    const auto size = static_cast<std::size_t>(status.st_size);
    void* const begin = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file, 0);
    if (begin == MAP_FAILED) {
        return;
    }
    // A lookup reads one bucket and one record somewhere: reading ahead would only cost.
    ::madvise(begin, size, MADV_RANDOM);
    bytes_ = {static_cast<const std::byte*>(begin), size};
    image_ = Image(bytes_);
    device_ = status.st_dev;
    inode_ = status.st_ino;
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : bytes_(std::exchange(other.bytes_, {})), image_(std::exchange(other.image_, {})), device_(other.device_),
      inode_(other.inode_) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    std::swap(image_, other.image_);
    std::swap(device_, other.device_);
    std::swap(inode_, other.inode_);
    return *this;
}

MappedFile::~MappedFile() {
    unmap(release());
}

std::span<const std::byte> MappedFile::release() noexcept {
    image_ = {};
    return std::exchange(bytes_, {});
}

void MappedFile::unmap(std::span<const std::byte> bytes) noexcept {
    if (!bytes.empty()) {
        ::munmap(const_cast<std::byte*>(bytes.data()), bytes.size());
    }
}

} // namespace loquet::directory
