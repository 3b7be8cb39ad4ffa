// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin_host/sdk_boundary.h"

#include "lib/base/error.h"
#include "lib/base/limits.h"

#include <algorithm>

namespace loquet::plugin_host {

using base::Error;

static_assert(LOQUET_COUNTER_HOURS == protocol::Counter::hours);

namespace {

void check_lent(const void* data, std::size_t size, std::size_t limit, const char* what) {
    if (size > limit) {
        throw Error(Error::Kind::invalid,
                    std::string(what) + " has " + std::to_string(size) + ", more than " + std::to_string(limit));
    }
    if (data == nullptr && size != 0) {
        throw Error(Error::Kind::invalid, std::string(what) + " has a size but no data");
    }
}

} // namespace

std::vector<loquet_named_text> lend(const std::vector<protocol::NamedText>& texts) {
    std::vector<loquet_named_text> lent;
    lent.reserve(texts.size());
    for (const protocol::NamedText& text : texts) {
        lent.push_back({lend(text.name), lend(text.value)});
    }
    return lent;
}

loquet_counter lend(const protocol::Counter& counter) noexcept {
    loquet_counter lent{};
    lent.consecutive = counter.consecutive;
    lent.since_lock = counter.since_lock;
    lent.last_failure = counter.last_failure;
    lent.last_success = counter.last_success;
    lent.locked_until = counter.locked_until;
    lent.disabled = counter.disabled ? 1 : 0;
    lent.pardoned = counter.pardoned;
    lent.hour = counter.hour;
    std::ranges::copy(counter.failed_in_hour, lent.failed_in_hour);
    lent.pardoned_in_a_row = counter.pardoned_in_a_row;
    return lent;
}

std::string copy(loquet_text text, std::size_t limit, const char* what) {
    check_lent(text.data, text.size, limit, what);
    return text.size == 0 ? std::string() : std::string(text.data, text.size);
}

base::SecureBytes copy(loquet_bytes bytes, std::size_t limit, const char* what) {
    check_lent(bytes.data, bytes.size, limit, what);
    return bytes.size == 0 ? base::SecureBytes() : base::SecureBytes(bytes.data, bytes.data + bytes.size);
}

protocol::Message copy(const loquet_message* message) {
    if (message == nullptr || message->size < sizeof(loquet_message)) {
        throw Error(Error::Kind::invalid, "a message is missing or of an older form");
    }
    protocol::Message copied;
    copied.id = copy(message->id, limits::message_id_bytes, "the id of a message");
    check_lent(message->variables, message->variable_count, limits::message_variables, "the list of variables");
    for (std::size_t i = 0; i < message->variable_count; ++i) {
        const loquet_named_text& variable = message->variables[i];
        copied.variables.push_back({copy(variable.name, limits::plugin_name_bytes, "the name of a variable"),
                                    copy(variable.value, limits::message_variable_bytes, "the value of a variable")});
    }
    return copied;
}

protocol::Counter copy(const loquet_counter* counter) {
    if (counter == nullptr || counter->disabled > 1) {
        throw Error(Error::Kind::invalid, "a counter is missing, or neither enabled nor disabled");
    }
    protocol::Counter copied;
    copied.consecutive = counter->consecutive;
    copied.since_lock = counter->since_lock;
    copied.last_failure = counter->last_failure;
    copied.last_success = counter->last_success;
    copied.locked_until = counter->locked_until;
    copied.disabled = counter->disabled == 1;
    copied.pardoned = counter->pardoned;
    copied.hour = counter->hour;
    std::ranges::copy(counter->failed_in_hour, copied.failed_in_hour.begin());
    copied.pardoned_in_a_row = counter->pardoned_in_a_row;
    return copied;
}

} // namespace loquet::plugin_host
