// SPDX-License-Identifier: LGPL-2.1-or-later
// What is wrong with a configuration, all of it, so that an administrator mends it in one go. One thread.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace loquet::config {

class Complaints {
public:
    /// `position` is "file:line:column"; `what` says what is wrong and what is accepted.
    void add(std::string_view position, std::string_view what);

    /// What is noted from here on stands in a file that is laid over those before.
    void begin_file() noexcept { ++file_; }
    /// Where a dotted key was last set, for complaints about keys that do not go together.
    void note(const std::string& key, std::string position) { places_[key] = {std::move(position), file_}; }
    /// That place; nothing where no file set the key.
    [[nodiscard]] std::optional<std::string> noted(const std::string& key) const;
    /// That place, for which `exact` stands where it says more; but the place of the first of `others` that a later
    /// file sets, because that one contradicts what was right before it; else what stands for "nowhere: it is the
    /// default".
    [[nodiscard]] std::string position_of(const std::string& key, const std::vector<std::string>& others = {},
                                          const std::string& exact = {}) const;

    [[nodiscard]] const std::vector<std::string>& lines() const noexcept { return lines_; }

    /// Throws base::Error (invalid) with every line where there is one.
    void throw_if_any() const;

private:
    std::vector<std::string> lines_;
    struct Place {
        std::string position;
        std::size_t file;
    };
    std::map<std::string, Place> places_;
    std::size_t file_ = 0;
};

} // namespace loquet::config
