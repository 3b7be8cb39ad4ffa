// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/dialog.h"

#include "cli/name_service.h"
#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/protocol/answers.h"
#include "lib/protocol/names.h"
#include "lib/protocol/turn_wire.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <thread>

namespace loquet::cli {

namespace {

using protocol::Turn;

constexpr base::Milliseconds shortest_poll{100};
constexpr base::Milliseconds longest_poll{10'000};

/// The language of the dialog's texts, by the rules of locale(7).
std::string locale_of_messages() {
    for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
        const char* value = std::getenv(name);
        if (value != nullptr && *value != '\0') {
            return std::string(value).substr(0, limits::client_field_bytes);
        }
    }
    return "C";
}

std::string own_terminal() {
    std::array<char, 128> name{};
    return ::ttyname_r(STDIN_FILENO, name.data(), name.size()) == 0 ? name.data() : "";
}

class Dialog {
public:
    Dialog(Client& client, Answerer& answerer) : client_(client), answerer_(answerer) {}

    Turn begin(const DialogRequest& request) {
        const bus::Message message = client_.request(protocol::root_path, protocol::manager_interface, "Begin");
        bus::Writer writer(message.get());
        writer.text(request.purpose).text(request.account).array("{sv}", [&] {
            writer.entry("service", request.service).entry("locale", locale_of_messages());
            if (const std::string tty = own_terminal(); !tty.empty()) {
                writer.entry("tty", tty);
            }
            if (const auto uid = uid_of(request.account)) { // as PAM does: whose name is it on this machine?
                writer.entry("uid", "u", [&] { writer.u32(*uid); });
            }
        });
        return first_turn(message);
    }

    Turn answer(const protocol::Answers& answers) {
        const base::Fd sealed = protocol::seal_answers(answers);
        const bus::Message message = client_.request(path_, protocol::conversation_interface, "Answer");
        bus::Writer(message.get()).fd(sealed.get());
        const bus::Message reply = client_.call(message);
        bus::Reader reader(reply.get());
        return protocol::read_turn(reader);
    }

    Turn next(const protocol::Ask& ask) {
        protocol::Answers answers;
        for (const protocol::Prompt& prompt : ask.prompts) {
            if (protocol::wants_answer(prompt.style)) {
                answers.push_back(answerer_.answer(prompt));
            } else {
                answerer_.show(prompt.shown());
            }
        }
        return answer(answers);
    }

    Turn next(const protocol::Wait& wait) {
        if (wait.text != shown_wait_) {
            answerer_.show(wait.text);
            shown_wait_ = wait.text;
        }
        std::this_thread::sleep_for(std::clamp(wait.poll, shortest_poll, longest_poll));
        return answer({});
    }

    /// False where the service did not hear it; it drops the dialog when we leave the bus.
    bool cancel() {
        if (path_.empty()) {
            return true;
        }
        try {
            (void)client_.call(client_.request(path_, protocol::conversation_interface, "Cancel"));
            return true;
        } catch (const base::Error&) {
            return false;
        }
    }

private:
    /// A name that is not for the service to judge is an ending too.
    Turn first_turn(const bus::Message& begin) {
        try {
            const bus::Message reply = client_.call(begin);
            bus::Reader reader(reply.get());
            path_ = reader.object_path();
            return protocol::read_turn(reader);
        } catch (const base::Error& error) {
            if (error.kind() != base::Error::Kind::not_found) {
                throw;
            }
            return protocol::Denied{protocol::Reason::not_ours, std::chrono::seconds(0), {error.what()}};
        }
    }

    Client& client_;
    Answerer& answerer_;
    std::string path_;
    std::string shown_wait_;
};

Ending walk(Dialog& dialog, const DialogRequest& request) {
    for (Turn turn = dialog.begin(request);;) {
        if (auto* granted = std::get_if<protocol::Granted>(&turn)) {
            return std::move(*granted);
        }
        if (auto* denied = std::get_if<protocol::Denied>(&turn)) {
            return std::move(*denied);
        }
        const auto* ask = std::get_if<protocol::Ask>(&turn);
        turn = ask != nullptr ? dialog.next(*ask) : dialog.next(std::get<protocol::Wait>(turn));
    }
}

} // namespace

Ending walk_dialog(Client& client, const DialogRequest& request, Answerer& answerer) {
    Dialog dialog(client, answerer);
    try {
        return walk(dialog, request);
    } catch (const base::Error&) {
        (void)dialog.cancel();
        throw;
    }
}

} // namespace loquet::cli
