// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/unit/pam_module/application.h"

#include "lib/base/file.h"

#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace loquet::tests {

namespace {

std::string stack(const char* type, const std::string& above, const std::string& options) {
    const std::string probe = std::string(type) + " optional " + PAM_PROBE;
    return (above.empty() ? "" : probe + " " + above + "\n") + type + " required " + PAM_LOQUET + " " + options + "\n"
           + probe + " show\n";
}

std::string text_of(const Service& service) {
    return stack("auth", service.auth_above, service.options) + stack("account", "", service.options)
           + stack("password", service.auth_above, service.options) + stack("session", "", service.options);
}

} // namespace

ServiceFolder::ServiceFolder(const Service& service) {
    for (const char* name : {"test", "login", "sshd", "sudo"}) {
        base::replace_file(folder_ / name, text_of(service), 0644);
    }
}

Application::Application(const std::string& user, const Service& service)
    : Application(user, std::make_shared<const ServiceFolder>(service)) {}

Application::Application(const std::string& user, std::shared_ptr<const ServiceFolder> services)
    : services_(std::move(services)), conversation_{converse, this} {
    if (pam_start_confdir("test", user.empty() ? nullptr : user.c_str(), &conversation_, services_->path().c_str(),
                          &handle_)
        != PAM_SUCCESS) {
        throw std::runtime_error("pam_start_confdir");
    }
}

Application::~Application() {
    (void)pam_end(handle_, last_);
}

std::string Application::user() const {
    const void* item = nullptr;
    (void)pam_get_item(handle_, PAM_USER, &item);
    return item == nullptr ? "" : static_cast<const char*>(item);
}

std::optional<std::string> Application::seen_below(const std::string& item) const {
    const char* value = pam_getenv(handle_, ("SEEN_" + item).c_str());
    return value == nullptr ? std::nullopt : std::make_optional<std::string>(value);
}

std::vector<std::string> Application::texts(int style) const {
    std::vector<std::string> found;
    for (const Drawn& one : drawn) {
        if (one.style == style) {
            found.push_back(one.text);
        }
    }
    return found;
}

int Application::converse(int count, const pam_message** messages, pam_response** responses, void* self) {
    auto& application = *static_cast<Application*>(self);
    ++application.rounds;
    if (application.conversation_result != PAM_SUCCESS) {
        return application.conversation_result;
    }
    auto* answers = static_cast<pam_response*>(std::calloc(static_cast<std::size_t>(count), sizeof(pam_response)));
    for (int i = 0; i < count; ++i) {
        application.drawn.push_back({messages[i]->msg_style, messages[i]->msg});
        const bool question =
            messages[i]->msg_style == PAM_PROMPT_ECHO_OFF || messages[i]->msg_style == PAM_PROMPT_ECHO_ON;
        if (question && !application.typed.empty()) {
            const auto answer = application.typed.front();
            application.typed.pop_front();
            answers[i].resp = answer ? ::strdup(answer->c_str()) : nullptr;
        }
    }
    *responses = answers;
    return PAM_SUCCESS;
}

} // namespace loquet::tests
