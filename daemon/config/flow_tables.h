// SPDX-License-Identifier: LGPL-2.1-or-later
// The built-in steps and the purposes: one row each. The check of flows, their strength, the engine, the audit and the
// bus read these rows; nothing else knows a step or a purpose by its name. How a step is made stands in
// daemon/conversation/flow_set.cpp, by the same StepKind. Plain values.
#pragma once

#include "daemon/model/audit_event.h"
#include "lib/protocol/names.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace loquet::config {

enum class StepKind : std::uint8_t {
    password,      ///< the account's password
    new_password,  ///< asks a new one twice and keeps it
    expiry,        ///< asks nothing; notes that the password must be changed, or warns that it soon must
    authorisation, ///< asks nothing; may this account use this PAM service?
    choice,        ///< lets the person pick one of a group; in no flow itself
    plugin,        ///< an instance of a step plugin: described by [plugins.NAME], not by a row
};

enum class Purpose : std::uint8_t { login, unlock_screen, change_password, first_login, manage_secrets };

/// What a step proves; see strength() in flow.h.
enum class Proof : std::uint8_t { challenge, knowledge, possession };

/// Purposes as bits.
using PurposeSet = std::uint32_t;
[[nodiscard]] constexpr PurposeSet only(Purpose purpose) noexcept {
    return PurposeSet{1} << static_cast<unsigned>(purpose);
}
inline constexpr PurposeSet every_purpose = ~PurposeSet{0};

struct StepSpec {
    StepKind kind;
    const char* name; ///< in the configuration, and of its prompt
    Proof proves;
    bool asks;           ///< the person has something to answer
    bool before_a_proof; ///< may stand there: neither what it says nor what it does depends on the account
    PurposeSet purposes; ///< of flows that it may stand in; 0: in none
};

inline constexpr std::array builtin_steps{
    StepSpec{StepKind::password, "password", Proof::knowledge, true, true, every_purpose},
    StepSpec{StepKind::new_password, "new_password", Proof::challenge, true, false,
             only(Purpose::change_password) | only(Purpose::first_login)},
    StepSpec{StepKind::expiry, "expiry", Proof::challenge, false, false, every_purpose},
    StepSpec{StepKind::authorisation, "authorisation", Proof::challenge, false, false, every_purpose},
    StepSpec{StepKind::choice, "choice", Proof::challenge, true, true, 0},
};

enum class FlowEnd : std::uint8_t { any, new_password, enrolment };

struct PurposeSpec {
    Purpose purpose;
    const char* name;  ///< on the bus and in [flow.NAME]
    bool logs_in;      ///< its granted end lets somebody in; that of another is shown as `done`
    bool owner_only;   ///< a name that nobody has has nothing to change or to set up
    bool enrols;       ///< { enrol = [...] } is accepted
    bool root_vouches; ///< root itself need not prove what the owner would
    FlowEnd end;       ///< what the last item of its flow has to be
    /// For an owner whose password was chosen by somebody else and who never had one of their own.
    std::optional<Purpose> first_time;
    model::AuditKind audit; ///< of the record of its end
};

inline constexpr std::array purposes{
    PurposeSpec{Purpose::login, protocol::purpose::login, true, false, false, false, FlowEnd::any, std::nullopt,
                model::AuditKind::login},
    PurposeSpec{Purpose::unlock_screen, protocol::purpose::unlock_screen, true, false, false, false, FlowEnd::any,
                std::nullopt, model::AuditKind::login},
    PurposeSpec{Purpose::change_password, protocol::purpose::change_password, false, true, false, true,
                FlowEnd::new_password, Purpose::first_login, model::AuditKind::password_changed},
    PurposeSpec{Purpose::first_login, protocol::purpose::first_login, false, true, true, false, FlowEnd::new_password,
                std::nullopt, model::AuditKind::password_changed},
    PurposeSpec{Purpose::manage_secrets, protocol::purpose::manage_secrets, false, true, true, false,
                FlowEnd::enrolment, std::nullopt, model::AuditKind::secrets_managed},
};

namespace detail {
template <class Rows, class Key>
constexpr bool in_order(const Rows& rows, Key key) {
    for (std::size_t row = 0; row < rows.size(); ++row) {
        if (static_cast<std::size_t>(key(rows[row])) != row) {
            return false;
        }
    }
    return true;
}
} // namespace detail
static_assert(detail::in_order(builtin_steps, [](const StepSpec& row) { return row.kind; })
              && builtin_steps.size() == static_cast<std::size_t>(StepKind::plugin));
static_assert(detail::in_order(purposes, [](const PurposeSpec& row) { return row.purpose; }));
// What clients compile in.
static_assert(std::ranges::all_of(purposes,
                                  [](const PurposeSpec& row) { return row.logs_in == protocol::logs_in(row.name); }));

/// The row of a built-in step; not of StepKind::plugin.
[[nodiscard]] constexpr const StepSpec& spec_of(StepKind kind) noexcept {
    return builtin_steps[static_cast<std::size_t>(kind)];
}
[[nodiscard]] constexpr const PurposeSpec& spec_of(Purpose purpose) noexcept {
    return purposes[static_cast<std::size_t>(purpose)];
}

/// By name; nullptr where there is none.
[[nodiscard]] constexpr const StepSpec* find_step(std::string_view name) noexcept {
    for (const StepSpec& row : builtin_steps) {
        if (name == row.name) {
            return &row;
        }
    }
    return nullptr;
}
[[nodiscard]] constexpr const PurposeSpec* find_purpose(std::string_view name) noexcept {
    for (const PurposeSpec& row : purposes) {
        if (name == row.name) {
            return &row;
        }
    }
    return nullptr;
}

[[nodiscard]] constexpr bool is_step(std::string_view name, StepKind kind) noexcept {
    const StepSpec* row = find_step(name);
    return row != nullptr && row->kind == kind;
}

} // namespace loquet::config
