// SPDX-License-Identifier: LGPL-2.1-or-later
// The built-in steps and the purposes: one row each. The check of flows, their strength, the engine, the audit and the
// bus read these rows; nothing else knows a step or a purpose by its name. How a step is made stands in
// daemon/conversation/flow_set.cpp, by the same StepKind. Plain values.
#pragma once

#include "daemon/model/audit_event.h"
#include "lib/protocol/names.h"
#include "lib/protocol/values.h"

#include <algorithm>
#include <array>
#include <cstddef>
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
    ticket,        ///< sends a code to the person's address and asks for it; they choose the medium
    ticket_mail,   ///< the same, by mail alone
    ticket_sms,    ///< the same, by SMS alone
    menu,          ///< what self-service can do; in no flow of a file
    code,          ///< asks for a code that was sent before; in no flow of a file
    identify,      ///< asks who somebody is, by the name or the mail address; first in a flow
    send_names,    ///< sends the names of those who have an address to that address, and says so
    new_address,   ///< asks a new mail address or telephone number and the code that is sent there, and keeps it
    new_mail,      ///< the same, of mail alone
    new_phone,     ///< the same, of the telephone alone
    plugin,        ///< an instance of a step plugin: described by [plugins.NAME], not by a row
};

enum class Purpose : std::uint8_t {
    login,
    unlock_screen,
    change_password,
    first_login,
    manage_secrets,
    self_service,
    recover_password,
    enter_code,
    unlock,
    recover_name,
    change_address,
};

/// By what a person proves who they are (NIST SP 800-63B-4, 3.1 and 4.2.1). Two proofs by one method are one: who has
/// the mailbox has every code that is sent there.
enum class Method : std::uint8_t { password, question, mailbox, telephone, device, saved_code, person };
inline constexpr std::size_t methods = 7;

/// The methods by one of which a step proves, as bits; none of them where anybody can do it. See strength() in flow.h.
struct Proof {
    std::uint8_t by = 0;

    [[nodiscard]] static constexpr Proof of(Method method) noexcept {
        return {static_cast<std::uint8_t>(1U << static_cast<unsigned>(method))};
    }
    [[nodiscard]] constexpr bool is_none() const noexcept { return by == 0; }
    friend constexpr bool operator==(Proof, Proof) = default;
    friend constexpr Proof operator|(Proof a, Proof b) noexcept { return {static_cast<std::uint8_t>(a.by | b.by)}; }

    static const Proof challenge;
    static const Proof knowledge;  ///< of something else than the password
    static const Proof possession; ///< of a device
};
inline constexpr Proof Proof::challenge{};
inline constexpr Proof Proof::knowledge = Proof::of(Method::question);
inline constexpr Proof Proof::possession = Proof::of(Method::device);

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
    // Who lifts a lock that guesses brought about shows more than another guess.
    StepSpec{StepKind::password, "password", Proof::of(Method::password), true, true,
             every_purpose & ~only(Purpose::unlock)},
    StepSpec{StepKind::new_password, "new_password", Proof::challenge, true, false,
             only(Purpose::change_password) | only(Purpose::first_login) | only(Purpose::recover_password)},
    StepSpec{StepKind::expiry, "expiry", Proof::challenge, false, false, every_purpose},
    StepSpec{StepKind::authorisation, "authorisation", Proof::challenge, false, false, every_purpose},
    StepSpec{StepKind::choice, "choice", Proof::challenge, true, true, 0},
    StepSpec{StepKind::ticket, "ticket", Proof::of(Method::mailbox) | Proof::of(Method::telephone), true, true,
             only(Purpose::recover_password) | only(Purpose::unlock)},
    StepSpec{StepKind::ticket_mail, "ticket_mail", Proof::of(Method::mailbox), true, true,
             only(Purpose::recover_password) | only(Purpose::unlock)},
    StepSpec{StepKind::ticket_sms, "ticket_sms", Proof::of(Method::telephone), true, true,
             only(Purpose::recover_password) | only(Purpose::unlock)},
    StepSpec{StepKind::menu, "self-service", Proof::challenge, true, true, 0},
    StepSpec{StepKind::code, "enter-code", Proof::of(Method::mailbox) | Proof::of(Method::telephone), true, true, 0},
    StepSpec{StepKind::identify, "identify", Proof::challenge, true, true,
             only(Purpose::recover_password) | only(Purpose::recover_name)},
    StepSpec{StepKind::send_names, "send_names", Proof::challenge, true, true, only(Purpose::recover_name)},
    StepSpec{StepKind::new_address, "new_address", Proof::challenge, true, false, only(Purpose::change_address)},
    StepSpec{StepKind::new_mail, "new_mail", Proof::challenge, true, false, only(Purpose::change_address)},
    StepSpec{StepKind::new_phone, "new_phone", Proof::challenge, true, false, only(Purpose::change_address)},
};

