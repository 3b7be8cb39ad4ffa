// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/json.h"

#include <nlohmann/json.hpp>

namespace loquet::cli {

namespace {

using Json = nlohmann::ordered_json;

Json to_json(const Record& record);

struct ToJson {
    Json operator()(std::monostate /*nothing*/) const { return nullptr; }
    Json operator()(bool value) const { return value; }
    Json operator()(std::uint64_t value) const { return value; }
    Json operator()(std::int64_t value) const { return value; }
    Json operator()(base::Milliseconds value) const { return base::rfc3339(value); }
    Json operator()(const std::string& value) const { return value; }
    Json operator()(const std::vector<std::string>& values) const { return values; }
    Json operator()(const std::vector<Record>& records) const {
        Json out = Json::array();
        for (const Record& record : records) {
            out.push_back(to_json(record));
        }
        return out;
    }
};

Json to_json(const Record& record) {
    Json out = Json::object();
    for (const Field& field : record.fields) {
        out[field.key] = std::visit(ToJson{}, field.value);
    }
    return out;
}

} // namespace

std::string json_text(const Record& record) {
    return to_json(record).dump(-1, ' ', false, Json::error_handler_t::replace);
}

} // namespace loquet::cli
