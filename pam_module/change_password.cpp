// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pam_module/change_password.h"

#include "lib/protocol/names.h"
#include "pam_module/items.h"
#include "pam_module/verdict.h"

namespace loquet::pam {

namespace {

/// Nothing is changed in the first pass: is the name ours, and does the daemon answer? The second pass opens a dialog
/// of its own, because a connection does not outlive a call.
int look_first(const Transaction& transaction, const Plan& plan) {
    Client client(transaction.options.timeout);
    const Reply reply = client.begin(plan.purpose, plan.account, plan.facts, nullptr);
    client.cancel();
    if (const auto* failure = std::get_if<Failure>(&reply)) {
        const int result = result_of(transaction, Phase::change_password, plan, *failure);
        return result == PAM_AUTHINFO_UNAVAIL ? PAM_TRY_AGAIN : result;
    }
    if (const auto* denied = std::get_if<protocol::Denied>(&std::get<protocol::Turn>(reply))) {
        return result_of(transaction, Phase::change_password, plan, *denied);
    }
    return PAM_SUCCESS;
}

/// A dialog with nothing to change would ask for a password only to throw it away.
bool nothing_expired(const Transaction& transaction) {
    const Verdict* verdict = recall(transaction.handle);
    return (transaction.flags & PAM_CHANGE_EXPIRED_AUTHTOK) != 0 && verdict != nullptr
           && verdict->reason != protocol::Reason::new_password_required;
}

void keep_passwords(const Transaction& transaction, const Plan& plan, const Typed& typed) {
    const auto& old_password = typed.password ? typed.password : plan.token;
    const auto& new_password = typed.new_password ? typed.new_password : plan.new_password;
    if (old_password) {
        keep_secret(transaction.handle, PAM_OLDAUTHTOK, *old_password);
    }
    if (new_password) {
        keep_secret(transaction.handle, PAM_AUTHTOK, *new_password);
    }
}

int change(const Transaction& transaction, Plan& plan) {
    const Options& options = transaction.options;
    plan.no_password = PAM_AUTHTOK_RECOVERY_ERR;
    plan.may_ask_password = !options.use_first_pass;
    if (options.try_first_pass || options.use_first_pass || options.use_authtok) {
        plan.token = usable_secret(transaction.handle, PAM_OLDAUTHTOK);
    }
    if (options.try_first_pass || options.use_authtok) {
        plan.new_password = usable_secret(transaction.handle, PAM_AUTHTOK);
    }
    if (options.use_authtok && !plan.new_password) {
        return PAM_AUTHTOK_RECOVERY_ERR;
    }
    Client client(options.timeout);
    Typed typed;
    const Ending ending = walk(client, transaction.dialog(), plan, typed);
    const auto* granted = std::get_if<protocol::Granted>(&ending);
    if (granted == nullptr) {
        return result_of(transaction, Phase::change_password, plan, ending);
    }
    keep_passwords(transaction, plan, typed);
    transaction.dialog().show(protocol::PromptStyle::info, granted->messages);
    remember(transaction.handle, {text_item(transaction.handle, PAM_USER), protocol::Reason::none, {}});
    return PAM_SUCCESS;
}

} // namespace

int change_password(const Transaction& transaction) {
    auto planned = plan_for_user(transaction);
    if (const auto* stopped = std::get_if<Stopped>(&planned)) {
        return stopped->result;
    }
    if (nothing_expired(transaction)) {
        return PAM_SUCCESS;
    }
    auto& plan = std::get<Plan>(planned);
    plan.purpose = protocol::purpose::change_password;
    if ((transaction.flags & PAM_PRELIM_CHECK) != 0) {
        return look_first(transaction, plan);
    }
    return change(transaction, plan);
}

} // namespace loquet::pam
