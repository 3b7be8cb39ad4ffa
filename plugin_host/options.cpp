// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin_host/options.h"

#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/base/text.h"

#include <toml++/toml.h>

#include <algorithm>
#include <optional>
#include <span>

namespace loquet::plugin_host {

using base::Error;

namespace {

constexpr std::string_view own_key = "plugin";

std::string at(const std::string& path, const toml::source_position& place) {
    return path + ":" + std::to_string(place.line) + ":" + std::to_string(place.column) + ": ";
}

std::span<const loquet_option> options_of(const loquet_manifest& manifest) {
    return {manifest.options, manifest.option_count};
}

std::string wanted(const loquet_option& option) {
    switch (option.type) {
    case LOQUET_OPTION_TEXT:
        return "a text in quotes";
    case LOQUET_OPTION_INTEGER:
        return "a whole number";
    case LOQUET_OPTION_BOOLEAN:
        return "true or false";
    case LOQUET_OPTION_TEXT_LIST:
        return "a list of texts";
    default:
        return "a value of a type that this version of Loquet does not know";
    }
}

/// Why a value cannot be the option's, or nothing after it was added.
using Verdict = std::optional<std::string>;

Verdict not_of_type(const loquet_option& option) {
    return std::string(option.name) + " must be " + wanted(option);
}

Verdict check_text(const loquet_option& option, const std::string& text) {
    if (text.size() > limits::plugin_option_bytes) {
        return std::string(option.name) + " is longer than " + std::to_string(limits::plugin_option_bytes) + " bytes";
    }
    if (text.find('\0') != std::string::npos || !base::is_utf8(text)) {
        return std::string(option.name) + " has characters that a text cannot have";
    }
    return std::nullopt;
}

Verdict add_text(Options& options, const loquet_option& option, const toml::node& node) {
    const auto* text = node.as_string();
    if (text == nullptr) {
        return not_of_type(option);
    }
    if (auto wrong = check_text(option, text->get())) {
        return wrong;
    }
    options.add_text(option, text->get());
    return std::nullopt;
}

Verdict add_integer(Options& options, const loquet_option& option, const toml::node& node) {
    const auto* number = node.as_integer();
    if (number == nullptr) {
        return not_of_type(option);
    }
    const bool has_range = option.minimum != 0 || option.maximum != 0;
    if (has_range && (number->get() < option.minimum || number->get() > option.maximum)) {
        return std::string(option.name) + " must be between " + std::to_string(option.minimum) + " and "
               + std::to_string(option.maximum);
    }
    options.add_integer(option, number->get());
    return std::nullopt;
}

Verdict add_list(Options& options, const loquet_option& option, const toml::node& node) {
    const auto* array = node.as_array();
    if (array == nullptr) {
        return not_of_type(option);
    }
    if (array->size() > limits::plugin_options) {
        return std::string(option.name) + " has more than " + std::to_string(limits::plugin_options) + " items";
    }
    std::vector<std::string> items;
    for (const toml::node& item : *array) {
        const auto* text = item.as_string();
        if (text == nullptr) {
            return not_of_type(option);
        }
        if (auto wrong = check_text(option, text->get())) {
            return wrong;
        }
        items.push_back(text->get());
    }
    options.add_list(option, std::move(items));
    return std::nullopt;
}

Verdict add(Options& options, const loquet_option& option, const toml::node& node) {
    switch (option.type) {
    case LOQUET_OPTION_TEXT:
        return add_text(options, option, node);
    case LOQUET_OPTION_INTEGER:
        return add_integer(options, option, node);
    case LOQUET_OPTION_TEXT_LIST:
        return add_list(options, option, node);
    case LOQUET_OPTION_BOOLEAN:
        if (const auto* truth = node.as_boolean()) {
            options.add_integer(option, truth->get() ? 1 : 0);
            return std::nullopt;
        }
        return not_of_type(option);
    default:
        return not_of_type(option);
    }
}

Verdict add_default(Options& options, const loquet_option& option) {
    const std::string mistake = "the plugin's default value for " + std::string(option.name) + " is not valid: ";
    if (option.default_value == nullptr) {
        return mistake + "there is none";
    }
    try {
        const toml::table table = toml::parse("value = " + std::string(option.default_value));
        const toml::node* node = table.get("value");
        auto wrong = add(options, option, *node);
        return wrong ? Verdict(mistake + *wrong) : std::nullopt;
    } catch (const toml::parse_error& error) {
        return mistake + base::printable(error.description());
    }
}

toml::table parse(std::string_view text, const std::string& path) {
    try {
        return toml::parse(text, path);
    } catch (const toml::parse_error& error) {
        throw Error(Error::Kind::invalid, at(path, error.source().begin) + base::printable(error.description()));
    }
}

void complain_of_unknown(const loquet_manifest& manifest, const toml::table& table, const std::string& path,
                         std::vector<std::string>& complaints) {
    std::string known(own_key);
    for (const loquet_option& option : options_of(manifest)) {
        known += std::string(", ") + option.name;
    }
    for (const auto& [key, node] : table) {
        const auto same = [&k = key](const loquet_option& option) { return k.str() == option.name; };
        if (key.str() != own_key && std::ranges::none_of(options_of(manifest), same)) {
            complaints.push_back(at(path, key.source().begin) + "unknown option " + base::printable(key.str())
                                 + "; known are: " + known);
        }
    }
}

} // namespace

loquet_text Options::keep(std::string text) {
    const auto& kept = texts_.emplace_back(std::make_unique<const std::string>(std::move(text)));
    return {kept->c_str(), kept->size()};
}

void Options::add_text(const loquet_option& option, std::string text) {
    loquet_option_value value{};
    value.size = sizeof value;
    value.name = option.name;
    value.type = option.type;
    value.text = keep(std::move(text));
    values_.push_back(value);
}

void Options::add_integer(const loquet_option& option, std::int64_t number) {
    loquet_option_value value{};
    value.size = sizeof value;
    value.name = option.name;
    value.type = option.type;
    value.integer = number;
    values_.push_back(value);
}

void Options::add_list(const loquet_option& option, std::vector<std::string> items) {
    std::vector<loquet_text> kept;
    kept.reserve(items.size());
    for (std::string& item : items) {
        kept.push_back(keep(std::move(item)));
    }
    loquet_option_value value{};
    value.size = sizeof value;
    value.name = option.name;
    value.type = option.type;
    value.items = kept.data();
    value.item_count = kept.size();
    lists_.push_back(std::move(kept)); // moved, so its items stay where value points to
    values_.push_back(value);
}

ReadOptions read_options(const loquet_manifest& manifest, std::string_view text, const std::string& path) {
    ReadOptions result;
    toml::table table;
    try {
        table = parse(text, path);
    } catch (const Error& error) {
        result.complaints.emplace_back(error.what());
        return result;
    }
    complain_of_unknown(manifest, table, path, result.complaints);
    for (const loquet_option& option : options_of(manifest)) {
        const toml::node* node = table.get(option.name);
        const auto wrong = node == nullptr ? add_default(result.options, option) : add(result.options, option, *node);
        if (wrong) {
            result.complaints.push_back((node == nullptr ? path + ": " : at(path, node->source().begin)) + *wrong);
        }
    }
    return result;
}

std::string plugin_of_instance(const std::string& instance, std::string_view text, const std::string& path) {
    const toml::table table = parse(text, path);
    const toml::node* node = table.get(own_key);
    if (node == nullptr) {
        return instance;
    }
    const auto* name = node->as_string();
    if (name == nullptr) {
        throw Error(Error::Kind::invalid, at(path, node->source().begin) + "plugin must be a text in quotes");
    }
    return name->get();
}

} // namespace loquet::plugin_host
