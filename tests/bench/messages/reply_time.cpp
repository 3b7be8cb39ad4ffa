// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/base/secret.h"
#include "lib/bus/connection.h"
#include "lib/protocol/names.h"
#include "lib/protocol/sealed_texts.h"
#include "lib/protocol/turn_wire.h"
#include "tests/bench/messages/modes.h"
#include "tests/bench/row.h"

#include <iostream>
#include <stdexcept>
#include <string>

namespace loquet::bench {

namespace {

constexpr int rounds = 7;
constexpr base::Milliseconds bus_default{0};
constexpr double microseconds_in_a_millisecond = 1000;

/// Logs in as far as the question of the second step.
class Person {
public:
    Person(const std::string& address, base::Secret password)
        : connection_(bus::Connection::at(address)), password_(std::move(password)) {}

    /// Milliseconds until the reply.
    double ask(const std::string& account, const std::string& service) {
        protocol::Answers known;
        known.push_back(password_.clone());
        const base::Fd token = protocol::seal_answers(known);
        const bus::Message request =
            connection_.method_call(protocol::bus_name, protocol::root_path, protocol::manager_interface, "Begin");
        bus::Writer writer(request.get());
        writer.text(protocol::purpose::login).text(account).array("{sv}", [&] {
            writer.entry("service", service).entry("token", "h", [&] { writer.fd(token.get()); });
        });
        bus::Message reply;
        const double took = microseconds([&] { reply = connection_.call(request, bus_default); });
        cancel(reply);
        return took / microseconds_in_a_millisecond;
    }

private:
    void cancel(const bus::Message& reply) {
        bus::Reader reader(reply.get());
        const std::string path = reader.object_path();
        if (!std::holds_alternative<protocol::Ask>(protocol::read_turn(reader))) {
            throw std::runtime_error("the second step did not ask anything");
        }
        (void)connection_.call(
            connection_.method_call(protocol::bus_name, path.c_str(), protocol::conversation_interface, "Cancel"),
            bus_default);
    }

    bus::Connection connection_;
    base::Secret password_;
};

} // namespace

void measure_reply(const Words& words) {
    const int count = std::stoi(words.at(2));
    std::string line;
    std::getline(std::cin, line);
    Person person(words.at(1), base::Secret::take(line));
    (void)person.ask("person0", words.at(3));
    (void)person.ask("person0", words.at(4));

    Row row{.row = "P17", .what = "reply that sends a code, gateway dead", .unit = "ms", .figure = {}};
    row.against = "reply that sends nothing";
    row.target = at_most(1.2);
    int account = 1; // each sends once: a second code is not sent at once
    for (int round = 0; round < rounds; ++round) {
        Rounds sending;
        Rounds plain;
        for (int i = 0; i < (count - 1) / rounds; ++i, ++account) {
            const std::string name = "person" + std::to_string(account);
            sending.add(person.ask(name, words.at(3)));
            plain.add(person.ask(name, words.at(4)));
        }
        row.figure.add(sending.median());
        row.reference.add(plain.median());
    }
    row.ratio = row.figure / row.reference;
    row.print();
}

} // namespace loquet::bench
