// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pam_module/login.h"

#include "pam_module/auth_outcome.h"
#include "pam_module/items.h"

#include <utility>

namespace loquet::pam {

using client::DialogRequest;
using client::DialogResult;
using client::TypedSecrets;
using protocol::Granted;
using protocol::PromptStyle;
using protocol::Reason;

namespace {

/// Whatever name was typed, the modules below work with the canonical one.
void save_granted(const Transaction& transaction, const Granted& granted) {
    if (!granted.account.empty() && granted.account != text_item(transaction.handle, PAM_USER)) {
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
    if (const auto* granted = std::get_if<Granted>(&result)) {
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
    if (typed.password) {
        keep_secret(transaction.handle, PAM_AUTHTOK, *typed.password);
    }
    if (const auto* granted = std::get_if<Granted>(&result)) {
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

} // namespace loquet::pam
