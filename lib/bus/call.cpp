// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/bus/call.h"

#include "lib/base/limits.h"
#include "lib/base/log.h"
#include "lib/base/text.h"
#include "lib/bus/error_names.h"

#include <cerrno>
#include <string>
#include <string_view>

namespace loquet::bus {

using base::Error;

namespace {

bool is_our_defect(Error::Kind kind) {
    return kind == Error::Kind::internal || kind == Error::Kind::corrupt;
}

} // namespace

Call::~Call() {
    if (message_) {
        fail(Error(Error::Kind::unavailable, "the call was cancelled before it ended"));
    }
}

std::string Call::sender() const {
    const char* name = sd_bus_message_get_sender(message_.get());
    return name == nullptr ? "" : name;
}

std::string Call::path() const {
    return sd_bus_message_get_path(message_.get());
}

bool Call::is(const char* member) const noexcept {
    return std::string_view(sd_bus_message_get_member(message_.get())) == member;
}

bool Call::may_interact() const noexcept {
    return sd_bus_message_get_allow_interactive_authorization(message_.get()) > 0;
}

void Call::forget_arguments() {
    reply_ = begin_reply();
    sd_bus_message* const call = message_.get();
    sd_bus_message* raw = nullptr;
    check(sd_bus_message_new_method_call(sd_bus_message_get_bus(call), &raw, nullptr, sd_bus_message_get_path(call),
                                         sd_bus_message_get_interface(call), sd_bus_message_get_member(call)),
          "cannot keep a call");
    Message kept(raw);
    std::uint64_t cookie = 0;
    check(sd_bus_message_get_cookie(call, &cookie), "cannot keep a call");
    if (const char* const sender = sd_bus_message_get_sender(call)) {
        check(sd_bus_message_set_sender(raw, sender), "cannot keep a call");
    }
    check(sd_bus_message_set_expect_reply(raw, sd_bus_message_get_expect_reply(call)), "cannot keep a call");
    check(sd_bus_message_set_allow_interactive_authorization(raw, may_interact() ? 1 : 0), "cannot keep a call");
    check(sd_bus_message_seal(raw, cookie, 0), "cannot keep a call");
    message_ = std::move(kept);
}

Message Call::begin_reply() {
    if (reply_) {
        return std::move(reply_);
    }
    sd_bus_message* answer = nullptr;
    check(sd_bus_message_new_method_return(message_.get(), &answer), "cannot create a reply");
    return Message(answer);
}

void Call::send(const Message& answer) {
    // Answered only once it is sent: what cannot be sent becomes an error.
    const int sent = sd_bus_message_get_expect_reply(message_.get()) == 0
                         ? 0
                         : sd_bus_send(sd_bus_message_get_bus(message_.get()), answer.get(), nullptr);
    if (sent == -ENOMSG) {
        throw Error(Error::Kind::internal, "a reply is not what its method returns");
    }
    if (!means_disconnected(sent)) { // else nobody can be answered
        check(sent, "cannot send a reply");
    }
    message_.reset();
}

void Call::fail(const Error& error) noexcept {
    const Message answered = std::move(message_);
    if (!answered) {
        return;
    }
    if (is_our_defect(error.kind())) {
        log::error(
            log::id::internal_error, error.what(),
            {{"LOQUET_PLACE", std::string(error.where().file_name()) + ":" + std::to_string(error.where().line())}});
    }
    const std::string text = is_our_defect(error.kind()) ? "loquetd met an error of its own; its log says more"
                                                         : base::printable(error.what());
    const bool asks = dynamic_cast<const InteractionRequired*>(&error) != nullptr;
    const char* const name = asks ? SD_BUS_ERROR_INTERACTIVE_AUTHORIZATION_REQUIRED : error_name(error.kind());
    const sd_bus_error bus_error{name, text.c_str(), 0};
    (void)sd_bus_reply_method_error(answered.get(), &bus_error); // nothing, where no reply is expected
}

namespace {

constexpr std::size_t number_bytes = 8;    ///< at most, of one number, boolean or descriptor
constexpr std::size_t container_bytes = 4; ///< at least, of an array, so that empty ones count too

/// sd-bus does not tell how long a body is. Reading it counts every value until the limit is passed.
class Scale {
public:
    Scale(sd_bus_message* message, std::size_t bytes, std::size_t descriptors)
        : message_(message), bytes_(bytes), descriptors_(descriptors) {}

