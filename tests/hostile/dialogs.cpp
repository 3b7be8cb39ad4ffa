// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/hostile/dialogs.h"

#include "lib/bus/message.h"
#include "lib/protocol/names.h"
#include "lib/protocol/sealed_texts.h"
#include "lib/protocol/turn_wire.h"
#include "tests/support/eventually.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>

namespace loquet::tests {

namespace {

constexpr base::Milliseconds bus_patience = 3 * patience; // a busy machine is slow

bus::Message begin_request(bus::Connection& connection, const Guess& guess) {
    bus::Message request =
        connection.method_call(protocol::bus_name, protocol::root_path, protocol::manager_interface, "Begin");
    bus::Writer writer(request.get());
    writer.text(guess.purpose).text(guess.name);
    writer.array("{sv}", [&] {
        if (guess.person) {
            writer.entry("service", "su").entry("tty", guess.terminal);
            writer.entry("real_uid", "u", [&] { writer.u32(*guess.person); });
        } else {
            writer.entry("service", "login").entry("rhost", guess.host);
        }
    });
    return request;
}

BegunDialog read_begun(const bus::Message& reply) {
    bus::Reader reader(reply.get());
    std::string path = reader.object_path();
    return {std::move(path), protocol::read_turn(reader)};
}

protocol::Answers one_answer(std::string_view text) {
    protocol::Answers answers;
    answers.emplace_back(text);
    return answers;
}

bus::Message answer_request(bus::Connection& connection, const std::string& path, const protocol::Answers& answers) {
    const base::Fd sealed = protocol::seal_answers(answers);
    bus::Message request =
        connection.method_call(protocol::bus_name, path.c_str(), protocol::conversation_interface, "Answer");
    bus::Writer(request.get()).fd(sealed.get());
    return request;
}

protocol::Turn read_answer(const bus::Message& reply) {
    bus::Reader reader(reply.get());
    return protocol::read_turn(reader);
}

std::string values_of(const bus::Message& message) {
    char* text = nullptr;
    std::size_t size = 0;
    std::FILE* memory = ::open_memstream(&text, &size);
    bus::check(sd_bus_message_dump(message.get(), memory, 0), "cannot show a message");
    (void)std::fclose(memory);
    std::string values(text, size);
    std::free(text);
    constexpr std::string_view before = "/conversation/";
    for (std::size_t at = values.find(before); at != std::string::npos; at = values.find(before, at)) {
        at += before.size();
        const std::size_t end = std::min(values.find_first_not_of("0123456789", at), values.size());
        values.replace(at, end - at, end > at ? "N" : "");
    }
    return values;
}

} // namespace

BegunDialog begin(bus::Connection& connection, const Guess& guess) {
    const bus::Message reply = connection.call(begin_request(connection, guess), bus_patience);
    return read_begun(reply);
}

protocol::Turn answer(bus::Connection& connection, const std::string& path, std::string_view password) {
    const bus::Message reply = connection.call(answer_request(connection, path, one_answer(password)), bus_patience);
    return read_answer(reply);
}

protocol::Turn log_in(bus::Connection& connection, const Guess& guess) {
    BegunDialog begun = begin(connection, guess);
    if (!std::holds_alternative<protocol::Ask>(begun.turn)) {
        return std::move(begun.turn);
    }
    return answer(connection, begun.path, guess.password);
}

base::Task<BegunDialog> begin_async(bus::Connection& connection, Guess guess) {
    auto calling = connection.call_async(begin_request(connection, guess), bus_patience);
    const bus::Message reply = co_await calling;
    co_return read_begun(reply);
}

base::Task<protocol::Turn> answer_async(bus::Connection& connection, std::string path, std::string_view password) {
    auto answering = answer_async(connection, std::move(path), one_answer(password));
    protocol::Turn turn = co_await answering;
    co_return turn;
}

base::Task<protocol::Turn> answer_async(bus::Connection& connection, std::string path, protocol::Answers answers) {
    auto calling = connection.call_async(answer_request(connection, path, answers), bus_patience);
    const bus::Message reply = co_await calling;
    co_return read_answer(reply);
}

base::Task<protocol::Turn> log_in_async(bus::Connection& connection, Guess guess) {
    auto beginning = begin_async(connection, guess);
    BegunDialog begun = co_await beginning;
    if (!std::holds_alternative<protocol::Ask>(begun.turn)) {
        co_return std::move(begun.turn);
    }
    auto answering = answer_async(connection, begun.path, guess.password);
    protocol::Turn turn = co_await answering;
    co_return turn;
}

std::string transcript(bus::Connection& connection, const Guess& guess) {
    return transcript(connection, guess, {std::string(guess.password)});
}

std::string transcript(bus::Connection& connection, const Guess& guess, const std::vector<std::string>& typed) {
    const bus::Message begun = connection.call(begin_request(connection, guess), bus_patience);
    std::string seen = values_of(begun);
    bus::check(sd_bus_message_rewind(begun.get(), 1), "cannot read a message again");
    const BegunDialog dialog = read_begun(begun);
    bool is_asked = std::holds_alternative<protocol::Ask>(dialog.turn);
    for (auto next = typed.begin(); is_asked && next != typed.end(); ++next) {
        const bus::Message reply =
            connection.call(answer_request(connection, dialog.path, one_answer(*next)), bus_patience);
        seen += values_of(reply);
        bus::check(sd_bus_message_rewind(reply.get(), 1), "cannot read a message again");
        is_asked = std::holds_alternative<protocol::Ask>(read_answer(reply));
    }
    return seen;
}

} // namespace loquet::tests
