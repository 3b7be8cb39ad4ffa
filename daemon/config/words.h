// SPDX-License-Identifier: LGPL-2.1-or-later
// The words that stand for values in configuration files.
#pragma once

#include "daemon/config/config.h"

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

namespace loquet::config {

/// As crypt(5) calls the methods, and their prefixes.
inline constexpr std::array<std::pair<std::string_view, std::string_view>, 5> hashing_methods{
    {{"yescrypt", "$y$"}, {"gost-yescrypt", "$gy$"}, {"scrypt", "$7$"}, {"bcrypt", "$2b$"}, {"sha512crypt", "$6$"}}};

inline constexpr std::array<std::pair<std::string_view, log::Level>, 5> log_levels{{{"error", log::Level::error},
                                                                                    {"warning", log::Level::warning},
                                                                                    {"notice", log::Level::notice},
                                                                                    {"info", log::Level::info},
                                                                                    {"debug", log::Level::debug}}};

inline constexpr std::array<std::pair<std::string_view, PluginKind>, 4> plugin_kinds{
    {{"step", PluginKind::step},
     {"lockout", PluginKind::lockout},
     {"password-rules", PluginKind::password_rules},
     {"channel", PluginKind::channel}}};

inline constexpr std::array<std::pair<std::string_view, Proof>, 3> proofs{
    {{"challenge", Proof::challenge}, {"knowledge", Proof::knowledge}, {"possession", Proof::possession}}};

/// What is said to everybody anyway (busy, unavailable) and what only its owner learns (not_authorised) is no matter of
/// disclosure.
inline constexpr std::array<std::pair<std::string_view, protocol::Reason>, 2> disclosable{
    {{"locked", protocol::Reason::locked}, {"disabled", protocol::Reason::disabled}}};

} // namespace loquet::config
