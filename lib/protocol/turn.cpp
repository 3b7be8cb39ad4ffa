// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/protocol/turn.h"

#include <array>
#include <utility>

namespace loquet::protocol {

namespace {

constexpr std::array<std::pair<Reason, std::string_view>, 13> words{{
    {Reason::none, ""},
    {Reason::refused, "refused"},
    {Reason::locked, "locked"},
    {Reason::disabled, "disabled"},
    {Reason::new_password_required, "new-password-required"},
    {Reason::not_authorised, "not-authorised"},
    {Reason::not_ours, "not-ours"},
    {Reason::unavailable, "unavailable"},
    {Reason::busy, "busy"},
    {Reason::rules, "rules"},
    {Reason::revoked, "revoked"},
    {Reason::not_set_up, "not-set-up"},
    {Reason::taken_over, "taken-over"},
}};

constexpr std::array<std::pair<PromptRole, std::string_view>, 4> roles{{
    {PromptRole::other, "other"},
    {PromptRole::current_password, "current_password"},
    {PromptRole::new_password, "new_password"},
    {PromptRole::code, "code"},
}};

} // namespace

std::string_view to_text(PromptRole role) noexcept {
    for (const auto& [value, word] : roles) {
        if (value == role) {
            return word;
        }
    }
    return "other";
}

PromptRole role_from_text(std::string_view text) noexcept {
    for (const auto& [value, word] : roles) {
        if (word == text) {
            return value;
        }
    }
    return PromptRole::other;
}

std::string_view to_text(Reason reason) noexcept {
    for (const auto& [value, word] : words) {
        if (value == reason) {
            return word;
        }
    }
    return "refused";
}

Reason reason_from_text(std::string_view text) noexcept {
    for (const auto& [value, word] : words) {
        if (word == text) {
            return value;
        }
    }
    return Reason::refused;
}

} // namespace loquet::protocol
