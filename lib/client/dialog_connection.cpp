// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/client/dialog_connection.h"

#include "lib/base/error.h"
#include "lib/base/text.h"
#include "lib/bus/error_names.h"
#include "lib/protocol/names.h"
#include "lib/protocol/sealed_texts.h"
#include "lib/protocol/turn_wire.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <utility>

namespace loquet::client {

namespace {

using Slot = base::Handle<sd_bus_slot, sd_bus_slot_unref>;

int keep_reply(sd_bus_message* reply, void* self, sd_bus_error* /*error*/) noexcept {
    *static_cast<bus::Message*>(self) = bus::Message(sd_bus_message_ref(reply));
    return 1;
}

void write_facts(bus::Writer& writer, const ClientFacts& facts, const base::Fd& token) {
    const auto text = [&](const char* key, const std::string& value) {
        if (!value.empty()) {
            writer.entry(key, value);
        }
    };
    const auto number = [&](const char* key, const std::optional<std::uint32_t>& value) {
        if (value) {
            writer.entry(key, "u", [&] { writer.u32(*value); });
        }
    };
    writer.array("{sv}", [&] {
        text("service", facts.service);
        text("tty", facts.tty);
        text("rhost", facts.rhost);
        text("seat", facts.seat);
        text("locale", facts.locale);
        text("phase", facts.phase);
        if (!facts.self_service) {
            writer.entry("self_service", "b", [&] { writer.boolean(false); });
        }
        number("uid", facts.uid);
        number("real_uid", facts.real_uid);
        if (token) {
            writer.entry("token", "h", [&] { writer.fd(token.get()); });
        }
    });
}

base::Fd seal_token(const base::Secret* token) {
    if (token == nullptr) {
        return {};
    }
    protocol::Answers answers;
    answers.push_back(token->clone());
    return protocol::seal_answers(answers);
}

Reply read_reply(bus::Reader reader) {
    try {
        return protocol::read_turn(reader);
    } catch (const base::Error& error) {
        return Failure{FailureKind::defect, std::string("loquetd answered what cannot be read: ") + error.what(), {}};
    }
}

/// Answers of the bus, or of a daemon that was started anew, to a call for a dialog that went away with the old one.
constexpr std::array<std::string_view, 6> names_of_absence{
    SD_BUS_ERROR_SERVICE_UNKNOWN, SD_BUS_ERROR_NAME_HAS_NO_OWNER, SD_BUS_ERROR_DISCONNECTED,
    SD_BUS_ERROR_UNKNOWN_OBJECT,  SD_BUS_ERROR_UNKNOWN_INTERFACE, SD_BUS_ERROR_UNKNOWN_METHOD,
};

bool means_absence(std::string_view error_name) noexcept {
    return std::find(names_of_absence.begin(), names_of_absence.end(), error_name) != names_of_absence.end();
}

FailureKind failure_kind_of(base::Error::Kind kind, bool in_dialog) noexcept {
    using Kind = base::Error::Kind;
    switch (kind) {
    case Kind::not_found:
        return in_dialog ? FailureKind::gone : FailureKind::not_ours;
    case Kind::denied:
        return FailureKind::denied;
    case Kind::busy:
    case Kind::limited:
        return FailureKind::busy;
    case Kind::unavailable:
        return FailureKind::unavailable;
    default:
        return FailureKind::defect;
    }
}

Failure cannot_reach(int error, FailureKind kind, bool sent = false) {
    return {kind, std::string("loquetd cannot be reached on the bus: ") + ::strerrordesc_np(error), {}, sent};
}

} // namespace

FailureKind failure_kind_of(std::string_view error_name, bool in_dialog) noexcept {
    if (error_name == SD_BUS_ERROR_NO_REPLY) {
        return FailureKind::gone; // it left with the call in its hands
    }
    if (means_absence(error_name)) {
        return in_dialog ? FailureKind::gone : FailureKind::unavailable;
    }
    return failure_kind_of(bus::error_kind(error_name), in_dialog);
}

DialogConnection::DialogConnection(base::Milliseconds timeout, std::string address)
    : address_(std::move(address)), timeout_(timeout), deadline_(SteadyClock::now() + timeout) {}

void DialogConnection::renew() noexcept {
    deadline_ = SteadyClock::now() + timeout_;
}

base::Milliseconds DialogConnection::left() const noexcept {
    return std::chrono::ceil<base::Milliseconds>(deadline_ - SteadyClock::now());
}

void DialogConnection::sleep(base::Milliseconds time) noexcept {
    timespec rest{time.count() / 1000, (time.count() % 1000) * 1000000};
    while (::nanosleep(&rest, &rest) != 0 && errno == EINTR) {
    }
    renew();
}

bus::Message DialogConnection::method_call(const char* path, const char* interface, const char* member) {
    sd_bus_message* call = nullptr;
    bus::check(sd_bus_message_new_method_call(bus_.get(), &call, protocol::bus_name, path, interface, member),
               "cannot make a bus message");
    return bus::Message(call);
}

template <class Done>
int DialogConnection::process_until(Done done) {
    for (;;) {
        const int worked = sd_bus_process(bus_.get(), nullptr);
        if (done()) {
            return 0;
        }
        if (worked < 0) {
            return worked;
        }
        if (worked > 0) {
            continue;
        }
        const auto time = left();
        if (time.count() <= 0) {
            return -ETIMEDOUT;
        }
        const int waited = sd_bus_wait(bus_.get(), static_cast<std::uint64_t>(time.count()) * 1000U);
        if (waited < 0 && waited != -EINTR) {
            return waited;
        }
    }
}

std::variant<bus::Message, Failure> DialogConnection::exchange(const bus::Message& call, FailureKind when_lost) {
    bus::Message reply;
    sd_bus_slot* raw_slot = nullptr;
    const int sent = sd_bus_call_async(bus_.get(), &raw_slot, call.get(), keep_reply, &reply, UINT64_MAX);
    const Slot slot(raw_slot);
    bool greeted = false; // until the bus said hello, the call waits here
    const int result = sent < 0 ? sent : process_until([&] {
        greeted = greeted || sd_bus_is_ready(bus_.get()) > 0;
        return reply != nullptr;
    });
    if (result < 0) {
        return cannot_reach(-result, result == -ETIMEDOUT ? FailureKind::unavailable : when_lost, sent >= 0 && greeted);
    }
    if (const sd_bus_error* error = sd_bus_message_get_error(reply.get())) {
        return Failure{failure_kind_of(error->name, !conversation_.empty()),
                       base::printable(error->message == nullptr ? error->name : error->message), error->name};
    }
    return reply;
}

int DialogConnection::open() {
    sd_bus* raw = nullptr;
    if (address_.empty()) {
        const int opened = sd_bus_open_system(&raw); // looks at the environment with secure_getenv()
        bus_.reset(raw);
        return opened;
    }
    int result = sd_bus_new(&raw);
    bus_.reset(raw);
    if (result >= 0) {
        result = sd_bus_set_address(raw, address_.c_str());
    }
    if (result >= 0) {
        result = sd_bus_set_bus_client(raw, 1);
    }
    return result < 0 ? result : sd_bus_start(raw);
}

Reply DialogConnection::begin(const std::string& purpose, const std::string& account, const ClientFacts& facts,
                              const base::Secret* token) {
    conversation_.clear();
    if (const int opened = open(); opened < 0) {
        return cannot_reach(-opened, FailureKind::unavailable);
    }
    const base::Fd sealed = seal_token(token);
    if (sealed) { // whether descriptors can travel is known only once the bus said hello
        const int ready = process_until([&] { return sd_bus_is_ready(bus_.get()) > 0; });
        if (ready < 0) {
            return cannot_reach(-ready, FailureKind::unavailable);
        }
    }
    const bus::Message call = method_call(protocol::root_path, protocol::manager_interface, "Begin");
    bus::Writer writer(call.get());
    writer.text(purpose).text(account);
    write_facts(writer, facts, sealed);
    auto outcome = exchange(call, FailureKind::unavailable);
    if (auto* failure = std::get_if<Failure>(&outcome)) {
        return std::move(*failure);
    }
    bus::Reader reader(std::get<bus::Message>(outcome).get());
    try {
        conversation_ = reader.object_path();
    } catch (const base::Error& error) {
        return Failure{FailureKind::defect, error.what(), {}};
    }
    return read_reply(reader);
}

Reply DialogConnection::answer(const protocol::Answers& answers) {
    const base::Fd sealed = protocol::seal_answers(answers);
    const bus::Message call = method_call(conversation_.c_str(), protocol::conversation_interface, "Answer");
    bus::Writer(call.get()).fd(sealed.get());
    auto outcome = exchange(call, FailureKind::gone);
    if (auto* failure = std::get_if<Failure>(&outcome)) {
        return std::move(*failure);
    }
    return read_reply(bus::Reader(std::get<bus::Message>(outcome).get()));
}

void DialogConnection::cancel() noexcept {
    if (bus_ && !conversation_.empty()) {
        sd_bus_message* raw = nullptr;
        if (sd_bus_message_new_method_call(bus_.get(), &raw, protocol::bus_name, conversation_.c_str(),
                                           protocol::conversation_interface, "Cancel")
            >= 0) {
            const bus::Message call(raw);
            (void)sd_bus_message_set_expect_reply(raw, 0);
            (void)sd_bus_send(bus_.get(), raw, nullptr); // if it is lost, leaving the bus says the same
        }
        conversation_.clear();
    }
}

} // namespace loquet::client
