// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/machine_check.h"
#include "cli/verbs.h"
#include "lib/protocol/names.h"

#include <fmt/format.h>

namespace loquet::cli {

namespace {

using protocol::Denied;
using protocol::Granted;
using protocol::Reason;

/// As pam_module/pam_result.cpp has it.
PamResult result_of_denial(Reason reason) {
    switch (reason) {
    case Reason::not_ours:
        return {"PAM_USER_UNKNOWN", "", ExitCode::not_found};
    case Reason::not_authorised:
        return {"PAM_PERM_DENIED", "", ExitCode::denied};
    case Reason::unavailable:
        return {"PAM_AUTHINFO_UNAVAIL", "", ExitCode::unavailable};
    case Reason::busy:
        return {"PAM_MAXTRIES", "", ExitCode::unavailable};
    case Reason::locked:
    case Reason::disabled:
        return {"PAM_MAXTRIES", "", ExitCode::denied};
    default:
        return {"PAM_AUTH_ERR", "", ExitCode::denied};
    }
}

PamResult result_of_grant(Reason reason) {
    switch (reason) {
    case Reason::new_password_required:
        return {"PAM_SUCCESS", "PAM_NEW_AUTHTOK_REQD", ExitCode::done};
    case Reason::not_authorised:
        return {"PAM_SUCCESS", "PAM_PERM_DENIED", ExitCode::denied};
    default:
        return {"PAM_SUCCESS", "PAM_SUCCESS", ExitCode::done};
    }
}

/// As pam_loquet has it: nobody is logged in.
PamResult result_of_done() {
    return {"PAM_MAXTRIES", "", ExitCode::denied};
}

const std::vector<std::string>& messages_of(const DialogResult& ended) {
    return std::visit([](const auto& end) -> const std::vector<std::string>& { return end.messages; }, ended);
}

/// Why it ended as it did, in the words of the bus.
std::string_view reason_of(const DialogResult& ended) {
    if (const auto* granted = std::get_if<Granted>(&ended)) {
        return protocol::to_text(granted->reason);
    }
    const auto* denied = std::get_if<Denied>(&ended);
    return denied == nullptr ? "done" : protocol::to_text(denied->reason);
}

Value text_or_nothing(std::string_view text) {
    return text.empty() ? Value() : Value(std::string(text));
}

/// A login in the real service may never come to what was tried here.
std::vector<std::string> differences_of_machine(const TryLoginOptions& options) {
    const MachineCheck machine;
    std::vector<std::string> findings = machine.pam(options.service);
    const auto append = [&findings](const std::vector<std::string>& more) {
        findings.insert(findings.end(), more.begin(), more.end());
    };
    const std::vector<std::string> sources = machine.name_sources();
    append(sources);
    if (sources.empty()) {
        append(machine.name(options.account, std::nullopt));
    }
    return findings;
}

Record record_of(const DialogResult& ended) {
    const PamResult result = pam_result_of(ended);
    const auto* granted = std::get_if<Granted>(&ended);
    const auto* denied = std::get_if<Denied>(&ended);
    Value retry_after;
    if (denied != nullptr && denied->retry_after.count() > 0) {
        retry_after = static_cast<std::int64_t>(denied->retry_after.count());
    }
    return {{{"authentication", "Authentication", text_or_nothing(result.authentication)},
             {"account_phase", "Account phase", text_or_nothing(result.account)},
             {"account", "PAM_USER", granted != nullptr ? Value(granted->account) : Value()},
             {"reason", "Reason", text_or_nothing(reason_of(ended))},
             {"retry_after", "Again after (seconds)", retry_after},
             {"messages", "Messages", messages_of(ended)}}};
}

} // namespace

PamResult pam_result_of(const DialogResult& ended) {
    if (const auto* granted = std::get_if<Granted>(&ended)) {
        return result_of_grant(granted->reason);
    }
    const auto* denied = std::get_if<Denied>(&ended);
    return denied == nullptr ? result_of_done() : result_of_denial(denied->reason);
}

ExitCode try_login(Client& client, Output& output, const TryLoginOptions& options) {
    const std::unique_ptr<Answerer> answerer =
        make_answerer(options.password_fd, PreparedAnswerer::LastLine::like_the_others);
    const DialogResult result =
        run_dialog(client, {protocol::purpose::login, options.account, options.service}, *answerer);
    Record record = record_of(result);
    const ExitCode code = pam_result_of(result).exit_code;
    const bool granted = std::holds_alternative<Granted>(result);
    const auto to_do =
        granted && client.serves_this_machine() ? differences_of_machine(options) : std::vector<std::string>{};
    if (output.form() == Output::Form::program) {
        record.fields.push_back({"to_do", "", to_do});
    }
    output.show(record);
    if (output.form() == Output::Form::people && !to_do.empty()) {
        std::vector<std::string> sentences{"The service would grant this login, but a real login does not reach it:"};
        sentences.insert(sentences.end(), to_do.begin(), to_do.end());
        output.advise(sentences);
    }
    return code == ExitCode::done && !to_do.empty() ? ExitCode::failed : code;
}

} // namespace loquet::cli
