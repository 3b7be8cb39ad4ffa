// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pam_module/login.h"

#include "pam_module/items.h"
#include "pam_module/verdict.h"

#include <utility>

namespace loquet::pam {

using protocol::Granted;
using protocol::PromptStyle;
using protocol::Reason;

namespace {

/// Whatever name was typed, the modules below work with the canonical one.
void remember_granted(const Transaction& transaction, const Granted& granted) {
    if (!granted.account.empty() && granted.account != text_item(transaction.handle, PAM_USER)) {
        (void)pam_set_item(transaction.handle, PAM_USER, granted.account.c_str());
    }
    remember(transaction.handle, {text_item(transaction.handle, PAM_USER), granted.reason, granted.messages});
    transaction.debug("granted " + std::string(to_text(granted.reason)));
}

int account_result(const Transaction& transaction, Verdict& verdict) {
    switch (verdict.reason) {
    case Reason::new_password_required:
        transaction.dialog().show(PromptStyle::info, std::exchange(verdict.messages, {}));
        return PAM_NEW_AUTHTOK_REQD;
    case Reason::not_authorised:
        transaction.dialog().show(PromptStyle::error, std::exchange(verdict.messages, {}));
        return PAM_PERM_DENIED;
    default:
        return PAM_SUCCESS;
    }
}

/// Somebody else said who it is (a key of sshd, cron): the daemon says whether they may.
int ask_about_account(const Transaction& transaction) {
    auto planned = plan_for_user(transaction);
    if (const auto* stopped = std::get_if<Stopped>(&planned)) {
        return stopped->result;
    }
    auto& plan = std::get<Plan>(planned);
    plan.purpose = login_purpose(plan);
    plan.facts.phase = "account";
    plan.may_ask_password = false;
    plan.no_password = PAM_AUTH_ERR;
    Client client(transaction.options.timeout);
    Typed typed;
    const Ending ending = walk(client, transaction.dialog(), plan, typed);
    if (const auto* granted = std::get_if<Granted>(&ending)) {
        remember_granted(transaction, *granted);
        return account_result(transaction, *recall(transaction.handle));
    }
    return result_of(transaction, Phase::account, plan, ending);
}

} // namespace

int authenticate(const Transaction& transaction) {
    forget(transaction.handle);
    auto planned = plan_for_user(transaction);
    if (const auto* stopped = std::get_if<Stopped>(&planned)) {
        return stopped->result;
    }
    auto& plan = std::get<Plan>(planned);
    const Options& options = transaction.options;
    plan.purpose = login_purpose(plan);
    plan.no_password = PAM_AUTH_ERR;
    plan.may_ask_password = !options.use_first_pass;
    if (options.try_first_pass || options.use_first_pass) {
        plan.token = usable_secret(transaction.handle, PAM_AUTHTOK);
    }
    Client client(options.timeout);
    Typed typed;
    const Ending ending = walk(client, transaction.dialog(), plan, typed);
    if (typed.password) {
        keep_secret(transaction.handle, PAM_AUTHTOK, *typed.password);
    }
    if (const auto* granted = std::get_if<Granted>(&ending)) {
        remember_granted(transaction, *granted);
        return PAM_SUCCESS;
    }
    return result_of(transaction, Phase::authenticate, plan, ending);
}

int check_account(const Transaction& transaction) {
    if (Verdict* verdict = recall(transaction.handle)) {
        return account_result(transaction, *verdict);
    }
    return ask_about_account(transaction);
}

int open_session(const Transaction& transaction) {
    Verdict* verdict = recall(transaction.handle);
    if (verdict == nullptr) {
        return PAM_IGNORE;
    }
    transaction.dialog().show(PromptStyle::info, std::exchange(verdict->messages, {}));
    return PAM_SUCCESS;
}

int nothing_to_do(const Transaction& transaction) {
    return recall(transaction.handle) == nullptr ? PAM_IGNORE : PAM_SUCCESS;
}

} // namespace loquet::pam
