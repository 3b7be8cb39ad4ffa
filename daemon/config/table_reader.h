// SPDX-License-Identifier: LGPL-2.1-or-later
// Reads one TOML table into a struct: every key is asked for by name, with what it accepts; what nobody asked for is an
// unknown key. Complains with positions and goes on. Private to this folder: the only header that knows toml++.
#pragma once

#include "daemon/config/complaints.h"
#include "daemon/config/config.h"

#include <toml++/toml.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace loquet::config {

/// "file:line:column" of a node or key.
[[nodiscard]] std::string position_in(const std::string& file, const toml::source_region& source);

class TableReader {
public:
    /// `name` is the dotted path of the table, empty for the whole file.
    TableReader(const toml::table& table, std::string name, const std::string& file, Complaints& complaints)
        : table_(table), name_(std::move(name)), file_(file), complaints_(complaints) {}

    /// Text that `accepts`; `accepted` describes it: "an absolute path".
    using Accepts = bool (*)(std::string_view);
    void text(std::string_view key, std::string& target, Accepts accepts, std::string_view accepted);
    void texts(std::string_view key, std::vector<std::string>& target, Accepts accepts, std::string_view accepted);
    void boolean(std::string_view key, bool& target);
    void size(std::string_view key, Size& target);

    template <class Number>
    void number(std::string_view key, Number& target, std::int64_t least, std::int64_t most) {
        if (const auto value = integer(key, least, most)) {
            target = static_cast<Number>(*value);
        }
    }
    template <class Rep, class Period>
    void duration(std::string_view key, std::chrono::duration<Rep, Period>& target, std::int64_t least,
                  std::int64_t most) {
        if (const auto value = integer(key, least, most)) {
            target = std::chrono::duration<Rep, Period>(*value);
        }
    }

    template <class Value>
    using Words = std::span<const std::pair<std::string_view, Value>>;
    /// One of `words`.
    template <class Value, class Target>
    void word(std::string_view key, Target& target, Words<Value> words) {
        if (const toml::node* node = find(key)) {
            if (const auto value = look_up(*node, words)) {
                target = *value;
            } else {
                refuse(key, *node, "one of " + list(words));
            }
        }
    }
    /// A list of `words`.
    template <class Value>
    void words(std::string_view key, std::vector<Value>& target, Words<Value> words) {
        const toml::node* node = find(key);
        if (node == nullptr) {
            return;
        }
        std::vector<Value> values;
        for (const toml::node* item : items(key, *node)) {
            if (const auto value = look_up(*item, words)) {
                values.push_back(*value);
            } else {
                refuse(key, *item, "a list of " + list(words));
            }
        }
        target = std::move(values);
    }

    /// "\"error\", \"warning\"", for what is accepted.
    template <class Value>
    static std::string list(Words<Value> words) {
        std::string out;
        for (const auto& [word, value] : words) {
            out += (out.empty() ? "\"" : ", \"") + std::string(word) + '"';
        }
        return out;
    }

    /// The sub-table, for a reader of its own; nullopt where there is none.
    [[nodiscard]] std::optional<TableReader> table(std::string_view key);
    /// A reader for a table that stands in an array under `key`.
    [[nodiscard]] TableReader inner(std::string_view key, const toml::table& table) const {
        return {table, path_of(key), file_, complaints_};
    }
    /// Every sub-table, by name; what is no table is complained about.
    [[nodiscard]] std::vector<std::pair<std::string, TableReader>> tables();

    [[nodiscard]] bool has(std::string_view key) const { return table_.contains(key); }
    /// The node itself, for what has a shape of its own; nullptr where there is none.
    [[nodiscard]] const toml::node* find(std::string_view key);
    /// The items of an array; complains and gives none where it is no array.
    [[nodiscard]] std::vector<const toml::node*> items(std::string_view key, const toml::node& node);

    /// Where `item`, below this table, was last set: a step in a group, a channel in a list.
    void note(const std::string& item, const toml::node& node) { complaints_.note(path_of(item), position(node)); }

    /// "file:line:column: KEY: what is accepted"
    void refuse(std::string_view key, const toml::node& node, std::string_view accepted);
    /// Complains about every key that was never asked for.
    void finish();

    [[nodiscard]] std::string position(const toml::node& node) const { return position_in(file_, node.source()); }
    [[nodiscard]] std::string position() const { return position(table_); }
    [[nodiscard]] Complaints& complaints() const noexcept { return complaints_; }

private:
    [[nodiscard]] std::optional<std::int64_t> integer(std::string_view key, std::int64_t least, std::int64_t most);
    [[nodiscard]] std::string path_of(std::string_view key) const;

    template <class Value>
    static std::optional<Value> look_up(const toml::node& node, Words<Value> words) {
        const auto* text = node.as_string();
        for (const auto& [word, value] : words) {
            if (text != nullptr && text->get() == word) {
                return value;
            }
        }
        return std::nullopt;
    }

    const toml::table& table_;
    std::string name_;
    const std::string& file_;
    Complaints& complaints_;
    std::vector<std::string> asked_;
};

} // namespace loquet::config
