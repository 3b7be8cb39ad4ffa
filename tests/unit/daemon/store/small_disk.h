// SPDX-License-Identifier: LGPL-2.1-or-later
// A file system of its own, small enough to fill: a tmpfs where mounting is allowed, else a limit on the size of files.
// The test's thread.
#pragma once

#include "tests/support/temp_folder.h"

#include <cstddef>
#include <string>

namespace loquet::store {

class SmallDisk {
public:
    SmallDisk();
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;
    ~SmallDisk();

    [[nodiscard]] std::string folder() const { return folder_.path(); }
    /// False where mounting is not allowed; make_read_only() needs it.
    [[nodiscard]] bool mounted() const noexcept { return mounted_; }

    /// Until not one byte more fits.
    void fill();
    /// Until only so many bytes more fit; a mounted one.
    void fill_all_but(std::size_t bytes);
    void make_room();
    /// Nothing may be open for writing.
    void make_read_only();
    void make_writable();

private:
    void remount(unsigned long flags);
    void limit_files(std::size_t bytes) const;
    [[nodiscard]] std::string filler() const { return folder_ / "filler"; }

    tests::TempFolder folder_;
    bool mounted_ = false;
};

} // namespace loquet::store
