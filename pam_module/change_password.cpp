// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pam_module/change_password.h"

#include "lib/protocol/names.h"
#include "pam_module/auth_outcome.h"
#include "pam_module/items.h"

namespace loquet::pam {

using client::DialogRequest;
using client::DialogResult;
using client::TypedSecrets;

namespace {

/// Nothing is changed in the first pass: is the name ours, and does the daemon answer? The second pass opens a dialog
/// of its own, because a connection does not outlive a call.
int look_first(const Transaction& transaction, const DialogRequest& request) {
    client::DialogConnection connection(transaction.options.timeout);
    const client::Reply reply = connection.begin(request.purpose, request.account, request.facts, nullptr);
    connection.cancel();
    if (const auto* failure = std::get_if<client::Failure>(&reply)) {
        const int result = result_of(transaction, Phase::change_password, request, *failure);
        return result == PAM_AUTHINFO_UNAVAIL ? PAM_TRY_AGAIN : result;
    }
    if (const auto* denied = std::get_if<protocol::Denied>(&std::get<protocol::Turn>(reply))) {
        return result_of(transaction, Phase::change_password, request, *denied);
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
    const auto* granted = std::get_if<protocol::Granted>(&result);
    if (granted == nullptr) {
        return result_of(transaction, Phase::change_password, request, result);
    }
    keep_passwords(transaction, request, typed);
    transaction.conversation().show(protocol::PromptStyle::info, granted->messages);
    save(transaction.handle, {text_item(transaction.handle, PAM_USER), protocol::Reason::none, {}});
    return PAM_SUCCESS;
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
