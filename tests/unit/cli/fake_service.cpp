// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/unit/cli/fake_service.h"

#include "lib/base/error.h"
#include "lib/protocol/names.h"
#include "paths.h"

namespace loquet::cli {

FakeService::FakeService() : connection_(bus::Connection::at(bus_.address())) {
    connection_.attach(loop_);
    connection_.add_filter(handle, this);
    connection_.own_name(protocol::bus_name);
}

void FakeService::has_alice() {
    on("FindAccount", [](bus::Call& call) {
        const std::string name(call.arguments().text(64));
        if (name == "alice") {
            call.reply([](bus::Writer& writer) { writer.object_path(alice_path); });
        } else {
            call.fail(base::Error(base::Error::Kind::not_found, "there is no account " + name));
        }
    });
}

int FakeService::handle(sd_bus_message* message, void* self, sd_bus_error* /*error*/) noexcept {
    auto& service = *static_cast<FakeService*>(self);
    const char* member = sd_bus_message_get_member(message);
    if (sd_bus_message_is_method_call(message, nullptr, nullptr) <= 0 || member == nullptr) {
        return 0;
    }
    bus::Call call(message);
    service.called_.emplace_back(member);
    const auto answer = service.answers_.find(member);
    try {
        if (answer == service.answers_.end()) {
            throw base::Error(base::Error::Kind::invalid, std::string("the test does not answer ") + member);
        }
        answer->second(call);
    } catch (const base::Error& error) {
        call.fail(error);
    }
    return 1;
}

tests::Outcome FakeService::run(std::vector<std::string> arguments, const std::string& input) {
    std::vector<std::string> argv{loquetctl_program(), "--bus", bus_.address()};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    tests::Process process({argv, {"TZ=UTC", "LANG=fr_FR.UTF-8", "LC_ALL=", "LC_MESSAGES="}, input});
    if (!serve_until([&] { return !process.running(); })) {
        throw base::Error(base::Error::Kind::unavailable, "loquetctl did not end: " + process.errors());
    }
    return process.wait();
}

std::string loquetctl_program() {
    return LOQUET_BINARY_DIR "/cli/loquetctl";
}

} // namespace loquet::cli
