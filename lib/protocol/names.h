// SPDX-License-Identifier: LGPL-2.1-or-later
// The names that others see (docs/bus.md). Fixed: a change here is a change of the contract.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace loquet::protocol {

inline constexpr const char* bus_name = "org.loquet.Auth1";
inline constexpr const char* root_path = "/org/loquet/Auth1";
inline constexpr const char* account_prefix = "/org/loquet/Auth1/account";
inline constexpr const char* conversation_prefix = "/org/loquet/Auth1/conversation";
inline constexpr const char* job_prefix = "/org/loquet/Auth1/job";

inline constexpr const char* manager_interface = "org.loquet.Auth1.Manager";
inline constexpr const char* account_interface = "org.loquet.Auth1.Account";
inline constexpr const char* conversation_interface = "org.loquet.Auth1.Conversation";
inline constexpr const char* job_interface = "org.loquet.Auth1.Job";

namespace purpose {
inline constexpr const char* login = "login";
inline constexpr const char* unlock_screen = "unlock-screen";
inline constexpr const char* change_password = "change-password";
inline constexpr const char* first_login = "first-login";
inline constexpr const char* manage_secrets = "manage-secrets";
inline constexpr const char* self_service = "self-service";
inline constexpr const char* recover_password = "recover-password";
inline constexpr const char* enter_code = "enter-code";
inline constexpr const char* unlock = "unlock";
inline constexpr const char* recover_name = "recover-name";
inline constexpr const char* change_address = "change-address";
} // namespace purpose

/// Whether the good end of the purpose is `granted`; that of every other one is `done`, and a client takes no grant
/// there.
[[nodiscard]] constexpr bool logs_in(std::string_view purpose) noexcept {
    return purpose == purpose::login || purpose == purpose::unlock_screen;
}

/// PAM services whose program goes on with the name that PAM gives back in PAM_USER; each was seen to. login(1) also
/// names itself "remote" for a login over a network.
inline constexpr std::array<std::string_view, 4> services_that_take_the_name_back{"login", "remote", "lightdm",
                                                                                  "greetd"};

/// True for one of these. There "Camille" is taken for camille. Every other program goes on with what was typed, so
/// that the login of another spelling could only fail, and would count against the owner; and somebody who proved to be
/// another person would be given the session of whom was typed.
[[nodiscard]] constexpr bool takes_name_back(std::string_view service) noexcept {
    return std::find(services_that_take_the_name_back.begin(), services_that_take_the_name_back.end(), service)
           != services_that_take_the_name_back.end();
}

/// Their programs show what comes behind their last question; they were seen to. LightDM's greeter shows it to nobody,
/// and of a mail server or a program of the site nobody knows: what a person is to read stays for another login there.
inline constexpr std::array<std::string_view, 7> services_that_show_the_last_message{"login", "remote", "sshd",  "su",
                                                                                     "su-l",  "sudo",   "sudo-i"};
[[nodiscard]] constexpr bool shows_the_last_message(std::string_view service) noexcept {
    return std::find(services_that_show_the_last_message.begin(), services_that_show_the_last_message.end(), service)
           != services_that_show_the_last_message.end();
}

} // namespace loquet::protocol