enum class FlowEnd : std::uint8_t {
    any,
    new_password,
    enrolment,
    names, ///< are sent to whom they belong, so that nothing has to be proved before
    new_address,
};

struct PurposeSpec {
    Purpose purpose;
    const char* name;  ///< on the bus and in [flow.NAME]
    bool logs_in;      ///< its granted end lets somebody in; that of another is shown as `done`
    bool owner_only;   ///< a name that nobody has has nothing to change or to set up
    bool enrols;       ///< { enrol = [...] } is accepted
    bool root_vouches; ///< root itself need not prove what the owner would
    bool self_service; ///< of those who cannot log in: begun by root for a program of [self_service] alone
    FlowEnd end;       ///< what the last item of its flow has to be
    /// For an owner whose password was chosen by somebody else and who never had one of their own.
    std::optional<Purpose> first_time;
    protocol::Axis axis; ///< on which its tries are counted
    /// Its only one, where no file has a flow for it.
    std::optional<StepKind> only_step;
    model::AuditKind audit; ///< of the record of its end
};

inline constexpr std::array purposes{
    PurposeSpec{Purpose::login, protocol::purpose::login, true, false, false, false, false, FlowEnd::any, std::nullopt,
                protocol::Axis::login, std::nullopt, model::AuditKind::login},
    PurposeSpec{Purpose::unlock_screen, protocol::purpose::unlock_screen, true, false, false, false, false,
                FlowEnd::any, std::nullopt, protocol::Axis::login, std::nullopt, model::AuditKind::login},
    PurposeSpec{Purpose::change_password, protocol::purpose::change_password, false, true, false, true, false,
                FlowEnd::new_password, Purpose::first_login, protocol::Axis::login, std::nullopt,
                model::AuditKind::password_changed},
    PurposeSpec{Purpose::first_login, protocol::purpose::first_login, false, true, true, false, false,
                FlowEnd::new_password, std::nullopt, protocol::Axis::login, std::nullopt,
                model::AuditKind::password_changed},
    PurposeSpec{Purpose::manage_secrets, protocol::purpose::manage_secrets, false, true, true, false, false,
                FlowEnd::enrolment, std::nullopt, protocol::Axis::login, std::nullopt,
                model::AuditKind::secrets_managed},
    PurposeSpec{Purpose::self_service, protocol::purpose::self_service, false, false, false, false, true, FlowEnd::any,
                std::nullopt, protocol::Axis::recovery, StepKind::menu, model::AuditKind::password_recovered},
    PurposeSpec{Purpose::recover_password, protocol::purpose::recover_password, false, false, false, false, true,
                FlowEnd::new_password, std::nullopt, protocol::Axis::recovery, std::nullopt,
                model::AuditKind::password_recovered},
    PurposeSpec{Purpose::enter_code, protocol::purpose::enter_code, false, false, false, false, true, FlowEnd::any,
                std::nullopt, protocol::Axis::recovery, StepKind::code, model::AuditKind::password_recovered},
    PurposeSpec{Purpose::unlock, protocol::purpose::unlock, false, false, false, false, true, FlowEnd::any,
                std::nullopt, protocol::Axis::recovery, std::nullopt, model::AuditKind::account_unlocked},
    PurposeSpec{Purpose::recover_name, protocol::purpose::recover_name, false, false, false, false, true,
                FlowEnd::names, std::nullopt, protocol::Axis::recovery, std::nullopt,
                model::AuditKind::password_recovered},
    PurposeSpec{Purpose::change_address, protocol::purpose::change_address, false, true, false, false, false,
                FlowEnd::new_address, std::nullopt, protocol::Axis::login, std::nullopt,
                model::AuditKind::address_changed},
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

/// It sends a code and asks for it.
[[nodiscard]] constexpr bool is_ticket(StepKind kind) noexcept {
    return kind == StepKind::ticket || kind == StepKind::ticket_mail || kind == StepKind::ticket_sms;
}

/// It asks a new address and the code that is sent there.
[[nodiscard]] constexpr bool is_new_address(StepKind kind) noexcept {
    return kind == StepKind::new_address || kind == StepKind::new_mail || kind == StepKind::new_phone;
}

[[nodiscard]] constexpr bool is_step(std::string_view name, StepKind kind) noexcept {
    const StepSpec* row = find_step(name);
    return row != nullptr && row->kind == kind;
}

} // namespace loquet::config
