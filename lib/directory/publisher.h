// SPDX-License-Identifier: LGPL-2.1-or-later
// Puts images where readers find them. The folder has one file `current`, which readers open and watch: it amends a
// base, `base-IDENTITY`, that it names by its identity, so that the two are always of one piece. A reader sees the old
// pair or the new pair, also after a power cut: each file is written beside, made durable, then renamed. One thread
// (but for prepare()), and one publisher a folder.
#pragma once

#include "lib/base/file.h"
#include "lib/base/function.h"
#include "lib/directory/image_writer.h"

#include <sys/stat.h>
#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace loquet::directory {

class Publisher {
public:
    using Fill = base::Function<void(ImageWriter&)>;

    /// `folder` exists and belongs to this process's user. What an earlier publisher left half done is removed. Throws
    /// Error where the folder cannot be read.
    explicit Publisher(std::string folder);

    /// The generation of the store that `current` and its base hold; nothing where they are missing or cannot be used,
    /// and then publish() is due.
    [[nodiscard]] std::optional<std::uint64_t> generation() const noexcept { return generation_; }

    /// What was published last still stands in the folder as it was written, and everybody may read it: nobody took a
    /// file away, cut it off, wrote into it, or closed it to others. True where nothing was published.
    [[nodiscard]] bool intact() const;

    /// Writes a base that no reader sees yet. Any thread, and one at a time; the publisher may amend meanwhile.
    class NewBase;
    [[nodiscard]] NewBase prepare(Fill fill, std::uint64_t generation) const;

    /// Shows the base, amended by what changed since it was filled: nobody sees an older state in between.
    void adopt(NewBase base, Fill changed_since, std::uint64_t generation);

    /// What stands in the folder is not to be built upon: publish() is due, as if there were nothing.
    void forget() noexcept {
        base_ = 0;
        generation_.reset();
    }

    /// Everything anew, at once: a base filled by `fill`, and a `current` without entries. Readers see it when this
    /// returns.
    void publish(Fill fill, std::uint64_t generation);

    /// What differs from the base, all of it, not only what came since the last time. Throws Error (conflict) where
    /// there is no base.
    void amend(Fill fill, std::uint64_t generation);

private:
    /// What a file looks like from outside.
    struct Look {
        dev_t device = 0;
        ino_t inode = 0;
        off_t size = 0;
        mode_t mode = 0;
        timespec changed{};
    };
    [[nodiscard]] static Look look_of(const struct stat& status) noexcept;
    [[nodiscard]] static std::optional<Look> look_of(const std::string& path);
    [[nodiscard]] static bool same(const Look& before, const std::string& path);

    struct Written {
        base::Fd file;
        std::uint64_t identity;
        Look look;
    };
    [[nodiscard]] std::string path(std::string_view name) const;
    Written write_beside(Fill fill, const ImageLabel& label, const std::string& temporary) const;
    void put_current(Fill fill, const ImageLabel& label);
    void look();
    void remove_stale();

    std::string folder_;
    base::Fd current_; ///< open for writing: its word `superseded` is ours to set
    std::uint64_t base_ = 0;
    std::uint64_t former_base_ = 0; ///< kept for readers that opened the former `current` and not yet its base
    std::optional<std::uint64_t> generation_;
    Look current_look_; ///< when it was written or found
    Look base_look_;
};

/// A file of the folder under a temporary name, removed again where it is not adopted.
class Publisher::NewBase {
public:
    NewBase(NewBase&& other) noexcept
        : identity_(other.identity_), look_(other.look_), temporary_(std::exchange(other.temporary_, std::string{})) {}
    NewBase& operator=(NewBase&& other) noexcept {
        std::swap(identity_, other.identity_);
        std::swap(look_, other.look_);
        std::swap(temporary_, other.temporary_);
        return *this;
    }
    NewBase(const NewBase&) = delete;
    NewBase& operator=(const NewBase&) = delete;
    ~NewBase();

private:
    friend class Publisher;
    NewBase(std::uint64_t identity, const Look& look, std::string temporary)
        : identity_(identity), look_(look), temporary_(std::move(temporary)) {}

    std::uint64_t identity_;
    Look look_;
    std::string temporary_; ///< path; empty: adopted
};

} // namespace loquet::directory
