// SPDX-License-Identifier: LGPL-2.1-or-later
// The names that others see (docs/bus.md). Fixed: a change here is a change of the contract.
#pragma once

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
} // namespace purpose

} // namespace loquet::protocol
