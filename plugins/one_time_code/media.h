// SPDX-License-Identifier: LGPL-2.1-or-later
// The ways in which a code can reach an account, as the fact `media` names them. Pure, any thread.
#pragma once

#include <loquet/step.h>

#include <string_view>
#include <vector>

namespace loquet::plugins_one_time_code {

/// "mail sms": those it names, in its order, each once; other words are left out.
[[nodiscard]] std::vector<loquet_medium> media_in(std::string_view fact);

/// "mail" or "sms".
[[nodiscard]] std::string_view name_of(loquet_medium medium) noexcept;

} // namespace loquet::plugins_one_time_code
