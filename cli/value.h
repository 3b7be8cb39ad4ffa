// SPDX-License-Identifier: LGPL-2.1-or-later
// What a command has to say, before it is known who reads it: a table for a person or JSON for a program is made from
// the same records, so the two cannot disagree. Plain values.
#pragma once

#include "lib/base/clock.h"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace loquet::cli {

struct Record;

/// monostate is "nothing" (JSON null, an empty cell). Milliseconds is a time since 1970-01-01 UTC.
using Value = std::variant<std::monostate, bool, std::uint64_t, std::int64_t, base::Milliseconds, std::string,
                           std::vector<std::string>, std::vector<Record>>;

struct Field {
    std::string key;   ///< for programs: snake_case, stable
    std::string title; ///< for people
    Value value;
};

struct Record {
    std::vector<Field> fields; ///< in the order in which they are shown
};

/// One line for a person: printable, times in local time, lists joined by a comma. Nested records are counted, not
/// shown.
[[nodiscard]] std::string cell_text(const Value& value);

/// A time for a person, to the minute; without the date where that is today's.
[[nodiscard]] std::string short_time(base::Milliseconds time, base::Milliseconds now);

} // namespace loquet::cli
