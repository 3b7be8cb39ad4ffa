// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/directory/publisher.h"

#include "lib/base/error.h"
#include "lib/directory/format.h"
#include "lib/directory/mapped_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <system_error>
#include <utility>

namespace loquet::directory {

namespace {

constexpr mode_t public_mode = 0644;
constexpr std::string_view temporary_prefix = "new-";

void durable(const std::string& folder) {
    const base::Fd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd || ::fsync(fd.get()) != 0) {
        throw base::system_error(errno, "cannot make " + folder + " durable");
    }
}

void rename(const std::string& from, const std::string& to) {
    if (::rename(from.c_str(), to.c_str()) != 0) {
        throw base::system_error(errno, "cannot replace " + to);
    }
}

/// Tells who has the file mapped that a newer one stands in its place. Readers that are not told find out by themselves
/// within a second, so a failure here is none.
void mark_superseded(int file) {
    constexpr std::uint32_t yes = 1;
    (void)!::pwrite(file, &yes, sizeof yes, offsetof(Header, superseded));
}

} // namespace

Publisher::Publisher(std::string folder) : folder_(std::move(folder)) {
    look();
    remove_stale();
}

std::string Publisher::path(std::string_view name) const {
    return fmt::format("{}/{}", folder_, name);
}

void Publisher::look() {
    base::Fd file(::open(path(current_file).c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (!file) {
        return;
    }
    const MappedFile current(file.get());
    const MappedFile base(folder_.c_str(), BaseFile(current.image().base_identity()).c_str());
    current_ = std::move(file); // readers of it are to be told even where it is of no use to us
    if (current.usable() && base.usable() && base.image().identity() == current.image().base_identity()) {
        base_ = base.image().identity();
        generation_ = current.image().store_generation();
        current_look_ = look_of(path(current_file)).value_or(Look{});
        base_look_ = look_of(path(BaseFile(base_).text())).value_or(Look{});
    }
}

Publisher::Look Publisher::look_of(const struct stat& status) noexcept {
    return {status.st_dev, status.st_ino, status.st_size, status.st_mode, status.st_mtim};
}

std::optional<Publisher::Look> Publisher::look_of(const std::string& path) {
    struct stat status{};
    return ::lstat(path.c_str(), &status) == 0 ? std::optional(look_of(status)) : std::nullopt;
}

bool Publisher::same(const Look& before, const std::string& path) {
    const auto now = look_of(path);
    return now && now->device == before.device && now->inode == before.inode && now->size == before.size
           && now->mode == before.mode && now->changed.tv_sec == before.changed.tv_sec
           && now->changed.tv_nsec == before.changed.tv_nsec;
}

bool Publisher::intact() const {
    if (base_ == 0) {
        return true;
    }
    constexpr mode_t searchable = 0555;
    const auto folder = look_of(folder_);
    return folder && (folder->mode & searchable) == searchable && (current_look_.mode & public_mode) == public_mode
           && (base_look_.mode & public_mode) == public_mode && same(current_look_, path(current_file))
           && same(base_look_, path(BaseFile(base_).text()));
}

void Publisher::remove_stale() {
    std::error_code failure;
    const std::filesystem::directory_iterator entries(folder_, failure);
    if (failure) {
        throw base::system_error(failure.value(), "cannot read the directory's folder " + folder_);
    }
    for (const auto& entry : entries) {
        const std::string name = entry.path().filename();
        const bool unused = name.starts_with(temporary_prefix)
                            || (name.starts_with(base_prefix) && name != BaseFile(base_).text()
                                && name != BaseFile(former_base_).text());
        if (unused) {
            ::unlink(entry.path().c_str());
        }
    }
}

Publisher::Written Publisher::write_beside(Fill fill, const ImageLabel& label, const std::string& temporary) const {
    ::unlink(temporary.c_str()); // of an attempt that failed
    base::Fd file(::open(temporary.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, public_mode));
    if (!file) {
        throw base::system_error(errno, "cannot create a file in " + folder_);
    }
    try {
        ImageWriter writer(file.get(), label);
        fill(writer);
        const std::uint64_t identity = writer.finish();
        if (::fchmod(file.get(), public_mode) != 0 || ::fsync(file.get()) != 0) {
            throw base::system_error(errno, "cannot make " + temporary + " durable");
        }
        struct stat status{};
        if (::fstat(file.get(), &status) != 0) {
            throw base::system_error(errno, "cannot look at " + temporary);
        }
        return {std::move(file), identity, look_of(status)};
    } catch (...) {
        ::unlink(temporary.c_str());
        throw;
    }
}

void Publisher::put_current(Fill fill, const ImageLabel& label) {
    const std::string temporary = path(fmt::format("{}{}", temporary_prefix, current_file));
    Written written = write_beside(std::move(fill), label, temporary);
    rename(temporary, path(current_file));
    durable(folder_);
    const base::Fd former = std::exchange(current_, std::move(written.file));
    current_look_ = written.look;
    generation_ = label.store_generation;
    if (former) {
        mark_superseded(former.get());
    }
}

Publisher::NewBase Publisher::prepare(Fill fill, std::uint64_t generation) const {
    const std::string temporary = path(fmt::format("{}base", temporary_prefix));
    const Written written = write_beside(std::move(fill), {0, generation}, temporary);
    return {written.identity, written.look, temporary};
}

Publisher::NewBase::~NewBase() {
    if (!temporary_.empty()) {
        ::unlink(temporary_.c_str());
    }
}

void Publisher::adopt(NewBase base, Fill changed_since, std::uint64_t generation) {
    rename(base.temporary_, path(BaseFile(base.identity_).text()));
    base.temporary_.clear();
    put_current(std::move(changed_since), {base.identity_, generation});
    former_base_ = std::exchange(base_, base.identity_);
    base_look_ = base.look_;
    remove_stale();
}

void Publisher::publish(Fill fill, std::uint64_t generation) {
    adopt(prepare(std::move(fill), generation), [](ImageWriter&) {}, generation);
}

void Publisher::amend(Fill fill, std::uint64_t generation) {
    if (base_ == 0) {
        throw base::Error(base::Error::Kind::conflict, "There is no directory yet that could be amended.");
    }
    put_current(std::move(fill), {base_, generation});
}

} // namespace loquet::directory
