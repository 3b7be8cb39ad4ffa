// SPDX-License-Identifier: LGPL-2.1-or-later
// The fields that messages of several kinds of plugins share. Used by plugin_wire.cpp alone. Any thread.
#pragma once

#include "lib/base/limits.h"
#include "lib/protocol/plugin_messages.h"
#include "lib/protocol/wire_fields.h"

#include <concepts>
#include <type_traits>

namespace loquet::protocol::detail {

/// In the functions below V is the message's type when it is read, and const when it is written.
template <class V, class Message>
concept is_a = std::same_as<std::remove_const_t<V>, Message>;

inline constexpr auto fields_of_named_text = [](auto& a, auto& v) {
    a.text(v.name, limits::plugin_name_bytes, Alphabet::name);
    a.text(v.value, limits::plugin_fact_bytes, Alphabet::utf8);
};

inline constexpr auto fields_of_variable = [](auto& a, auto& v) {
    a.text(v.name, limits::plugin_name_bytes, Alphabet::name);
    a.text(v.value, limits::message_variable_bytes, Alphabet::shown);
};

inline constexpr auto fields_of_message = [](auto& a, auto& v) {
    a.text(v.id, limits::message_id_bytes, Alphabet::name);
    a.list(v.variables, limits::message_variables, fields_of_variable);
};

} // namespace loquet::protocol::detail
