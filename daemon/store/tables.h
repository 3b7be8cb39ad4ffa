// SPDX-License-Identifier: LGPL-2.1-or-later
// The tables of the store. docs/store-schema.md says what each holds. A new or renamed table is a new schema number
// (schema.h). Plain values.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace loquet::store {

enum class Table : std::uint8_t {
    meta,          ///< schema number, wrapped data key, steady time, cursor of UIDs, head of the audit chain
    names,         ///< digest of a name -> UID
    open,          ///< UID -> model::PublicAccount
    closed,        ///< UID -> model::PrivateAccount
    credential,    ///< UID -> model::Credential
    numbers,       ///< every UID that was ever given -> whether its account was erased
    attempts,      ///< digest of a name -> model::AttemptCounters of an account
    strangers,     ///< ... of names that nobody has; bounded
    seats,         ///< digest of a seat -> Counter; bounded
    steps,         ///< UID + digest of a step's name -> the step's own bytes
    audit,         ///< sequence number -> audit record and its link of the chain
    groups,        ///< GID -> model::PublicGroup
    organisations, ///< digest of an organisation -> GID of its group
    members,       ///< GID + UID -> nothing; who is in the group
    outbox,        ///< number of a message -> model::Outgoing, and its model::Letter until it has a final state
    budgets,       ///< digest of a budget -> model::Spending; bounded
    references,    ///< digest of a message's reference -> number of the message
};

/// The name in LMDB, which is also part of what each value is sealed with: an index into it is a Table.
inline constexpr std::array<std::string_view, 17> table_names{
    "meta",  "names", "open",   "closed",        "credential", "numbers", "attempts", "strangers", "seats",
    "steps", "audit", "groups", "organisations", "members",    "outbox",  "budgets",  "references"};

[[nodiscard]] constexpr std::size_t index_of(Table table) noexcept {
    return static_cast<std::size_t>(table);
}
[[nodiscard]] constexpr std::string_view name_of(Table table) noexcept {
    return table_names[index_of(table)]; // NOLINT(cppcoreguidelines-pro-bounds-constant-array-index): one per Table
}

} // namespace loquet::store
