// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/client.h"

#include "cli/exit_code.h"
#include "cli/service_state.h"
#include "lib/base/error.h"
#include "lib/base/file.h"
#include "lib/base/handle.h"
#include "lib/base/limits.h"
#include "lib/bus/message.h"
#include "lib/protocol/names.h"

#include <fcntl.h>
#include <poll.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <limits>
#include <string>

namespace loquet::cli {

namespace {

/// Long enough for a person to find the administrator's password when polkit asks for it.
constexpr base::Milliseconds call_timeout{120'000};
constexpr std::size_t properties_at_most = 256;
constexpr std::size_t list_at_most = 4096;
constexpr std::size_t text_bytes = 4096;

bus::Connection connect(const std::string& address) {
    try {
        bus::Connection connection = address.empty() ? bus::Connection::system() : bus::Connection::at(address);
        // Waits until the bus has registered us: it drops a caller who is not registered after 30 seconds, and a person
        // may take longer to type a password.
        const char* own_name = nullptr;
        bus::check(sd_bus_get_unique_name(connection.raw(), &own_name), "cannot connect to the bus");
        return connection;
    } catch (const base::Error&) {
        throw bus_unreachable(); // whatever the socket said
    }
}

/// A row of Plugins, the one list of the properties.
Record plugin_of(const bus::Row& row) {
    return {{{"name", "NAME", row.text("instance")},
             {"kind", "KIND", row.text("kind")},
             {"version", "VERSION", row.text("version")},
             {"state", "STATE", row.text("state")},
             {"detail", "DETAIL", row.text("detail")}}};
}

/// A row of FirstErrors, a(ts).
Record read_line_error(bus::Reader& reader) {
    Record record;
    reader.enter(SD_BUS_TYPE_STRUCT, "ts");
    record.fields.push_back({"line", "LINE", reader.u64()});
    record.fields.push_back({"error", "ERROR", std::string(reader.text(text_bytes))});
    reader.exit();
    return record;
}

std::optional<Value> read_value(bus::Reader& reader, std::string_view signature) {
    if (signature == "s") {
        return Value(std::string(reader.text(text_bytes)));
    }
    if (signature == "u") {
        return Value(std::uint64_t{reader.u32()});
    }
    if (signature == "t") {
        return Value(reader.u64());
    }
    if (signature == "b") {
        return Value(reader.boolean());
    }
    if (signature == "as") {
        return Value(reader.texts(list_at_most, text_bytes));
    }
    if (signature == "aa{sv}") {
        std::vector<Record> records;
        for (const bus::Row& row : bus::read_rows(reader, list_at_most)) {
            records.push_back(plugin_of(row));
        }
        return Value(std::move(records));
    }
    if (signature == "a(ts)") {
        std::vector<Record> records;
        reader.array("(ts)", list_at_most, [&] { records.push_back(read_line_error(reader)); });
        return Value(std::move(records));
    }
    return std::nullopt;
}

int keep_reply(sd_bus_message* reply, void* self, sd_bus_error* /*error*/) noexcept {
    *static_cast<bus::Message*>(self) = bus::Message(sd_bus_message_ref(reply));
    return 1;
}

} // namespace

bool Client::serves_this_machine() const noexcept {
    return address_.empty() && std::getenv("DBUS_SYSTEM_BUS_ADDRESS") == nullptr; // NOLINT(concurrency-mt-unsafe)
}

Client::Client(const std::string& address) : address_(address), connection_(connect(address)) {}

bus::Message Client::request(const std::string& path, const char* interface, const char* member) {
    bus::Message message = connection_.method_call(protocol::bus_name, path.c_str(), interface, member);
    bus::check(sd_bus_message_set_allow_interactive_authorization(message.get(), 1), "cannot prepare a call");
    return message;
}

bus::Message Client::call(const bus::Message& request) {
    // Not Connection::call(): the error's name decides what the reader is told, and that keeps only the kind; and
    // sd_bus_call() does not tell a call that never left from one whose answer is lost.
    bus::Message reply;
    sd_bus_slot* raw_slot = nullptr;
    const int sent = sd_bus_call_async(connection_.raw(), &raw_slot, request.get(), keep_reply, &reply,
                                       base::microseconds(call_timeout));
    const base::Handle<sd_bus_slot, sd_bus_slot_unref> slot(raw_slot);
    if (bus::means_disconnected(sent)) {
        throw not_sent();
    }
    bus::check(sent, "cannot send the request");
    while (!reply) {
        const int worked = sd_bus_process(connection_.raw(), nullptr);
        const int waited =
            worked != 0 || reply ? worked : sd_bus_wait(connection_.raw(), std::numeric_limits<std::uint64_t>::max());
        if (waited < 0 && waited != -EINTR && !reply) {
            throw answer_lost();
        }
    }
    if (const sd_bus_error* error = sd_bus_message_get_error(reply.get())) {
        throw failure_at(address_, error->name, error->message == nullptr ? "" : error->message);
    }
    return reply;
}

Properties Client::properties(const std::string& path, const char* interface) {
    const bus::Message message = request(path, "org.freedesktop.DBus.Properties", "GetAll");
    bus::Writer(message.get()).text(interface);
    const bus::Message reply = call(message);
    Properties out;
    bus::Reader reader(reply.get());
    reader.dictionary(properties_at_most, [&](const std::string& key, std::string_view signature) {
        std::optional<Value> value = read_value(reader, signature);
        if (value) {
            out.insert_or_assign(key, std::move(*value));
        }
        return value.has_value();
    });
    return out;
}

std::string Client::find_account(const std::string& name) {
    const bus::Message message = request(protocol::root_path, protocol::manager_interface, "FindAccount");
    bus::Writer(message.get()).text(name);
    const bus::Message reply = call(message);
    return bus::Reader(reply.get()).object_path();
}

void Client::let_polkit_ask() {
    if (address_.empty() && !agent_) {
        agent_.emplace();
    }
}

Value property(const Properties& properties, std::string_view name) {
    const auto found = properties.find(name);
    return found == properties.end() ? Value() : found->second;
}

namespace {

constexpr int notify_fd = 3; ///< the number that the agent sees
constexpr int registration_milliseconds = 5000;

} // namespace

PolkitAgent::PolkitAgent() {
    if (::geteuid() == 0 || ::isatty(STDIN_FILENO) == 0 || ::isatty(STDERR_FILENO) == 0) {
        return;
    }
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        throw base::system_error(errno, "opening a pipe to polkit's agent");
    }
    const base::Fd registered(ends[0]);
    base::Fd notify(ends[1]);
    try {
        const Process::Redirection redirection{notify.get(), notify_fd};
        process_ = std::make_unique<Process>(std::vector<std::string>{"/usr/bin/pkttyagent", "--process",
                                                                      std::to_string(::getpid()), "--notify-fd",
                                                                      std::to_string(notify_fd), "--fallback"},
                                             std::vector<std::string>{}, std::span(&redirection, 1));
    } catch (const base::Error&) {
        return;
    }
    notify = base::Fd(); // the agent's copy is the last one: it closes it when it is registered, or by dying
    pollfd closed{registered.get(), POLLIN, 0};
    while (::poll(&closed, 1, registration_milliseconds) < 0 && errno == EINTR) {
    }
}

PolkitAgent::~PolkitAgent() {
    if (process_) {
        process_->terminate();
    }
}

} // namespace loquet::cli
