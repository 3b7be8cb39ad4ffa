// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/unit/pam_module/application.h"

#include "lib/base/file.h"
#include "paths.h"

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <utility>

namespace loquet::tests {

namespace {

std::string module_of(const Service& service) {
    return service.module.empty() ? PAM_LOQUET : service.module;
}

std::string stack(const char* type, const std::string& above, const Service& service) {
    const std::string probe = std::string(type) + " optional " + PAM_PROBE;
    return (above.empty() ? "" : probe + " " + above + "\n") + type + " required " + module_of(service) + " "
           + service.options + "\n" + probe + " show\n";
}

/// "[success=end ...]" of a first module, as /usr/share/pam-configs has it; pam-auth-update(8) puts a number for `end`.
std::string packaged_control(const std::string& number) {
    const std::string config = base::read_file(LOQUET_SOURCE_DIR "/etc/pam-configs/loquet", 64UL * 1024);
    const std::size_t from = config.find('[', config.find("Auth-Initial:"));
    std::string control = config.substr(from, config.find(']', from) + 1 - from);
    const std::string end = "success=end";
    return control.replace(control.find(end), end.size(), "success=" + number);
}

/// What pam-auth-update(8) makes of it, with a source of passwords below as pam_unix(8) is one.
std::string packaged_stack(const Service& service) {
    return "auth " + packaged_control("2") + " " + module_of(service) + " " + service.options
           + "\nauth [success=1 default=ignore] " + PAM_PROBE + " ask\nauth requisite pam_deny.so\n"
           + "auth required pam_permit.so\n";
}

std::string text_of(const Service& service) {
    return (service.as_packaged ? packaged_stack(service) : stack("auth", service.auth_above, service))
           + stack("account", "", service) + stack("password", service.auth_above, service)
           + stack("session", "", service);
}

} // namespace

ServiceFolder::ServiceFolder(const Service& service) {
    base::replace_file(folder_ / "test", text_of(service), 0644);
    for (const char* name : {"login", "remote", "lightdm", "greetd", "sshd", "su", "sudo", "sudo-i", "polkit-1",
                             "vlock", "i3lock", "xscreensaver", "lightdm-elsewhere"}) {
        std::filesystem::create_symlink("test", folder_ / name);
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
