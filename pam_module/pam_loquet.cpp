// SPDX-License-Identifier: LGPL-2.1-or-later
// The six entry points that libpam knows (pam.modules(7)). No exception leaves them.
#include "lib/base/error.h"
#include "lib/base/text.h"
#include "pam_module/phases.h"

#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <syslog.h>

#include <exception>
#include <new>
#include <span>

using loquet::base::Error;
using loquet::pam::Transaction;

namespace {

using PhaseOfTransaction = int (*)(const Transaction&);

int failed(pam_handle_t* handle, const Error& error) noexcept {
    pam_syslog(handle, LOG_ERR, "%s", error.what());
    return error.kind() == Error::Kind::unavailable ? PAM_AUTHINFO_UNAVAIL : PAM_SERVICE_ERR;
}

int enter(PhaseOfTransaction phase, pam_handle_t* handle, int flags, int argc, const char** argv) noexcept {
    try {
        const std::span<const char* const> words(argv, argc < 0 ? 0U : static_cast<std::size_t>(argc));
        return phase({handle, flags, loquet::pam::parse_options(words)});
    } catch (const Error& error) {
        return failed(handle, error);
    } catch (const std::bad_alloc&) {
        return PAM_BUF_ERR;
    } catch (const std::exception& error) {
        pam_syslog(handle, LOG_ERR, "internal error: %s", error.what());
        return PAM_SERVICE_ERR;
    }
}

/// Once for each line of the service file: the phases below come a second time with the same words.
int complain_and(PhaseOfTransaction phase, const Transaction& transaction) {
    for (const std::string& complaint : transaction.options.complaints) {
        pam_syslog(transaction.handle, LOG_ERR, "%s", complaint.c_str());
    }
    return phase(transaction);
}

template <PhaseOfTransaction Phase>
int complaining(const Transaction& transaction) {
    return complain_and(Phase, transaction);
}

int change_password(const Transaction& transaction) {
    const bool first_pass = (transaction.flags & PAM_PRELIM_CHECK) != 0;
    return first_pass ? complain_and(loquet::pam::change_password, transaction)
                      : loquet::pam::change_password(transaction);
}

} // namespace

#pragma GCC visibility push(default)
extern "C" {

PAM_EXTERN int pam_sm_authenticate(pam_handle_t* handle, int flags, int argc, const char** argv) {
    return enter(complaining<loquet::pam::authenticate>, handle, flags, argc, argv);
}

PAM_EXTERN int pam_sm_setcred(pam_handle_t* handle, int flags, int argc, const char** argv) {
    return enter(loquet::pam::nothing_to_do, handle, flags, argc, argv);
}

PAM_EXTERN int pam_sm_acct_mgmt(pam_handle_t* handle, int flags, int argc, const char** argv) {
    return enter(complaining<loquet::pam::check_account>, handle, flags, argc, argv);
}

PAM_EXTERN int pam_sm_open_session(pam_handle_t* handle, int flags, int argc, const char** argv) {
    return enter(complaining<loquet::pam::open_session>, handle, flags, argc, argv);
}

PAM_EXTERN int pam_sm_close_session(pam_handle_t* handle, int flags, int argc, const char** argv) {
    return enter(loquet::pam::nothing_to_do, handle, flags, argc, argv);
}

PAM_EXTERN int pam_sm_chauthtok(pam_handle_t* handle, int flags, int argc, const char** argv) {
    return enter(change_password, handle, flags, argc, argv);
}

} // extern "C"
#pragma GCC visibility pop
