// SPDX-License-Identifier: LGPL-2.1-or-later
// Values for a plugin's options, from its manifest's defaults or from a file of `name = value` lines. The notation is
// the part of TOML that default_value uses: 20, true, "text" with \" \\ \n \t, ["a", "b"]. One thread.
#pragma once

#include <loquet/plugin.hpp>

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace loquet::sdk_conformance {

/// One parsed value; the members of other types are empty.
struct OptionValue {
    std::string text;
    std::int64_t integer = 0;
    std::vector<std::string> items;
};

/// Strict: the whole of `notation` is one value of the option's type and within its range. Throws std::runtime_error
/// with a sentence that names the option.
[[nodiscard]] OptionValue parse_value(const loquet_option& option, std::string_view notation);

/// Reads lines `name = value`; empty lines and those that start with # do not count. Throws std::runtime_error with
/// the line's number. Values stay in their notation.
[[nodiscard]] std::map<std::string, std::string> parse_lines(std::string_view content);

/// All options of a manifest, in its order, as create() gets them. Lent values live as long as this.
class OptionValues {
public:
    /// `given` replaces defaults; a name that the manifest does not have throws.
    OptionValues(const loquet_manifest& manifest, const std::map<std::string, std::string>& given);
    OptionValues(const OptionValues&) = delete;
    OptionValues& operator=(const OptionValues&) = delete;

    /// Sets every integer that has a range to its least or its greatest value.
    void set_integers(const loquet_manifest& manifest, bool greatest);

    [[nodiscard]] const loquet_option_value* data() const { return lent_.data(); }
    [[nodiscard]] size_t size() const { return lent_.size(); }

private:
    void lend(const loquet_option& option, OptionValue value);

    std::deque<OptionValue> values_;
    std::deque<std::vector<loquet_text>> items_;
    std::vector<loquet_option_value> lent_;
};

} // namespace loquet::sdk_conformance
