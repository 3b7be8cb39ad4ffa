// SPDX-License-Identifier: LGPL-2.1-or-later
// Secrets that are used by all tests, chosen so that they occur nowhere by chance, and the search for them in whatever
// must not hold one: a capture of the bus, a log, a core, the store. Any thread.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace loquet::tests {

namespace canary {
inline constexpr std::string_view password = "kanari-Vozhelm4-tagupir";       ///< of an account, right
inline constexpr std::string_view next_password = "kanari-Wexulo9-brinfat";   ///< what it is changed to
inline constexpr std::string_view third_password = "kanari-Quimbaz2-ostreph"; ///< ... and then
inline constexpr std::string_view wrong_password = "kanari-Jolkert7-nuvashi"; ///< of nobody; also tells much when it is
                                                                              ///< a right one with a slip
inline constexpr std::string_view answer = "kanari-Drowsil5-hepkuma";         ///< typed where no password is asked
inline constexpr std::string_view master_key = "kanari-Fybrask3-lonquet";
inline constexpr std::string_view gateway_password = "kanari-Trelmok6-dysvang"; ///< with which a channel logs in
inline constexpr std::array all = {password, next_password, third_password,  wrong_password,
                                   answer,   master_key,    gateway_password};
} // namespace canary

/// Which canaries `bytes` holds, and how: "kanari-... (base64)". As they are, in UTF-16 and UTF-32 of both byte orders,
/// in hexadecimal digits of both cases and in base64 at each of the three offsets. A canary's beginning of 12 bytes
/// counts too, so that one which was cut is found.
[[nodiscard]] std::vector<std::string> find_canaries(std::string_view bytes);
[[nodiscard]] std::vector<std::string> find_canaries_in_file(const std::string& path);
/// Every regular file below `folder`; each find is followed by its path.
[[nodiscard]] std::vector<std::string> find_canaries_in_folder(const std::string& folder);

} // namespace loquet::tests
