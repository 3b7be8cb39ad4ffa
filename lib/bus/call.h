// SPDX-License-Identifier: LGPL-2.1-or-later
// A method call that arrived, answered exactly once: reply(), fail(), or Error::Kind::unavailable when it is dropped.
// Nothing is sent to a caller that said it expects no reply. How much a call may carry is looked at before anything
// else. Loop thread.
#pragma once

#include "lib/base/error.h"
#include "lib/bus/connection.h"
#include "lib/bus/message.h"

#include <cstddef>
#include <string>

namespace loquet::bus {

class Call {
public:
    /// Takes a reference to the message that is being handled.
    explicit Call(sd_bus_message* message) : message_(sd_bus_message_ref(message)) {}
    Call(Call&&) noexcept = default;
    Call& operator=(Call&&) = delete;
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;
    ~Call();

    /// Until forget_arguments().
    [[nodiscard]] Reader arguments() const noexcept { return Reader(message_.get()); }
    /// From here on the call is an address to answer to: what came with it, descriptors too, is given back at once. A
    /// call that waits would else hold them for as long as its caller likes.
    void forget_arguments();
    [[nodiscard]] std::string sender() const;
    [[nodiscard]] std::string path() const;
    [[nodiscard]] bool is(const char* member) const noexcept;
    /// True when the caller allows a question to a person (polkit agents).
    [[nodiscard]] bool may_interact() const noexcept;
    [[nodiscard]] bool answered() const noexcept { return message_ == nullptr; }

    /// Answers with what `write(Writer&)` puts into the reply. Throws Error where that cannot be sent; the call is then
    /// not answered yet.
    template <class Write>
    void reply(Write write) {
        Message answer = begin_reply();
        Writer writer(answer.get());
        write(writer);
        send(answer);
    }
    void reply() {
        reply([](Writer&) {});
    }
    /// Errors of kind `internal` and `corrupt` are logged with their place; the caller learns only that we failed.
    void fail(const base::Error& error) noexcept;
    /// Of a service that stops: sends nothing. The bus tells the caller (NoReply) when the connection is closed, so
    /// that what it does then meets the next one and not this one again.
    void leave_to_the_bus() noexcept { message_.reset(); }

private:
    [[nodiscard]] Message begin_reply();
    void send(const Message& answer);

    Message message_; ///< as it arrived; after forget_arguments() one with the same addresses and nothing else
    Message reply_;   ///< made from the message as it arrived, which knows what its method returns
};

/// False for arguments of more than so many bytes, or with more descriptors; it stops counting there. False also for
/// what cannot be read. The message can be read from its beginning afterwards.
[[nodiscard]] bool carries_at_most(sd_bus_message* message, std::size_t bytes, std::size_t descriptors) noexcept;

/// Answers a call that carries more than limits::call_bytes or limits::call_descriptors with an error of kind
/// `invalid`, and one that brings a descriptor while hardly any is left with `busy`, before anything else looks at it.
/// To be called after every Connection::add_filter(); needs attach().
void refuse_large_calls(Connection& connection);

} // namespace loquet::bus
