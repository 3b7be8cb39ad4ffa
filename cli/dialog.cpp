// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/dialog.h"

#include "cli/exit_code.h"
#include "cli/name_service.h"
#include "cli/service_state.h"
#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/bus/error_names.h"
#include "lib/client/dialog_runner.h"

#include <unistd.h>

#include <array>
#include <cstdlib>

namespace loquet::cli {

namespace {

using base::Error;
using client::FailureKind;

/// For a daemon that does not answer; the person may take as long as they like.
constexpr base::Milliseconds daemon_answers_within{120'000};

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

class AnswererScreen final : public client::Screen {
public:
    explicit AnswererScreen(Answerer& answerer) : answerer_(answerer) {}

    [[nodiscard]] std::variant<protocol::Answers, client::Aborted>
    ask(const std::vector<protocol::Prompt>& prompts) const override {
        protocol::Answers answers;
        for (const protocol::Prompt& prompt : prompts) {
            if (protocol::wants_answer(prompt.style)) {
                answers.push_back(checked(answerer_.answer(prompt)));
            } else {
                answerer_.show(prompt.shown());
            }
        }
        return answers;
    }

    void show(protocol::PromptStyle /*style*/, const std::vector<std::string>& texts) const override {
        for (const std::string& text : texts) {
            answerer_.show(text);
        }
    }

private:
    static base::Secret checked(base::Secret answer) {
        if (!client::can_travel(answer)) {
            throw Error(Error::Kind::invalid, "That cannot be used: an answer is UTF-8 text of at most "
                                                  + std::to_string(limits::answer_bytes) + " bytes.");
        }
        return answer;
    }

    Answerer& answerer_;
};

client::DialogRequest request_of(const DialogRequest& wanted) {
    client::DialogRequest request;
    request.purpose = wanted.purpose;
    request.account = wanted.account;
    request.facts.service = wanted.service;
    request.facts.locale = locale_of_messages();
    request.facts.tty = own_terminal();
    request.facts.uid = uid_of(wanted.account); // as PAM does: whose name is it on this machine?
    return request;
}

Error error_of(const client::Failure& failure, const std::string& address) {
    const bool gone = failure.kind == FailureKind::gone;
    if (gone && bus::error_kind(failure.error_name) == Error::Kind::not_found) { // of a service that has not begun it
        return {Error::Kind::unavailable,
                "The dialog is over: the service was restarted, or the dialog timed out. The last "
                "answer was not looked at; begin again."};
    }
    if (!failure.error_name.empty()) {
        return failure_at(address, failure.error_name, failure.text);
    }
    if (gone && !failure.sent) {
        return not_sent();
    }
    return failure.sent ? answer_lost() : bus_unreachable();
}

} // namespace

DialogResult run_dialog(const Client& client, const DialogRequest& wanted, Answerer& answerer) {
    client::DialogConnection connection(daemon_answers_within, client.address());
    const AnswererScreen screen(answerer);
    client::DialogRequest request = request_of(wanted);
    client::TypedSecrets typed;
    client::DialogResult result = client::DialogRunner(connection, screen, request, typed).run();
    if (auto* granted = std::get_if<protocol::Granted>(&result)) {
        return std::move(*granted);
    }
    if (auto* done = std::get_if<protocol::Done>(&result)) {
        return std::move(*done);
    }
    if (auto* denied = std::get_if<protocol::Denied>(&result)) {
        return std::move(*denied);
    }
    const auto& failure = std::get<client::Failure>(result); // AnswererScreen aborts nothing
    if (failure.kind == FailureKind::not_ours) {
        return protocol::Denied{protocol::Reason::not_ours, std::chrono::seconds(0), {failure.text}};
    }
    throw error_of(failure, client.address());
}

} // namespace loquet::cli
