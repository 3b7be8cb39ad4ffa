// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/one_time_code/code_state.h"

#include "lib/factor/state.h"

#include <algorithm>

namespace loquet::plugins_one_time_code {
namespace {

using factor::StateReader;

constexpr std::uint8_t version = 1;

template <class Bytes>
void read(StateReader& reader, Bytes& bytes) {
    const std::string_view piece = reader.piece(bytes.size());
    std::copy(piece.begin(), piece.end(), bytes.begin());
}

RunningCode read_running(StateReader& reader) {
    RunningCode running;
    running.medium =
        static_cast<loquet_medium>(reader.number(std::uint8_t{LOQUET_MEDIUM_MAIL}, std::uint8_t{LOQUET_MEDIUM_SMS}));
    running.sent = reader.number<std::int64_t>();
    running.expires = reader.number<std::int64_t>();
    StateReader::expect(running.expires > running.sent);
    read(reader, running.salt);
    read(reader, running.hash);
    return running;
}

} // namespace

factor::SecureBytes encode(const CodeState& state) {
    if (!state.running && state.wrong.empty()) {
        return {};
    }
    factor::StateWriter writer(version);
    writer.number(static_cast<std::uint8_t>(state.wrong.size()));
    for (const std::int64_t time : state.wrong) {
        writer.number(time);
    }
    writer.number(std::uint8_t{state.running.has_value()});
    if (state.running) {
        writer.number(static_cast<std::uint8_t>(state.running->medium))
            .number(state.running->sent)
            .number(state.running->expires)
            .piece(view(state.running->salt))
            .piece(view(state.running->hash));
    }
    return std::move(writer).take();
}

CodeState decode(std::string_view bytes) {
    CodeState state;
    if (bytes.empty()) {
        return state;
    }
    StateReader reader(bytes, version);
    state.wrong.resize(reader.number<std::uint8_t>(0, most_tries));
    for (std::int64_t& time : state.wrong) {
        time = reader.number<std::int64_t>();
    }
    StateReader::expect(std::is_sorted(state.wrong.begin(), state.wrong.end()));
    if (reader.number<std::uint8_t>(0, 1) == 1) {
        state.running = read_running(reader);
    }
    StateReader::expect(state.running || !state.wrong.empty());
    reader.end();
    return state;
}

} // namespace loquet::plugins_one_time_code
