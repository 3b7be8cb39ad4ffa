// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pam_module/transaction.h"

#include "lib/base/text.h"
#include "lib/protocol/names.h"
#include "pam_module/items.h"
#include "pam_module/name_check.h"
#include "pam_module/pam_result.h"

#include <security/pam_ext.h>
#include <syslog.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

namespace loquet::pam {

namespace {

constexpr std::array<std::pair<std::string_view, bool Options::*>, 5> switches{{
    {"try_first_pass", &Options::try_first_pass},
    {"use_first_pass", &Options::use_first_pass},
    {"use_authtok", &Options::use_authtok},
    {"quiet", &Options::quiet},
    {"debug", &Options::debug},
}};

bool set_switch(Options& options, std::string_view word) {
    for (const auto& [name, member] : switches) {
        if (word == name) {
            options.*member = true;
            return true;
        }
    }
    return false;
}

bool set_self_service(Options& options, std::string_view value) {
    const bool is_understood = value == "yes" || value == "no";
    options.self_service = is_understood ? value == "yes" : options.self_service;
    return is_understood;
}

bool set_timeout(Options& options, std::string_view value) {
    int seconds = 0;
    const auto [aborted, error] = std::from_chars(value.begin(), value.end(), seconds);
    const base::Milliseconds timeout = std::chrono::seconds(seconds);
    if (error != std::errc() || aborted != value.end() || timeout < Options::shortest_timeout
        || timeout > Options::longest_timeout) {
        return false;
    }
    options.timeout = timeout;
    return true;
}

std::optional<std::string_view> value_of(std::string_view word, std::string_view name) {
    if (word.starts_with(name)) {
        return word.substr(name.size());
    }
    return std::nullopt;
}

bool understood(Options& options, std::string_view word) {
    if (const auto value = value_of(word, "self_service=")) {
        return set_self_service(options, *value);
    }
    if (const auto value = value_of(word, "timeout=")) {
        return set_timeout(options, *value);
    }
    return set_switch(options, word);
}

} // namespace

Options parse_options(std::span<const char* const> words) {
    Options options;
    for (const char* word : words) {
        if (!understood(options, word)) {
            options.complaints.push_back("the option '" + base::printable(word, 64)
                                         + "' is ignored; pam_loquet(8) lists those there are");
        }
    }
    return options;
}

using client::DialogRequest;
using client::DialogResult;
using client::Failure;
using client::FailureKind;
using client::TypedSecrets;

namespace {

/// One line for the operator about what should not happen. A name that is not ours is no event.
void report(const Transaction& transaction, const Failure& failure) {
    if (failure.kind == FailureKind::not_ours) {
        transaction.debug("the name belongs to another source of accounts");
        return;
    }
    pam_syslog(transaction.handle, failure.kind == FailureKind::defect ? LOG_ERR : LOG_WARNING, "%s",
               failure.text.c_str());
}

/// Another source has the name, and Loquet's cannot say that it has it not: most likely it is not Loquet's.
bool may_be_foreign(const DialogRequest& request) {
    return request.facts.uid && loquet_publishes(request.account, *request.facts.uid) == Publishes::unknown;
}

/// What the application says next reads as a wrong password. A name of another source is theirs alone;
/// one that nobody has is treated as ours, as the daemon does, so that the sentence tells no outsider who is known
/// here.
void tell_person(const Transaction& transaction, Phase phase, const DialogRequest& request, FailureKind failure) {
    const std::string_view text = offline_text(phase, failure, request.facts.locale);
    if (text.empty() || transaction.silent()) {
        return;
    }
    if (request.facts.uid && loquet_publishes(request.account, *request.facts.uid) != Publishes::yes) {
        return;
    }
    transaction.conversation().show(protocol::PromptStyle::error, {std::string(text)});
}

} // namespace

void Transaction::debug(const std::string& text) const {
    if (options.debug) {
        pam_syslog(handle, LOG_DEBUG, "%s", text.c_str());
    }
}

std::variant<DialogRequest, Aborted> request_for_user(const Transaction& transaction) {
    const char* typed = nullptr;
    const int asked = pam_get_user(transaction.handle, &typed, nullptr);
    if (asked != PAM_SUCCESS) {
        return Aborted{asked == PAM_CONV_AGAIN ? PAM_INCOMPLETE : asked};
    }
    const std::string name = typed == nullptr ? "" : typed;
    const auto uid = uid_of(name);
    if (uid == uid_t{0}) {
        transaction.debug("the administrator's account is never ours");
        return Aborted{PAM_USER_UNKNOWN};
    }
    // A daemon that hangs or cannot start is no matter of people whom another source has.
    if (uid && loquet_publishes(name, *uid) == Publishes::no) {
        transaction.debug("the name belongs to another source of accounts");
        return Aborted{PAM_USER_UNKNOWN};
    }
    DialogRequest request;
    request.account = name_for_bus(name);
    request.facts = facts_of(transaction.handle);
    request.facts.uid = uid;
    request.facts.self_service = transaction.options.self_service;
    return request;
}

const char* login_purpose(const DialogRequest& request) noexcept {
    const uid_t caller = ::geteuid(); // what the bus sees of us
    return caller != 0 && request.facts.uid == caller ? protocol::purpose::unlock_screen : protocol::purpose::login;
}

base::Milliseconds timeout_for(const Transaction& transaction, const DialogRequest& request) {
    return may_be_foreign(request) ? Options::shortest_timeout : transaction.options.timeout;
}

DialogResult run_dialog(const Transaction& transaction, DialogRequest& request, TypedSecrets& typed) {
    client::DialogConnection connection(timeout_for(transaction, request));
    const Conversation conversation = transaction.conversation();
    return client::DialogRunner(connection, conversation, request, typed).run();
}

int result_of(const Transaction& transaction, Phase phase, const DialogRequest& request, const DialogResult& ended) {
    if (const auto* failure = std::get_if<Failure>(&ended)) {
        report(transaction, *failure);
        tell_person(transaction, phase, request, failure->kind);
        if (may_be_foreign(request)) {
            return PAM_USER_UNKNOWN; // theirs to judge, whatever is wrong with Loquet
        }
        return result_of(phase, failure->kind);
    }
    if (const auto* denied = std::get_if<protocol::Denied>(&ended)) {
        transaction.conversation().show(protocol::PromptStyle::error, denied->messages);
        transaction.debug("denied: " + std::string(to_text(denied->reason)));
        return result_of(phase, denied->reason);
    }
    if (const auto* aborted = std::get_if<Aborted>(&ended)) {
        return aborted->result == PAM_SUCCESS ? PAM_SYSTEM_ERR : aborted->result; // only a grant is a success
    }
    if (const auto* done = std::get_if<protocol::Done>(&ended)) {
        const std::string question = phase == Phase::authenticate ? done->acknowledge : "";
        transaction.conversation().show_until_read(done->messages, question);
        transaction.debug("done, and nobody is logged in");
        return result_of_done(phase);
    }
    pam_syslog(transaction.handle, LOG_ERR, "loquetd granted what it was not asked for: refused");
    return result_of_refused_grant(phase);
}

} // namespace loquet::pam
