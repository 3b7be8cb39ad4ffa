// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/unit/daemon/store/small_disk.h"

#include "lib/base/error.h"
#include "lib/base/file.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <string>

namespace loquet::store {

namespace {
constexpr const char* options = "size=2m,mode=0700";
}

SmallDisk::SmallDisk() : mounted_(::mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, options) == 0) {
    if (!mounted_) {
        ::signal(SIGXFSZ, SIG_IGN); // NOLINT(bugprone-signal-handler,cert-err33-c): EFBIG in its place
    }
}

SmallDisk::~SmallDisk() {
    if (mounted_) {
        ::umount2(folder_.path().c_str(), MNT_DETACH);
    } else {
        make_room();
    }
}

void SmallDisk::fill() {
    if (!mounted_) {
        limit_files(16384); // less than any store has
        return;
    }
    const base::Fd fd(::open(filler().c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    const std::string block(4096, 'x');
    while (::write(fd.get(), block.data(), block.size()) > 0) {
    }
}

void SmallDisk::fill_all_but(std::size_t bytes) {
    fill();
    struct stat file{};
    if (::stat(filler().c_str(), &file) != 0
        || ::truncate(filler().c_str(), file.st_size - static_cast<off_t>(bytes)) != 0) {
        throw base::system_error(errno, "cannot leave room on the small disk");
    }
}

void SmallDisk::make_room() {
    if (mounted_) {
        ::unlink(filler().c_str());
    } else {
        limit_files(RLIM_INFINITY);
    }
}

void SmallDisk::make_read_only() {
    remount(MS_RDONLY);
}

void SmallDisk::make_writable() {
    remount(0);
}

void SmallDisk::remount(unsigned long flags) {
    if (::mount(nullptr, folder_.path().c_str(), nullptr, MS_REMOUNT | flags, options) != 0) {
        throw base::system_error(errno, "cannot remount the small disk");
    }
}

void SmallDisk::limit_files(std::size_t bytes) const {
    rlimit limit{};
    ::getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = bytes;
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) {
        throw base::system_error(errno, "cannot limit the size of files");
    }
}

} // namespace loquet::store
