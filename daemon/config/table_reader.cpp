// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/config/table_reader.h"

#include <algorithm>

namespace loquet::config {

std::string position_in(const std::string& file, const toml::source_region& source) {
    return file + ':' + std::to_string(source.begin.line) + ':' + std::to_string(source.begin.column);
}

std::string TableReader::path_of(std::string_view key) const {
    return name_.empty() ? std::string(key) : name_ + '.' + std::string(key);
}

const toml::node* TableReader::find(std::string_view key) {
    if (std::find(asked_.begin(), asked_.end(), key) == asked_.end()) {
        asked_.emplace_back(key);
    }
    const toml::node* node = table_.get(key);
    if (node != nullptr) {
        complaints_.note(path_of(key), position(*node));
    }
    return node;
}

void TableReader::refuse(std::string_view key, const toml::node& node, std::string_view accepted) {
    complaints_.add(position(node), path_of(key) + ": accepted is " + std::string(accepted));
}

void TableReader::text(std::string_view key, std::string& target, Accepts accepts, std::string_view accepted) {
    const toml::node* node = find(key);
    if (node == nullptr) {
        return;
    }
    const auto* value = node->as_string();
    if (value != nullptr && accepts(value->get())) {
        target = value->get();
    } else {
        refuse(key, *node, accepted);
    }
}

std::vector<const toml::node*> TableReader::items(std::string_view key, const toml::node& node) {
    std::vector<const toml::node*> found;
    if (const toml::array* array = node.as_array()) {
        for (const toml::node& item : *array) {
            found.push_back(&item);
        }
    } else {
        refuse(key, node, "a list: [ ... ]");
    }
    return found;
}

void TableReader::texts(std::string_view key, std::vector<std::string>& target, Accepts accepts,
                        std::string_view accepted) {
    const toml::node* node = find(key);
    if (node == nullptr) {
        return;
    }
    std::vector<std::string> values;
    for (const toml::node* item : items(key, *node)) {
        const auto* value = item->as_string();
        if (value != nullptr && accepts(value->get())) {
            values.push_back(value->get());
            note(std::string(key) + '.' + value->get(), *item);
        } else {
            refuse(key, *item, accepted);
        }
    }
    target = std::move(values);
}

void TableReader::boolean(std::string_view key, bool& target) {
    if (const toml::node* node = find(key)) {
        if (const auto* value = node->as_boolean()) {
            target = value->get();
        } else {
            refuse(key, *node, "true or false");
        }
    }
}

void TableReader::size(std::string_view key, Size& target) {
    if (const toml::node* node = find(key)) {
        const auto* value = node->as_string();
        const auto size = value == nullptr ? std::nullopt : parse_size(value->get());
        if (size && *size != Size{}) {
            target = *size;
        } else {
            refuse(key, *node, R"(an amount of memory: "256 MiB", or "25%" of the machine's)");
        }
    }
}

std::optional<std::int64_t> TableReader::integer(std::string_view key, std::int64_t least, std::int64_t most) {
    const toml::node* node = find(key);
    if (node == nullptr) {
        return std::nullopt;
    }
    const auto* value = node->as_integer();
    if (value != nullptr && value->get() >= least && value->get() <= most) {
        return value->get();
    }
    refuse(key, *node, "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    return std::nullopt;
}

std::optional<TableReader> TableReader::table(std::string_view key) {
    const toml::node* node = find(key);
    if (node == nullptr) {
        return std::nullopt;
    }
    if (const toml::table* table = node->as_table()) {
        return TableReader(*table, path_of(key), file_, complaints_);
    }
    refuse(key, *node, "a table: [" + path_of(key) + "]");
    return std::nullopt;
}

std::vector<std::pair<std::string, TableReader>> TableReader::tables() {
    std::vector<std::pair<std::string, TableReader>> found;
    for (const auto& [key, node] : table_) {
        if (auto reader = table(key.str())) {
            found.emplace_back(std::string(key.str()), *std::move(reader));
        }
    }
    return found;
}

void TableReader::finish() {
    std::string accepted;
    for (const std::string& key : asked_) {
        accepted += (accepted.empty() ? "" : ", ") + key;
    }
    for (const auto& [key, node] : table_) {
        if (std::find(asked_.begin(), asked_.end(), key.str()) == asked_.end()) {
            complaints_.add(position_in(file_, key.source()),
                            "unknown key " + path_of(key.str()) + "; accepted here: " + accepted);
        }
    }
}

} // namespace loquet::config
