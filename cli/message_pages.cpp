// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/message_pages.h"

#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/bus/row.h"
#include "lib/protocol/names.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace loquet::cli {

namespace {

Value time_of(const bus::Row& row, std::string_view key) {
    const std::uint64_t microseconds = row.number(key);
    return microseconds == 0 ? Value() : base::Milliseconds(static_cast<std::int64_t>(microseconds / 1000));
}

ListedMessage message_of(const bus::Row& row) {
    ListedMessage message;
    message.number = row.number("number");
    message.state = row.text("state");
    message.medium = row.text("medium");
    message.account = static_cast<std::uint32_t>(row.number("account"));
    message.destination = row.text("destination");
    message.text = row.text("text");
    message.step = row.text("step");
    message.why = row.text("why");
    message.said = row.text("said");
    message.channel = row.text("channel");
    message.gateway_reference = row.text("gateway_reference");
    message.reference = row.text("reference");
    message.attempts = static_cast<std::uint32_t>(row.number("attempts"));
    message.unknown = static_cast<std::uint32_t>(row.number("unknown"));
    message.created = time_of(row, "created");
    message.changed = time_of(row, "changed");
    message.due = time_of(row, "due");
    message.expires = time_of(row, "expires");
    return message;
}

} // namespace

MessagePages::MessagePages(Client& client, Question question)
    : client_(client), question_(std::move(question)),
      left_(question_.limit == 0 ? std::numeric_limits<std::uint64_t>::max() : question_.limit) {}

bus::Message MessagePages::request(std::uint32_t count) {
    bus::Message message = client_.request(protocol::root_path, protocol::manager_interface, "ListMessages");
    bus::Writer writer(message.get());
    writer.u64(question_.after).u32(count).array("{sv}", [&] {
        if (!question_.account.empty()) {
            writer.entry("account", question_.account);
        }
        if (!question_.state.empty()) {
            writer.entry("state", question_.state);
        }
    });
    return message;
}

std::vector<ListedMessage> MessagePages::next() {
    std::vector<ListedMessage> page;
    // A page may be empty before the end: the service looks at so many and finds none that fits.
    while (more_ && left_ > 0 && page.empty()) {
        const auto count = static_cast<std::uint32_t>(std::min<std::uint64_t>(left_, limits::messages_per_page));
        const bus::Message reply = client_.call(request(count));
        bus::Reader reader(reply.get());
        for (const bus::Row& row : bus::read_rows(reader, limits::messages_per_page)) {
            page.push_back(message_of(row));
        }
        const std::uint64_t next = reader.u64();
        if (next != 0 && next <= question_.after) {
            throw base::Error(base::Error::Kind::internal, "the service's list of messages does not come to an end");
        }
        question_.after = next;
        more_ = next != 0;
    }
    page.resize(static_cast<std::size_t>(std::min<std::uint64_t>(page.size(), left_)));
    left_ -= page.size();
    return page;
}

} // namespace loquet::cli
