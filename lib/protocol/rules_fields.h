// SPDX-License-Identifier: LGPL-2.1-or-later
// The fields of what password rules are asked and answer. Used by plugin_wire.cpp alone. Any thread.
#pragma once

#include "lib/protocol/message_fields.h"

namespace loquet::protocol::detail {

template <class A, class V>
void fields(A& a, V& v)
    requires is_a<V, RulesRequest>
{
    a.secret(v.candidate, limits::answer_bytes);
    if (!base::is_utf8(v.candidate.reveal())) {
        refuse_field("a candidate for a password must be UTF-8");
    }
    a.list(v.facts, limits::plugin_facts, fields_of_named_text);
    a.flag(v.in_history);
    a.number(v.history_length);
    a.flag(v.second_factor);
}

template <class A, class V>
void fields(A& a, V& v)
    requires is_a<V, RulesResponse>
{
    a.list(v.rules, limits::plugin_rules, [](auto& b, auto& rule) {
        b.flag(rule.met);
        fields_of_message(b, rule.message);
    });
    a.number(v.level);
    check_range<std::uint8_t>(v.level, 0, 4);
}

} // namespace loquet::protocol::detail
