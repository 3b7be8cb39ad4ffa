// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/api/message_rows.h"

#include "lib/base/error.h"
#include "lib/base/limits.h"

#include <array>
#include <utility>

namespace loquet::api {

using base::Error;
using model::MessageState;

namespace {

constexpr std::size_t message_filters = 4;
constexpr std::size_t message_state_bytes = 16;
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

MessageQuestion MessageQuestion::read(bus::Reader& reader) {
    MessageQuestion question;
    reader.dictionary(message_filters, [&](const std::string& key, std::string_view signature) {
        if (signature != "s" || (key != "account" && key != "state")) {
            throw Error(Error::Kind::invalid, "messages are filtered by \"account\" (s) and \"state\" (s)");
        }
        if (key == "account") {
            question.account = reader.text(limits::typed_name_bytes);
        } else {
            question.filter.state = message_state_named(reader.text(message_state_bytes));
        }
        return true;
    });
    return question;
}

void write_message_rows(bus::Writer& writer, const outbox::MessagePage& page, outbox::Outbox& outbox) {
    writer.array("a{sv}", [&] {
        for (const auto& [number, message] : page.messages) {
            writer.dictionary([&, n = number, &m = message] {
                writer.entry("number", n).entry("state", std::string(to_text(m.state)));
                writer.entry("medium", std::string(to_text(m.medium))).entry("account", m.account.value);
                writer.entry("destination", m.masked).entry("text", m.text).entry("step", m.step);
                writer.entry("why", m.why).entry("said", m.said).entry("channel", m.channel);
                writer.entry("gateway_reference", m.gateway_reference).entry("reference", m.reference);
                writer.entry("attempts", m.attempts).entry("unknown", m.unknown);
                for (const auto& [key, time] : {std::pair{"created", m.created}, std::pair{"changed", m.changed},
                                                std::pair{"due", m.next}, std::pair{"expires", m.expires}}) {
                    writer.entry(key, base::microseconds(outbox.on_wall(time)));
                }
            });
        }
    });
    writer.u64(page.next);
}

} // namespace loquet::api
