// SPDX-License-Identifier: LGPL-2.1-or-later
// The last good configuration, kept in one file of the daemon's own, so that a start with a broken file does not keep
// everybody out. One thread.
#pragma once

#include "daemon/config/config_file.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace loquet::config {

/// All files in one text, and back; nothing for a text that is none of ours or was cut off.
[[nodiscard]] std::string encode(const Sources& sources);
[[nodiscard]] std::optional<Sources> decode(std::string_view text);

class LastGoodConfiguration {
public:
    static constexpr std::size_t most_bytes = std::size_t{16} * 1024 * 1024; ///< all files together; more are not kept

    /// `file` empty: nothing is kept.
    explicit LastGoodConfiguration(std::string file) : file_(std::move(file)) {}

    /// Writes only where they differ from what is kept. Throws Error where they cannot be kept.
    void save(const Sources& sources) const;

    /// There is none from here on; needs no room on the disk.
    void clear() const noexcept;

    /// Nothing where there is none, or where this version of the daemon refuses it.
    [[nodiscard]] std::optional<Config> load() const;

private:
    [[nodiscard]] std::optional<std::string> text() const;

    std::string file_;
};

} // namespace loquet::config
