// SPDX-License-Identifier: LGPL-2.1-or-later
// The folder of the store: private, and taken by one process at a time. Any thread, one owner.
#pragma once

#include "lib/base/file.h"

#include <string>

namespace loquet::store {

/// Held as long as the object lives; the kernel gives it back when the process dies, however that happens.
class Folder {
public:
    /// Makes the folder (0700) where it is missing. Throws Error: `denied` where others may read it, `conflict` where
    /// another process holds it.
    explicit Folder(std::string path);

    [[nodiscard]] const std::string& path() const noexcept { return path_; }

private:
    std::string path_;
    base::Fd lock_; ///< the folder itself, so that a read-only file system can be locked as well
};

} // namespace loquet::store
