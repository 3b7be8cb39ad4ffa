// SPDX-License-Identifier: LGPL-2.1-or-later
// An application that logs people in by libpam: a service file in a folder of its own (linux-pam's own way of testing
// results), a conversation that answers from a list, and what the modules below would see. One thread.
#pragma once

#include "tests/support/temp_folder.h"

#include <security/pam_appl.h>

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace loquet::tests {

struct Service {
    std::string options{};    ///< the words after pam_loquet.so
    std::string auth_above{}; ///< words for pam_probe.so above the module
    std::string module{};     ///< another one in place of pam_loquet.so; empty: none
    /// Authentication with the control words of the package, and below it a source that takes any password.
    bool as_packaged = false;
};

struct Drawn {
    int style;
    std::string text;
    friend bool operator==(const Drawn&, const Drawn&) = default;
};

/// The folder of service files that a `Service` stands for, by the name "test" (an Application's, unless its
/// PAM_SERVICE is set to another one) and those of real programs; for those who start many transactions with one.
class ServiceFolder {
public:
    explicit ServiceFolder(const Service& service);
    [[nodiscard]] const std::string& path() const noexcept { return folder_.path(); }

private:
    TempFolder folder_;
};

class Application {
public:
    /// An empty `user` lets PAM ask for the name.
    explicit Application(const std::string& user, const Service& service = {});
    Application(const std::string& user, std::shared_ptr<const ServiceFolder> services);
    ~Application();
    Application(const Application&) = delete;
    Application& operator=(const Application&) = delete;

    /// Answers to the questions, in order; none left, or nullopt, is a conversation that is dropped.
    std::deque<std::optional<std::string>> typed;
    int conversation_result = PAM_SUCCESS; ///< what the conversation answers instead
    std::vector<Drawn> drawn;
    int rounds = 0; ///< calls of the conversation

    int authenticate(int flags = 0) { return last_ = pam_authenticate(handle_, flags); }
    int check_account(int flags = 0) { return last_ = pam_acct_mgmt(handle_, flags); }
    int change_password(int flags = 0) { return last_ = pam_chauthtok(handle_, flags); }
    int set_credentials() { return last_ = pam_setcred(handle_, PAM_ESTABLISH_CRED); }
    int open_session(int flags = 0) { return last_ = pam_open_session(handle_, flags); }
    int close_session() { return last_ = pam_close_session(handle_, 0); }

    void set_item(int item, const void* value) { (void)pam_set_item(handle_, item, value); }
    void put_environment(const std::string& text) { (void)pam_putenv(handle_, text.c_str()); }
    [[nodiscard]] std::string user() const;
    /// What the module below saw: "AUTHTOK", "OLDAUTHTOK"; nullopt where there was nothing.
    [[nodiscard]] std::optional<std::string> seen_below(const std::string& item) const;
    [[nodiscard]] std::vector<std::string> texts(int style) const;

private:
    static int converse(int count, const pam_message** messages, pam_response** responses, void* self);

    std::shared_ptr<const ServiceFolder> services_;
    pam_conv conversation_{};
    pam_handle_t* handle_ = nullptr;
    int last_ = PAM_SUCCESS;
};

} // namespace loquet::tests
