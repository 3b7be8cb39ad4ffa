// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pam_module/client.h"

#include "lib/base/error.h"
#include "lib/base/text.h"
#include "lib/protocol/answers.h"
#include "lib/protocol/names.h"
#include "lib/protocol/turn_wire.h"
#include "pam_module/troubles.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>

namespace loquet::pam {

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
        return Failure{Trouble::defect, std::string("loquetd answered what cannot be read: ") + error.what()};
    }
}

Failure cannot_reach(int error, Trouble trouble) {
    return {trouble, std::string("loquetd cannot be reached on the bus: ") + ::strerrordesc_np(error)};
}

} // namespace

Client::Client(base::Milliseconds patience) : patience_(patience), deadline_(SteadyClock::now() + patience) {}

void Client::renew() noexcept {
    deadline_ = SteadyClock::now() + patience_;
}

base::Milliseconds Client::left() const noexcept {
    return std::chrono::ceil<base::Milliseconds>(deadline_ - SteadyClock::now());
}

bool Client::pause(base::Milliseconds time) const noexcept {
    const auto length = std::min(time, left());
    if (length.count() > 0) {
        timespec rest{length.count() / 1000, (length.count() % 1000) * 1000000};
        while (::nanosleep(&rest, &rest) != 0 && errno == EINTR) {
        }
    }
    return left().count() > 0;
}

bus::Message Client::method_call(const char* path, const char* interface, const char* member) {
    sd_bus_message* call = nullptr;
    bus::check(sd_bus_message_new_method_call(bus_.get(), &call, protocol::bus_name, path, interface, member),
               "cannot make a bus message");
    return bus::Message(call);
}

template <class Done>
int Client::process_until(Done done) {
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

std::variant<bus::Message, Failure> Client::exchange(const bus::Message& call, Trouble when_lost) {
    bus::Message reply;
    sd_bus_slot* raw_slot = nullptr;
    const int sent = sd_bus_call_async(bus_.get(), &raw_slot, call.get(), keep_reply, &reply, UINT64_MAX);
    const Slot slot(raw_slot);
    const int result = sent < 0 ? sent : process_until([&] { return reply != nullptr; });
    if (result < 0) {
        return cannot_reach(-result, result == -ETIMEDOUT ? Trouble::unavailable : when_lost);
    }
    if (const sd_bus_error* error = sd_bus_message_get_error(reply.get())) {
        return Failure{trouble_of(error->name, !conversation_.empty()),
                       base::printable(error->message == nullptr ? error->name : error->message)};
    }
    return reply;
}

Reply Client::begin(const std::string& purpose, const std::string& account, const ClientFacts& facts,
                    const base::Secret* token) {
    conversation_.clear();
    sd_bus* raw = nullptr;
    const int opened = sd_bus_open_system(&raw); // looks at the environment with secure_getenv()
    bus_.reset(raw);
    if (opened < 0) {
        return cannot_reach(-opened, Trouble::unavailable);
    }
    const base::Fd sealed = seal_token(token);
    if (sealed) { // whether descriptors can travel is known only once the bus said hello
        const int ready = process_until([&] { return sd_bus_is_ready(bus_.get()) > 0; });
        if (ready < 0) {
            return cannot_reach(-ready, Trouble::unavailable);
        }
    }
    const bus::Message call = method_call(protocol::root_path, protocol::manager_interface, "Begin");
    bus::Writer writer(call.get());
    writer.text(purpose).text(account);
    write_facts(writer, facts, sealed);
    auto outcome = exchange(call, Trouble::unavailable);
    if (auto* failure = std::get_if<Failure>(&outcome)) {
        return std::move(*failure);
    }
    bus::Reader reader(std::get<bus::Message>(outcome).get());
    try {
        conversation_ = reader.object_path();
    } catch (const base::Error& error) {
        return Failure{Trouble::defect, error.what()};
    }
    return read_reply(reader);
}

Reply Client::answer(const protocol::Answers& answers) {
    const base::Fd sealed = protocol::seal_answers(answers);
    const bus::Message call = method_call(conversation_.c_str(), protocol::conversation_interface, "Answer");
    bus::Writer(call.get()).fd(sealed.get());
    auto outcome = exchange(call, Trouble::gone);
    if (auto* failure = std::get_if<Failure>(&outcome)) {
        return std::move(*failure);
    }
    return read_reply(bus::Reader(std::get<bus::Message>(outcome).get()));
}

void Client::cancel() noexcept {
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

} // namespace loquet::pam
