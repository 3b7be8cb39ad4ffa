// SPDX-License-Identifier: LGPL-2.1-or-later
// Log once, where it is decided, for the operator. Each message has a stable id (journal field MESSAGE_ID) with a
// paragraph in docs/messages.md, which a lint test compares. Goes to the journal with fields where the process was
// started by systemd, else to standard error. Values are made printable here; secrets have no way in, because Secret
// has no formatter. Any thread.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace loquet::log {

struct Id {
    std::string_view name; ///< as in docs/messages.md
    std::string_view uuid; ///< 32 hexadecimal digits, never used for another meaning
};

namespace id {

inline constexpr Id started{"started", "1d1ec9a7b4c74f5a9a35ab0f1f3a1001"};
inline constexpr Id stopped{"stopped", "1d1ec9a7b4c74f5a9a35ab0f1f3a1002"};
inline constexpr Id start_failed{"start-failed", "1d1ec9a7b4c74f5a9a35ab0f1f3a1003"};
inline constexpr Id configuration_loaded{"configuration-loaded", "1d1ec9a7b4c74f5a9a35ab0f1f3a1004"};
inline constexpr Id configuration_refused{"configuration-refused", "1d1ec9a7b4c74f5a9a35ab0f1f3a1005"};
inline constexpr Id configuration_weakened{"configuration-weakened", "1d1ec9a7b4c74f5a9a35ab0f1f3a1006"};
inline constexpr Id descriptors_few{"descriptors-few", "1d1ec9a7b4c74f5a9a35ab0f1f3a1007"};
inline constexpr Id descriptors_enough{"descriptors-enough", "1d1ec9a7b4c74f5a9a35ab0f1f3a1008"};
inline constexpr Id login{"login", "1d1ec9a7b4c74f5a9a35ab0f1f3a2001"};
inline constexpr Id account_changed{"account-changed", "1d1ec9a7b4c74f5a9a35ab0f1f3a2002"};
inline constexpr Id account_locked{"account-locked", "1d1ec9a7b4c74f5a9a35ab0f1f3a2003"};
inline constexpr Id accounts_imported{"accounts-imported", "1d1ec9a7b4c74f5a9a35ab0f1f3a2005"};
inline constexpr Id site_under_attack{"site-under-attack", "1d1ec9a7b4c74f5a9a35ab0f1f3a2004"};
inline constexpr Id password_typed_as_code{"password-typed-as-code", "1d1ec9a7b4c74f5a9a35ab0f1f3a2006"};
inline constexpr Id plugin_failed{"plugin-failed", "1d1ec9a7b4c74f5a9a35ab0f1f3a3001"};
inline constexpr Id plugin_quarantined{"plugin-quarantined", "1d1ec9a7b4c74f5a9a35ab0f1f3a3002"};
inline constexpr Id plugin_ready{"plugin-ready", "1d1ec9a7b4c74f5a9a35ab0f1f3a3003"};
inline constexpr Id lockout_fallback{"lockout-fallback", "1d1ec9a7b4c74f5a9a35ab0f1f3a3004"};
inline constexpr Id store_unwritable{"store-unwritable", "1d1ec9a7b4c74f5a9a35ab0f1f3a4001"};
inline constexpr Id store_writable_again{"store-writable-again", "1d1ec9a7b4c74f5a9a35ab0f1f3a4002"};
inline constexpr Id store_grown{"store-grown", "1d1ec9a7b4c74f5a9a35ab0f1f3a4003"};
inline constexpr Id store_migrated{"store-migrated", "1d1ec9a7b4c74f5a9a35ab0f1f3a4004"};
inline constexpr Id directory_unwritable{"directory-unwritable", "1d1ec9a7b4c74f5a9a35ab0f1f3a5001"};
inline constexpr Id directory_writable_again{"directory-writable-again", "1d1ec9a7b4c74f5a9a35ab0f1f3a5002"};
inline constexpr Id codes_unused{"codes-unused", "1d1ec9a7b4c74f5a9a35ab0f1f3a6001"};
inline constexpr Id codes_used_again{"codes-used-again", "1d1ec9a7b4c74f5a9a35ab0f1f3a6002"};
inline constexpr Id channel_failing{"channel-failing", "1d1ec9a7b4c74f5a9a35ab0f1f3a6003"};
inline constexpr Id channel_delivers{"channel-delivers", "1d1ec9a7b4c74f5a9a35ab0f1f3a6004"};
inline constexpr Id code_refused{"code-refused", "1d1ec9a7b4c74f5a9a35ab0f1f3a6005"};
inline constexpr Id internal_error{"internal-error", "1d1ec9a7b4c74f5a9a35ab0f1f3a9001"};

} // namespace id

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
