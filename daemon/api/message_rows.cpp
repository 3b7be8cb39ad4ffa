// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/api/message_rows.h"

#include "lib/base/error.h"
#include "lib/base/limits.h"

#include <array>

namespace loquet::api {

using base::Error;
using model::MessageState;

namespace {

constexpr std::size_t filters = 4;
constexpr std::size_t state_bytes = 16;
constexpr std::array message_states{MessageState::queued,   MessageState::sending, MessageState::sent,
                                    MessageState::deferred, MessageState::refused, MessageState::expired};

MessageState message_state_named(std::string_view name) {
    for (const MessageState state : message_states) {
        if (to_text(state) == name) {
            return state;
        }
    }
    throw Error(Error::Kind::invalid, "a message is queued, sending, sent, deferred, refused or expired");
}

} // namespace

MessageQuestion read_message_question(bus::Reader& reader) {
    MessageQuestion question;
    reader.dictionary(filters, [&](const std::string& key, std::string_view signature) {
        if (signature != "s" || (key != "account" && key != "state")) {
            throw Error(Error::Kind::invalid, "messages are filtered by \"account\" (s) and \"state\" (s)");
        }
        if (key == "account") {
            question.account = reader.text(limits::typed_name_bytes);
        } else {
            question.filter.state = message_state_named(reader.text(state_bytes));
        }
        return true;
    });
    return question;
}

void write_message_rows(bus::Writer& writer, const outbox::MessagePage& page, outbox::Outbox& outbox) {
    writer.array("(tssussssssssuutttt)", [&] {
        for (const auto& [number, message] : page.messages) {
            writer.structure("tssussssssssuutttt", [&, n = number, &m = message] {
                writer.u64(n).text(std::string(to_text(m.state))).text(std::string(to_text(m.medium)));
                writer.u32(m.account.value).text(m.masked).text(m.text).text(m.step).text(m.why).text(m.said);
                writer.text(m.channel).text(m.gateway_reference).text(m.reference).u32(m.attempts).u32(m.unknown);
                for (const base::Milliseconds time : {m.created, m.changed, m.next, m.expires}) {
                    writer.u64(base::microseconds(outbox.on_wall(time)));
                }
            });
        }
    });
    writer.u64(page.next);
}

} // namespace loquet::api
