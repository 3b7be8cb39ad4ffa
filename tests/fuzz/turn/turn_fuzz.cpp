// SPDX-License-Identifier: LGPL-2.1-or-later
// A turn comes from the owner of the daemon's bus name. Whatever is in the message, it is refused as invalid or gives
// texts that may be drawn and are within the limits; and a turn that was read can be sent on and means the same. (The
// bytes of D-Bus itself are taken apart by sd-bus, which has no parser that could be called with them.)
#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/base/text.h"
#include "lib/protocol/turn_wire.h"
#include "tests/fuzz/turn/message_recipe.h"
#include "tests/support/loose_messages.h"

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <span>
#include <string_view>

using namespace loquet;

namespace {

void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

void require_shown_within(std::string_view text, std::size_t limit) {
    require(text.size() <= limit && base::is_printable(text));
}

void require_messages(const std::vector<std::string>& messages) {
    require(messages.size() <= limits::prompts_per_turn);
    for (const std::string& message : messages) {
        require_shown_within(message, limits::prompt_text_bytes);
    }
}

struct Limits {
    void operator()(const protocol::Ask& ask) const {
        require(ask.prompts.size() <= limits::prompts_per_turn);
        for (const protocol::Prompt& prompt : ask.prompts) {
            require_shown_within(prompt.name, limits::shown_prompt_name_bytes);
            require_shown_within(prompt.text, limits::prompt_text_bytes);
        }
    }
    void operator()(const protocol::Wait& wait) const {
        require_shown_within(wait.text, limits::prompt_text_bytes);
        require(wait.poll.count() >= 0 && wait.poll.count() <= UINT32_MAX);
    }
    void operator()(const protocol::Granted& granted) const {
        require_shown_within(granted.account, limits::typed_name_bytes);
        require_messages(granted.messages);
    }
    void operator()(const protocol::Done& done) const {
        require_shown_within(done.acknowledge, limits::prompt_text_bytes);
        require_messages(done.messages);
    }
    void operator()(const protocol::Denied& denied) const {
        require(denied.retry_after.count() >= 0 && denied.retry_after.count() <= UINT32_MAX);
        require_messages(denied.messages);
    }
};

/// Nothing when it is refused; an Error of another kind ends the run.
std::optional<protocol::Turn> read(const bus::Message& message) {
    try {
        bus::Reader reader(message.get());
        return protocol::read_turn(reader);
    } catch (const base::Error& error) {
        require(error.kind() == base::Error::Kind::invalid);
        return std::nullopt;
    }
}

/// Nothing for a recipe that sd-bus makes no message of.
std::optional<bus::Message> message_of(const tests::LooseMessages& messages, std::span<const std::uint8_t> recipe) {
    bus::Message message = messages.blank();
    try {
        fuzz::write_turn_like(message.get(), recipe);
        tests::LooseMessages::seal(message);
    } catch (const base::Error&) {
        return std::nullopt;
    }
    return message;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const tests::LooseMessages messages;
    const auto message = message_of(messages, {data, size});
    if (!message) {
        return -1;
    }
    const auto turn = read(*message);
    if (turn) {
        std::visit(Limits{}, *turn);
        const bus::Message again = messages.with([&](bus::Writer& writer) { protocol::write_turn(writer, *turn); });
        require(read(again) == turn);
    }
    return 0;
}
