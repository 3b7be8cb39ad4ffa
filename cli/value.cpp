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

std::string short_time(base::Milliseconds time, base::Milliseconds now) {
    const auto local = [](base::Milliseconds since) {
        return fmt::localtime(static_cast<std::time_t>(std::chrono::floor<std::chrono::seconds>(since).count()));
    };
    const std::tm at = local(time);
    const std::tm today = local(now);
    const bool is_today = at.tm_year == today.tm_year && at.tm_yday == today.tm_yday;
    return is_today ? fmt::format("{:%H:%M}", at) : fmt::format("{:%Y-%m-%d %H:%M}", at);
}

} // namespace loquet::cli
