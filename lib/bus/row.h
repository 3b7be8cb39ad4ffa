// SPDX-License-Identifier: LGPL-2.1-or-later
// A row of a list as it travels (an a{sv}), for programs that read one: a key that is not there, or not of the type
// that is asked for, is empty, so that a newer service may say more and an older one less. Plain values.
#pragma once

#include "lib/bus/message.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace loquet::bus {

class Row {
public:
    /// Texts, paths, numbers and truths; other types are skipped.
    static Row read(Reader& reader);

    [[nodiscard]] std::string text(std::string_view key) const;
    [[nodiscard]] std::optional<std::uint64_t> find_number(std::string_view key) const;
    [[nodiscard]] std::uint64_t number(std::string_view key) const { return find_number(key).value_or(0); }
    [[nodiscard]] bool truth(std::string_view key) const;

private:
    using Value = std::variant<std::string, std::uint64_t, bool>;
    template <class T>
    [[nodiscard]] const T* find(std::string_view key) const;

    std::map<std::string, Value, std::less<>> values_;
};

/// An aa{sv} of at most so many rows.
[[nodiscard]] std::vector<Row> read_rows(Reader& reader, std::size_t limit);

} // namespace loquet::bus
