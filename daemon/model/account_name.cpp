// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/model/account_name.h"

#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/base/text.h"

#include <algorithm>

namespace loquet::model {

namespace {

bool starts_name(char c) {
    return (c >= 'a' && c <= 'z') || c == '_';
}
bool continues_name(char c) {
    return starts_name(c) || (c >= '0' && c <= '9') || c == '.' || c == '-';
}

} // namespace

std::optional<std::string> canonical_name(std::string_view typed) {
    if (typed.empty() || typed.size() > limits::account_name_bytes) {
        return std::nullopt;
    }
    std::string name = base::lower_ascii(typed);
    const bool well_formed = starts_name(name.front()) && std::all_of(name.begin(), name.end(), continues_name)
                             && name.back() != '.' && name.back() != '-' && name.find("..") == std::string::npos;
    if (!well_formed) {
        return std::nullopt;
    }
    return name;
}

std::string require_account_name(std::string_view typed) {
    auto name = canonical_name(typed);
    if (!name) {
        throw base::Error(base::Error::Kind::invalid,
                          "the name \"" + base::printable(typed, 64)
                              + "\" is not accepted: 1 to 32 of a-z, 0-9, '_', '-' and '.', beginning with a letter or "
                                "'_', not ending in '-' or '.', without \"..\"");
    }
    return *std::move(name);
}

} // namespace loquet::model