    /// Everything up to the end of the container that the message is in.
    bool takes_the_rest() {
        char type = 0;
        const char* contents = nullptr;
        int more = 0;
        while ((more = sd_bus_message_peek_type(message_, &type, &contents)) > 0) {
            const bool fits = is_container(type) ? takes_container(type, contents) : takes_value(type);
            if (!fits) {
                return false;
            }
        }
        return more == 0;
    }

private:
    static bool is_container(char type) {
        return type == SD_BUS_TYPE_ARRAY || type == SD_BUS_TYPE_VARIANT || type == SD_BUS_TYPE_STRUCT
               || type == SD_BUS_TYPE_DICT_ENTRY;
    }
    static bool is_text(char type) {
        return type == SD_BUS_TYPE_STRING || type == SD_BUS_TYPE_OBJECT_PATH || type == SD_BUS_TYPE_SIGNATURE;
    }
    bool takes_container(char type, const char* contents) {
        return takes(container_bytes) && sd_bus_message_enter_container(message_, type, contents) > 0
               && takes_the_rest() && sd_bus_message_exit_container(message_) > 0;
    }
    bool takes_value(char type) {
        if (is_text(type)) {
            const char* text = nullptr;
            return sd_bus_message_read_basic(message_, type, static_cast<void*>(&text)) > 0
                   && takes(container_bytes + std::string_view(text).size());
        }
        std::uint64_t number = 0;
        if (sd_bus_message_read_basic(message_, type, static_cast<void*>(&number)) <= 0) {
            return false;
        }
        if (type != SD_BUS_TYPE_UNIX_FD) {
            return takes(type == SD_BUS_TYPE_BYTE ? 1 : number_bytes);
        }
        return takes(number_bytes) && descriptors_-- > 0;
    }
    bool takes(std::size_t bytes) {
        if (bytes > bytes_) {
            return false;
        }
        bytes_ -= bytes;
        return true;
    }

    sd_bus_message* message_;
    std::size_t bytes_;       ///< left
    std::size_t descriptors_; ///< left
};

int refuse(sd_bus_message* message, base::Error::Kind kind, const char* text) noexcept {
    const sd_bus_error error{error_name(kind), text, 0};
    (void)sd_bus_reply_method_error(message, &error);
    return 1;
}

int refuse_large(sd_bus_message* message, void* self, sd_bus_error* /*error*/) noexcept {
    std::uint8_t type = 0;
    if (sd_bus_message_get_type(message, &type) < 0 || type != SD_BUS_MESSAGE_METHOD_CALL) {
        return 0;
    }
    if (!carries_at_most(message, limits::call_bytes, limits::call_descriptors)) {
        return refuse(message, base::Error::Kind::invalid,
                      "the call carries more than any method takes: secrets and files travel as one descriptor");
    }
    if (static_cast<Loop*>(self)->refuses_descriptors() && !carries_at_most(message, limits::call_bytes, 0)) {
        return refuse(message, base::Error::Kind::busy,
                      "the service has hardly any file descriptor left and takes no call that brings one: try again "
                      "in a moment");
    }
    return 0;
}

} // namespace

bool carries_at_most(sd_bus_message* message, std::size_t bytes, std::size_t descriptors) noexcept {
    const bool fits = Scale(message, bytes, descriptors).takes_the_rest();
    (void)sd_bus_message_rewind(message, 1);
    return fits;
}

void refuse_large_calls(Connection& connection) {
    connection.add_filter(refuse_large, &connection.loop());
}

} // namespace loquet::bus
