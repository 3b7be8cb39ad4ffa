// SPDX-License-Identifier: LGPL-2.1-or-later
// What is wrong with a configuration, all of it, so that an administrator mends it in one go. One thread.
#pragma once

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

    /// Where a dotted key was last set, for complaints about keys that do not go together.
    void note(const std::string& key, std::string position) { positions_[key] = std::move(position); }
    /// That place; nothing where no file set the key.
    [[nodiscard]] std::optional<std::string> noted(const std::string& key) const;
    /// That place; else the place of the first of `others` that is set, because it contradicts the default of `key`;
    /// else what stands for "nowhere: it is the default".
    [[nodiscard]] std::string position_of(const std::string& key, const std::vector<std::string>& others = {}) const;

    [[nodiscard]] const std::vector<std::string>& lines() const noexcept { return lines_; }

    /// Throws base::Error (invalid) with every line where there is one.
    void throw_if_any() const;

private:
    std::vector<std::string> lines_;
    std::map<std::string, std::string> positions_;
};

} // namespace loquet::config
