// SPDX-License-Identifier: LGPL-2.1-or-later
// Log once, where it is decided, for the operator. Each message has a stable id (log_ids.h) with a paragraph in
// docs/messages.md. Goes to the journal with fields where the process was started by systemd, else to standard error.
// Values are made printable here; secrets have no way in, because Secret has no formatter. Any thread.
#pragma once

#include "lib/base/log_ids.h"

#include <initializer_list>
#include <string>
#include <string_view>

namespace loquet::log {

enum class Level { error = 3, warning = 4, notice = 5, info = 6, debug = 7 }; // syslog's numbers

struct Field {
    std::string_view name; ///< upper case, as journal fields are: "LOQUET_ACCOUNT"
    std::string value;
};

void write(Level level, const Id& id, const std::string& text, std::initializer_list<Field> fields = {});

inline void error(const Id& id, const std::string& text, std::initializer_list<Field> fields = {}) {
    write(Level::error, id, text, fields);
}
inline void warning(const Id& id, const std::string& text, std::initializer_list<Field> fields = {}) {
    write(Level::warning, id, text, fields);
}
inline void notice(const Id& id, const std::string& text, std::initializer_list<Field> fields = {}) {
    write(Level::notice, id, text, fields);
}
inline void info(const Id& id, const std::string& text, std::initializer_list<Field> fields = {}) {
    write(Level::info, id, text, fields);
}

/// Messages below this level are dropped; `info` unless told otherwise.
void set_level(Level level) noexcept;

} // namespace loquet::log
