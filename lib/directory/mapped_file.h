// SPDX-License-Identifier: LGPL-2.1-or-later
// One image file, mapped and looked at; the descriptor is closed at once. Refused are what is not a regular file, what
// others than its owner may write, and what is larger or smaller than its header says. No heap, no exception. The
// object belongs to one thread; what it maps may be read by all.
//
// A mapped file that shrinks gives a signal to who reads it (SIGBUS). Nothing that a reader can do in time prevents
// that; so only those who could as well replace the file may write it: its owner, which is root or the folder's owner.
// Loquet's writer never shortens a file, it renames.
#pragma once

#include "lib/directory/image.h"

#include <sys/types.h>

#include <cstddef>
#include <span>

namespace loquet::directory {

class MappedFile {
public:
    MappedFile() = default;
    /// `name` in `folder`. Not usable where it cannot be opened or is refused; errno is kept as it was.
    MappedFile(const char* folder, const char* name) noexcept;
    /// What is behind `file`, which stays the caller's.
    explicit MappedFile(int file) noexcept { map(file); }
    MappedFile(MappedFile&& other) noexcept;
    MappedFile& operator=(MappedFile&& other) noexcept;
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;
    ~MappedFile();

    /// There is an image, and it is whole as far as its header says.
    [[nodiscard]] bool usable() const noexcept { return !bytes_.empty() && image_.state() == Image::State::good; }
    [[nodiscard]] const Image& image() const noexcept { return image_; }
    [[nodiscard]] dev_t device() const noexcept { return device_; }
    [[nodiscard]] ino_t inode() const noexcept { return inode_; }

    /// The mapping becomes the caller's, who ends it with unmap().
    [[nodiscard]] std::span<const std::byte> release() noexcept;
    static void unmap(std::span<const std::byte> bytes) noexcept;

private:
    void map(int file) noexcept;

    std::span<const std::byte> bytes_;
    Image image_;
    dev_t device_ = 0;
    ino_t inode_ = 0;
};

} // namespace loquet::directory
