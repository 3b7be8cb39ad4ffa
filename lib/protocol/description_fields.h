// SPDX-License-Identifier: LGPL-2.1-or-later
// The fields of what every plugin is asked and answers. Used by plugin_wire.cpp alone. Any thread.
#pragma once

#include "lib/protocol/message_fields.h"

namespace loquet::protocol::detail {

template <class A, class V>
void fields(A& /*a*/, V& /*v*/)
    requires is_a<V, DescribeRequest>
{}

template <class A, class V>
void fields(A& a, V& v)
    requires is_a<V, DescribeResponse>
{
    a.text(v.instance, limits::plugin_name_bytes, Alphabet::name);
    a.choice(v.kind, PluginKind::step, PluginKind::channel);
    a.text(v.name, limits::plugin_name_bytes, Alphabet::name);
    a.text(v.version, limits::plugin_version_bytes, Alphabet::shown);
    a.text(v.summary, limits::plugin_summary_bytes, Alphabet::shown);
    a.list(v.facts, limits::plugin_facts,
           [](auto& b, auto& fact) { b.text(fact, limits::plugin_name_bytes, Alphabet::name); });
}

template <class A, class V>
void fields(A& a, V& v)
    requires is_a<V, ErrorResponse>
{
    a.text(v.text, limits::plugin_error_bytes, Alphabet::shown);
}

} // namespace loquet::protocol::detail
