// SPDX-License-Identifier: LGPL-2.1-or-later
// The fields of what a lockout policy is asked and answers. Used by plugin_wire.cpp alone. Any thread.
#pragma once

#include "lib/protocol/message_fields.h"

namespace loquet::protocol::detail {

inline constexpr auto fields_of_counter = [](auto& a, auto& v) {
    a.number(v.consecutive);
    a.number(v.since_lock);
    a.number(v.last_failure);
    a.number(v.last_success);
    a.number(v.locked_until);
    a.flag(v.disabled);
    a.number(v.hour);
    for (auto& failures : v.failed_in_hour) {
        std::uint32_t wide = failures;
        a.number(wide);
        check_range<std::uint32_t>(wide, 0, UINT16_MAX);
        if constexpr (std::remove_cvref_t<decltype(a)>::reads) {
            failures = static_cast<std::uint16_t>(wide);
        }
    }
};

template <class A, class V>
void scoped_counters(A& a, V& v) {
    for (auto& counter : v.all()) {
        a.maybe(counter, fields_of_counter);
    }
}

template <class A, class V>
void fields(A& a, V& v)
    requires is_a<V, JudgeRequest>
{
    a.choice(v.event, LockoutEvent::before, LockoutEvent::refused);
    a.time(v.now);
    a.text(v.boot_id, limits::plugin_name_bytes, Alphabet::name);
    scoped_counters(a, v.counters);
}

template <class A, class V>
void fields(A& a, V& v)
    requires is_a<V, Judgement>
{
    a.choice(v.verdict, Verdict::allow, Verdict::disabled);
    a.time(v.until);
    a.text(v.reason, limits::plugin_reason_bytes, Alphabet::name);
    scoped_counters(a, v.counters);
    a.text(v.alert, limits::plugin_note_bytes, Alphabet::shown);
    a.time(v.hold);
}

} // namespace loquet::protocol::detail
