// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pam_module/phases.h"

#include "lib/protocol/names.h"
#include "pam_module/items.h"
#include "pam_module/name_check.h"

#include <utility>

namespace loquet::pam {

using client::DialogRequest;
using client::DialogResult;
using client::TypedSecrets;
using protocol::Granted;
using protocol::PromptStyle;
using protocol::Reason;

namespace {

/// The grant that lets in this person; nullptr where there is none.
const Granted* grant_for(const DialogRequest& request, const DialogResult& ended) {
    const auto* granted = std::get_if<Granted>(&ended);
    const bool taken =
        granted != nullptr && protocol::logs_in(request.purpose)
        && lets_in_the_right_one(granted->account, request.account, request.facts.uid, request.facts.service);
    return taken ? granted : nullptr;
}

/// Whatever name was typed, the modules below work with the canonical one.
void save_granted(const Transaction& transaction, const Granted& granted) {
    if (granted.account != text_item(transaction.handle, PAM_USER)) {
        (void)pam_set_item(transaction.handle, PAM_USER, granted.account.c_str());
    }
    save(transaction.handle, {text_item(transaction.handle, PAM_USER), granted.reason, granted.messages});
    transaction.debug("granted " + std::string(to_text(granted.reason)));
}

int account_result(const Transaction& transaction, AuthOutcome& outcome) {
    switch (outcome.reason) {
    case Reason::new_password_required:
        transaction.conversation().show(PromptStyle::info, std::exchange(outcome.messages, {}));
        return PAM_NEW_AUTHTOK_REQD;
    case Reason::not_authorised:
        transaction.conversation().show(PromptStyle::error, std::exchange(outcome.messages, {}));
        return PAM_PERM_DENIED;
    default:
        return PAM_SUCCESS;
    }
}

/// Somebody else said who it is (a key of sshd, cron): the daemon says whether they may.
int ask_about_account(const Transaction& transaction) {
    auto prepared = request_for_user(transaction);
    if (const auto* aborted = std::get_if<Aborted>(&prepared)) {
        return aborted->result;
    }
    auto& request = std::get<DialogRequest>(prepared);
    request.purpose = login_purpose(request);
    request.facts.phase = "account";
    request.may_ask_password = false;
    request.no_password = PAM_AUTH_ERR;
    TypedSecrets typed;
    const DialogResult result = run_dialog(transaction, request, typed);
    if (const Granted* granted = grant_for(request, result)) {
        save_granted(transaction, *granted);
        return account_result(transaction, *load(transaction.handle));
    }
    return result_of(transaction, Phase::account, request, result);
}

} // namespace

int authenticate(const Transaction& transaction) {
    clear(transaction.handle);
    auto prepared = request_for_user(transaction);
    if (const auto* aborted = std::get_if<Aborted>(&prepared)) {
        return aborted->result;
    }
    auto& request = std::get<DialogRequest>(prepared);
    const Options& options = transaction.options;
    request.purpose = login_purpose(request);
    request.no_password = PAM_AUTH_ERR;
    request.may_ask_password = !options.use_first_pass;
    if (options.try_first_pass || options.use_first_pass) {
        request.token = usable_secret(transaction.handle, PAM_AUTHTOK);
    }
    TypedSecrets typed;
    const DialogResult result = run_dialog(transaction, request, typed);
    const Granted* const granted = grant_for(request, result);
    // Somebody who forgot the password chose a new one on the way; what was typed in its place may have been a code.
    if (granted != nullptr && typed.new_password) {
        keep_secret(transaction.handle, PAM_AUTHTOK, *typed.new_password);
    } else if (typed.password) {
        keep_secret(transaction.handle, PAM_AUTHTOK, *typed.password);
    }
    if (granted != nullptr) {
        save_granted(transaction, *granted);
        return PAM_SUCCESS;
    }
    return result_of(transaction, Phase::authenticate, request, result);
}

int check_account(const Transaction& transaction) {
    if (AuthOutcome* outcome = load(transaction.handle)) {
        return account_result(transaction, *outcome);
    }
    return ask_about_account(transaction);
}

int open_session(const Transaction& transaction) {
    AuthOutcome* outcome = load(transaction.handle);
    if (outcome == nullptr) {
        return PAM_IGNORE;
    }
    transaction.conversation().show(PromptStyle::info, std::exchange(outcome->messages, {}));
    return PAM_SUCCESS;
}

int nothing_to_do(const Transaction& transaction) {
    return load(transaction.handle) == nullptr ? PAM_IGNORE : PAM_SUCCESS;
}

using client::DialogRequest;
using client::DialogResult;
using client::TypedSecrets;

namespace {

/// Nothing is changed in the first pass: is the name ours, and does the daemon answer? The second pass opens a dialog
/// of its own, because a connection does not outlive a call.
int look_first(const Transaction& transaction, const DialogRequest& request) {
    client::DialogConnection connection(timeout_for(transaction, request));
    const client::Reply reply = connection.begin(request.purpose, request.account, request.facts, nullptr);
    connection.cancel();
    if (const auto* failure = std::get_if<client::Failure>(&reply)) {
        const int result = result_of(transaction, Phase::change_password, request, *failure);
        return result == PAM_AUTHINFO_UNAVAIL ? PAM_TRY_AGAIN : result;
    }
    const auto& turn = std::get<protocol::Turn>(reply);
    if (const auto* denied = std::get_if<protocol::Denied>(&turn)) {
        return result_of(transaction, Phase::change_password, request, *denied);
    }
    if (const auto* granted = std::get_if<Granted>(&turn)) {
        return result_of(transaction, Phase::change_password, request, *granted);
    }
    return PAM_SUCCESS;
}

/// A dialog with nothing to change would ask for a password only to throw it away.
bool nothing_expired(const Transaction& transaction) {
    const AuthOutcome* outcome = load(transaction.handle);
    return (transaction.flags & PAM_CHANGE_EXPIRED_AUTHTOK) != 0 && outcome != nullptr
           && outcome->reason != protocol::Reason::new_password_required;
}

void keep_passwords(const Transaction& transaction, const DialogRequest& request, const TypedSecrets& typed) {
    const auto& old_password = typed.password ? typed.password : request.token;
    const auto& new_password = typed.new_password ? typed.new_password : request.new_password;
    if (old_password) {
        keep_secret(transaction.handle, PAM_OLDAUTHTOK, *old_password);
    }
    if (new_password) {
        keep_secret(transaction.handle, PAM_AUTHTOK, *new_password);
    }
}

int change(const Transaction& transaction, DialogRequest& request) {
    const Options& options = transaction.options;
    request.no_password = PAM_AUTHTOK_RECOVERY_ERR;
    request.new_password_refused = PAM_AUTHTOK_ERR;
    request.may_ask_password = !options.use_first_pass;
    if (options.try_first_pass || options.use_first_pass || options.use_authtok) {
        request.token = usable_secret(transaction.handle, PAM_OLDAUTHTOK);
    }
    if (options.try_first_pass || options.use_authtok) {
        request.new_password = usable_secret(transaction.handle, PAM_AUTHTOK);
    }
    if (options.use_authtok && !request.new_password) {
        return PAM_AUTHTOK_RECOVERY_ERR;
    }
    TypedSecrets typed;
    const DialogResult result = run_dialog(transaction, request, typed);
    if (std::holds_alternative<protocol::Done>(result)) {
        keep_passwords(transaction, request, typed);
        save(transaction.handle, {text_item(transaction.handle, PAM_USER), protocol::Reason::none, {}});
    }
    return result_of(transaction, Phase::change_password, request, result);
}

} // namespace

int change_password(const Transaction& transaction) {
    auto prepared = request_for_user(transaction);
    if (const auto* aborted = std::get_if<Aborted>(&prepared)) {
        return aborted->result;
    }
    if (nothing_expired(transaction)) {
        return PAM_SUCCESS;
    }
    auto& request = std::get<DialogRequest>(prepared);
    request.purpose = protocol::purpose::change_password;
    if ((transaction.flags & PAM_PRELIM_CHECK) != 0) {
        return look_first(transaction, request);
    }
    return change(transaction, request);
}

} // namespace loquet::pam
