// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/message_pages.h"

#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/protocol/names.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace loquet::cli {

namespace {

constexpr const char* row = "tssussssssssuutttt";
constexpr std::size_t column_bytes = 1024; ///< more than any column has

Value read_time(bus::Reader& reader) {
    const std::uint64_t microseconds = reader.u64();
    return microseconds == 0 ? Value() : base::Milliseconds(static_cast<std::int64_t>(microseconds / 1000));
}

ListedMessage read_row(bus::Reader& reader) {
    const auto text = [&] { return std::string(reader.text(column_bytes)); };
    ListedMessage message;
    reader.enter(SD_BUS_TYPE_STRUCT, row);
    message.number = reader.u64();
    message.state = text();
    message.medium = text();
    message.account = reader.u32();
    message.destination = text();
    message.text = text();
    message.step = text();
    message.why = text();
    message.said = text();
    message.channel = text();
    message.gateway_reference = text();
    message.reference = text();
    message.attempts = reader.u32();
    message.unknown = reader.u32();
    message.created = read_time(reader);
    message.changed = read_time(reader);
    message.due = read_time(reader);
    message.expires = read_time(reader);
    reader.exit();
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
        reader.array("(tssussssssssuutttt)", limits::messages_per_page, [&] { page.push_back(read_row(reader)); });
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
