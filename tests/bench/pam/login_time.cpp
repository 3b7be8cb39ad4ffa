// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/bench/pam/modes.h"
#include "tests/bench/pam/samples.h"

#include <security/pam_appl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace loquet::bench {

namespace {

struct Login {
    std::string folder;
    std::string service;
    std::string user;
    std::string password;
    Samples samples;
};

int converse(int count, const pam_message** messages, pam_response** responses, void* self) {
    auto* answers = static_cast<pam_response*>(std::calloc(static_cast<std::size_t>(count), sizeof(pam_response)));
    for (int i = 0; i < count; ++i) {
        if (messages[i]->msg_style == PAM_PROMPT_ECHO_OFF || messages[i]->msg_style == PAM_PROMPT_ECHO_ON) {
            answers[i].resp = ::strdup(static_cast<const Login*>(self)->password.c_str());
        }
    }
    *responses = answers;
    return PAM_SUCCESS;
}

int log_in(Login& login, bool authenticate_only) {
    const pam_conv conversation{converse, &login};
    pam_handle_t* handle = nullptr;
    int result =
        pam_start_confdir(login.service.c_str(), login.user.c_str(), &conversation, login.folder.c_str(), &handle);
    if (result == PAM_SUCCESS) {
        result = pam_authenticate(handle, PAM_SILENT);
    }
    if (result == PAM_SUCCESS && !authenticate_only) {
        result = pam_acct_mgmt(handle, PAM_SILENT);
    }
    if (handle != nullptr) {
        (void)pam_end(handle, result);
    }
    return result;
}

bool become(int uid) {
    if (uid < 0) {
        return true;
    }
    const auto id = static_cast<uid_t>(uid);
    return ::setresgid(id, id, id) == 0 && ::setresuid(id, id, id) == 0;
}

std::vector<Login> read_logins(const std::vector<std::string>& words) {
    std::vector<Login> logins;
    for (std::size_t i = 0; i + 3 < words.size(); i += 4) {
        logins.push_back({words[i], words[i + 1], words[i + 2], words[i + 3],
                          Samples("login " + words[i + 2] + " by " + words[i + 1])});
    }
    return logins;
}

} // namespace

bool measure_logins(const Settings& settings, const std::vector<std::string>& arguments) {
    auto logins = read_logins(arguments);
    if (logins.empty() || arguments.size() % 4 != 0 || !become(settings.uid)) {
        return false;
    }
    int unexpected = 0;
    for (Login& login : logins) {
        (void)log_in(login, settings.authenticate_only); // whatever is loaded for the first time is not counted
    }
    for (int i = 0; i < settings.rounds * settings.times; ++i) {
        for (Login& login : logins) { // one of each in turn, so that the machine's moods meet all alike
            int result = 0;
            login.samples.time([&] { result = log_in(login, settings.authenticate_only); });
            unexpected += result == settings.expected ? 0 : 1;
        }
    }
    for (const Login& login : logins) {
        login.samples.print(settings.json);
    }
    if (unexpected != 0) {
        std::fprintf(stderr, "%d results were not %d\n", unexpected, settings.expected);
    }
    return unexpected == 0;
}

} // namespace loquet::bench
