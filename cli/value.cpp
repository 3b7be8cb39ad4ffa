// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/value.h"

#include "lib/base/text.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace loquet::cli {

namespace {

struct CellText {
    std::string operator()(std::monostate /*nothing*/) const { return ""; }
    std::string operator()(bool value) const { return value ? "yes" : "no"; }
    std::string operator()(std::uint64_t value) const { return fmt::to_string(value); }
    std::string operator()(std::int64_t value) const { return fmt::to_string(value); }
    std::string operator()(base::Milliseconds value) const {
        const auto seconds = static_cast<std::time_t>(std::chrono::floor<std::chrono::seconds>(value).count());
        return fmt::format("{:%Y-%m-%d %H:%M:%S}", fmt::localtime(seconds));
    }
    std::string operator()(const std::string& value) const { return base::printable(value); }
    std::string operator()(const std::vector<std::string>& values) const {
        return base::printable(fmt::format("{}", fmt::join(values, ", ")));
    }
    std::string operator()(const std::vector<Record>& records) const { return fmt::to_string(records.size()); }
};

} // namespace

std::string cell_text(const Value& value) {
    return std::visit(CellText{}, value);
}

} // namespace loquet::cli
