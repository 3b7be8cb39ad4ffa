// SPDX-License-Identifier: LGPL-2.1-or-later
// The options of one plugin instance: what /etc/loquet/plugins/NAME.toml says, compared with the plugin's manifest,
// and its defaults for the rest. One thread.
#pragma once

#include "loquet/plugin.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace loquet::plugin_host {

/// Values in the manifest's order, and the memory that they point to. Names and types point into the manifest.
class Options {
public:
    Options() = default;
    Options(Options&&) noexcept = default;
    Options& operator=(Options&&) noexcept = default;
    Options(const Options&) = delete;
    Options& operator=(const Options&) = delete;

    [[nodiscard]] const std::vector<loquet_option_value>& values() const noexcept { return values_; }

    void add_text(const loquet_option& option, std::string text);
    void add_integer(const loquet_option& option, std::int64_t value);
    void add_list(const loquet_option& option, std::vector<std::string> items);

private:
    loquet_text keep(std::string text);
    std::vector<loquet_option_value> values_;
    std::vector<std::unique_ptr<const std::string>> texts_; // whose bytes stay where they are when this object moves
    std::vector<std::vector<loquet_text>> lists_;
};

/// Either the options, or what is wrong: sentences "FILE:LINE:COLUMN: ...", one for each mistake.
struct ReadOptions {
    Options options;
    std::vector<std::string> complaints;
};

/// `text` is the content of the file at `path` (used in complaints only); "" where there is none. The key `plugin` is
/// the host's own and accepted.
[[nodiscard]] ReadOptions read_options(const loquet_manifest& manifest, std::string_view text, const std::string& path);

/// The value of `plugin` in the file: which plugin an instance of another name runs. `instance` where it says nothing.
/// Throws Error::invalid for a file that is no TOML or where it is not a text.
[[nodiscard]] std::string plugin_of_instance(const std::string& instance, std::string_view text,
                                             const std::string& path);

} // namespace loquet::plugin_host
