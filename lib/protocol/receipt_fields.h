// SPDX-License-Identifier: LGPL-2.1-or-later
// The fields of what a channel is asked and tells of messages that it sent before. Used by plugin_wire.cpp alone. Any
// thread.
#pragma once

#include "lib/protocol/delivery_fields.h"

namespace loquet::protocol::detail {

template <class A, class V>
void fields(A& a, V& v)
    requires is_a<V, SentMessage>
{
    a.text(v.reference, limits::delivery_reference_bytes, Alphabet::name);
    check_reference(v.reference);
    a.text(v.gateway_reference, limits::gateway_reference_bytes, Alphabet::shown);
}

template <class A, class V>
void fields(A& a, V& v)
    requires is_a<V, ReceiptsRequest>
{
    a.number(v.kept);
    a.list(v.sent, limits::receipts_at_once, [](auto& archive, auto& message) { fields(archive, message); });
}

template <class A, class V>
void fields(A& a, V& v)
    requires is_a<V, Receipt>
{
    a.text(v.reference, limits::delivery_reference_bytes, Alphabet::name);
    check_reference(v.reference);
    a.choice(v.outcome, ReceiptOutcome::delivered, ReceiptOutcome::failed);
    a.text(v.said, limits::gateway_said_bytes, Alphabet::shown);
}

template <class A, class V>
void fields(A& a, V& v)
    requires is_a<V, ReceiptsResponse>
{
    a.number(v.batch);
    a.flag(v.more);
    a.list(v.receipts, limits::receipts_at_once, [](auto& archive, auto& receipt) { fields(archive, receipt); });
}

} // namespace loquet::protocol::detail
