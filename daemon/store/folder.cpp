// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/folder.h"

#include "lib/base/error.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace loquet::store {

using base::Error;

namespace {

void require_private(int fd, const std::string& path) {
    struct stat status{};
    if (::fstat(fd, &status) != 0) {
        throw base::system_error(errno, "cannot examine " + path);
    }
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        throw Error(Error::Kind::denied, "the folder " + path + " is open to others: chmod 0700 it");
    }
    if (status.st_uid != ::geteuid()) {
        throw Error(Error::Kind::denied, "the folder " + path + " belongs to another user: chown it to loquetd's user");
    }
}

base::Fd open_folder(const std::string& path) {
    base::Fd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd && errno == ENOENT) {
        base::make_folder(path, S_IRWXU);
        fd = base::Fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    }
    if (!fd) {
        throw base::system_error(errno, "cannot open the store's folder " + path);
    }
    return fd;
}

} // namespace

Folder::Folder(std::string path) : path_(std::move(path)), lock_(open_folder(path_)) {
    require_private(lock_.get(), path_);
    if (::flock(lock_.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK) {
            throw Error(Error::Kind::conflict, "another loquetd has the store in " + path_
                                                   + " open: stop it, or give this one a folder of its own");
        }
        throw base::system_error(errno, "cannot lock the store's folder " + path_);
    }
}

} // namespace loquet::store
