// SPDX-License-Identifier: LGPL-2.1-or-later
// The fields of what a channel is asked and answers. Used by plugin_wire.cpp alone. Any thread.
#pragma once

#include "lib/protocol/message_fields.h"

#include <algorithm>
#include <string_view>

namespace loquet::protocol::detail {

inline void check_reference(std::string_view reference) {
    const bool hex =
        std::ranges::all_of(reference, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
    if (reference.size() != limits::delivery_reference_bytes || !hex) {
        refuse_field("a reference is not 32 hexadecimal digits");
    }
}

template <class A, class V>
void fields(A& a, V& v)
    requires is_a<V, DeliverRequest>
{
    a.text(v.reference, limits::delivery_reference_bytes, Alphabet::name);
    check_reference(v.reference);
    a.text(v.destination, limits::mail_bytes, Alphabet::address);
    a.text(v.subject, limits::delivery_subject_bytes, Alphabet::shown);
    a.secret(v.text, limits::delivery_text_bytes);
    check_text(v.text.reveal(), Alphabet::lines);
    a.text(v.locale, limits::client_field_bytes, Alphabet::utf8);
    a.time(v.now);
    a.time(v.expires);
    a.number(v.attempt);
    if (v.destination.empty() || v.text.empty() || v.attempt == 0 || v.now >= v.expires) {
        refuse_field("a delivery goes nowhere, says nothing, or is over already");
    }
}

template <class A, class V>
void fields(A& a, V& v)
    requires is_a<V, DeliverResponse>
{
    a.choice(v.outcome, Outcome::sent, Outcome::lost);
    a.time(v.after);
    check_range(v.after.count(), base::Milliseconds(0).count(), base::Milliseconds(limits::longest_retry).count());
    a.text(v.gateway_reference, limits::gateway_reference_bytes, Alphabet::shown);
    a.text(v.said, limits::gateway_said_bytes, Alphabet::shown);
    if ((v.outcome != Outcome::retry && v.after.count() != 0)
        || (v.outcome != Outcome::sent && !v.gateway_reference.empty())) {
        refuse_field("an outcome carries what belongs to another");
    }
}

} // namespace loquet::protocol::detail
