// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/bus/row.h"

namespace loquet::bus {

namespace {

constexpr std::size_t keys = 64;
constexpr std::size_t text_bytes = 4096;

} // namespace

Row Row::read(Reader& reader) {
    Row row;
    reader.dictionary(keys, [&](const std::string& key, std::string_view signature) {
        if (signature == "s") {
            row.values_[key] = std::string(reader.text(text_bytes));
        } else if (signature == "o") {
            row.values_[key] = reader.object_path();
        } else if (signature == "u") {
            row.values_[key] = std::uint64_t{reader.u32()};
        } else if (signature == "t") {
            row.values_[key] = reader.u64();
        } else if (signature == "b") {
            row.values_[key] = reader.boolean();
        } else {
            return false;
        }
        return true;
    });
    return row;
}

template <class T>
const T* Row::find(std::string_view key) const {
    const auto place = values_.find(key);
    return place == values_.end() ? nullptr : std::get_if<T>(&place->second);
}

std::string Row::text(std::string_view key) const {
    const auto* const value = find<std::string>(key);
    return value == nullptr ? std::string() : *value;
}

std::optional<std::uint64_t> Row::find_number(std::string_view key) const {
    const auto* const value = find<std::uint64_t>(key);
    return value == nullptr ? std::nullopt : std::optional(*value);
}

bool Row::truth(std::string_view key) const {
    const auto* const value = find<bool>(key);
    return value != nullptr && *value;
}

std::vector<Row> read_rows(Reader& reader, std::size_t limit) {
    std::vector<Row> rows;
    reader.array("a{sv}", limit, [&] { rows.push_back(Row::read(reader)); });
    return rows;
}

} // namespace loquet::bus
