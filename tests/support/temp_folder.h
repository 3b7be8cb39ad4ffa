// SPDX-License-Identifier: LGPL-2.1-or-later
// A folder of its own for a test, mode 0700, removed with all that is in it. Any thread.
#pragma once

#include <string>
#include <string_view>

namespace loquet::tests {

/// Where what a test writes is kept: in memory, where the machine has room for that, nothing waits for a disk.
enum class KeptIn { temporary_files, memory };

class TempFolder {
public:
    explicit TempFolder(KeptIn kept = KeptIn::temporary_files);
    ~TempFolder();
    TempFolder(const TempFolder&) = delete;
    TempFolder& operator=(const TempFolder&) = delete;

    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    /// The path of something in it: `folder / "store"`.
    [[nodiscard]] std::string operator/(std::string_view name) const { return path_ + "/" + std::string(name); }

private:
    std::string path_;
};

} // namespace loquet::tests
