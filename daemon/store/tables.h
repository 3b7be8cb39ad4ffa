// SPDX-License-Identifier: LGPL-2.1-or-later
// The tables of the store, their keys, and the keyed hashes in them: one line each, read by all that goes over tables
// (opening, sealing, the erasure of an account, schemas, tests), and compared with docs/store-schema.md by
// lint.store_tables. Plain values.
#pragma once

#include "daemon/model/ids.h"
#include "daemon/model/ticket.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace loquet::store {

/// What becomes of an account's records in a table when it is erased (AccountsTable::erase).
enum class WhenErased : std::uint8_t {
    stays,           ///< stays
    goes_by_uid,     ///< goes: the key begins with its UID
    goes_by_name,    ///< goes: the key is the digest of its name, or one made of that for an axis
    goes_by_address, ///< goes: found by the addresses in its private record
    leaves_groups,   ///< goes: its memberships
    is_marked,       ///< is marked as erased
};

/// Which values are sealed (sealing.h).
enum class Sealed : std::uint8_t {
    all,              ///< all
    all_but_data_key, ///< all but `data-key`
};

// clang-format off
/// X(name, name in LMDB, schema that brought it, when an account is erased, what is sealed, key, beginning of the value).
/// The name in LMDB is also part of what each value is sealed with: it is never changed, nor is the order.
#define LOQUET_TABLES(X) \
    X(meta,             "meta",          1, stays,         all_but_data_key, "a name, see below", "") \
    X(names,            "names",         1, goes_by_name,  all, "digest of the canonical name", "UID, 4 bytes") \
    X(public_accounts,  "open",          1, goes_by_uid,   all, "UID", "`PublicRecord`") \
    X(private_accounts, "closed",        1, goes_by_uid,   all, "UID", "`PrivateRecord`") \
    X(credential,       "credential",    1, goes_by_uid,   all, "UID", "`CredentialRecord`") \
    X(numbers,          "numbers",       1, is_marked,     all, "UID", "one byte: 1 given, 2 its account was erased") \
    X(attempts,         "attempts",      1, goes_by_name,  all, "digest of an account's name, on an axis", "`AttemptsRecord`") \
    X(unknown_names,    "strangers",     1, goes_by_name,  all, "digest of what was typed where no account has the name, on an axis", "the same record") \
    X(places,           "seats",         1, stays,         all, "digest of a place, on an axis", "`CounterRecord`") \
    X(steps,            "steps",         1, goes_by_uid,   all, "UID, then the digest of the step's name", "the step's own bytes") \
    X(audit,            "audit",         1, stays,         all, "sequence number, 8 bytes", "link of the chain (32 bytes), then `AuditRecord`") \
    X(groups,           "groups",        2, stays,         all, "GID", "`GroupRecord`") \
    X(organisations,    "organisations", 2, stays,         all, "digest of the organisation", "GID of its group, 4 bytes") \
    X(members,          "members",       2, leaves_groups, all, "GID, then UID", "nothing") \
    X(outbox,           "outbox",        3, stays,         all, "number of a message, 8 bytes; never given twice", "length and bytes of the content") \
    X(budgets,          "budgets",       3, stays,         all, "digest of a budget", "`UsageRecord`") \
    X(references,       "references",    3, stays,         all, "digest of a message's reference", "number of the message, 8 bytes") \
    X(tickets,          "tickets",       4, goes_by_uid,   all, "UID, then type and medium (0: none) of the ticket, 1 byte each", "length and bytes of the seed") \
    X(identifiers,      "identifiers",   5, goes_by_address, all, "digest of an identifier, then UID", "nothing") \
    X(acts,             "acts",          5, goes_by_uid,   all, "UID, then number of the act, 8 bytes", "`ActRecord`")

/// X(kind, label, of what). Each kind has a key of its own, derived with its label, so that a name and a place of the
/// same text differ. A label is never changed.
#define LOQUET_DIGESTS(X) \
    X(name,            "name",         "a canonical name, or what was typed in its place") \
    X(mail,            "mail",         "a mail address") \
    X(phone,           "phone",        "a telephone number") \
    X(place,           "seat",         "a place") \
    X(identity,        "identity",     "what a person is known by besides the name") \
    X(step,            "step",         "the name of a step") \
    X(organisation,    "organisation", "the name of an organisation") \
    X(budget,          "budget",       "what a budget is for") \
    X(revocation_code, "disown",       "the code of a notice") \
    X(reference,       "reference",    "a message's reference") \
    X(recovery,        "recovery",     "whose counter it is, on the axis of recovery") \
    X(identifier,      "identifier",   "what finds an account besides its name: its sort, a blank, its canonical form")
// clang-format on

#define LOQUET_ENUMERATOR(name, ...) name,

enum class Table : std::uint8_t { LOQUET_TABLES(LOQUET_ENUMERATOR) };

/// What a keyed hash is of.
enum class DigestKind : std::uint8_t { LOQUET_DIGESTS(LOQUET_ENUMERATOR) };

struct TableSpec {
    Table table;
    std::string_view name; ///< in LMDB, and in what each value is sealed with
    std::uint32_t since;   ///< the first schema that has it
    WhenErased when_erased;
    Sealed sealed;
};

#define LOQUET_TABLE_SPEC(name, stored_name, since, when_erased, sealed, ...)                                          \
    TableSpec{Table::name, stored_name, since, WhenErased::when_erased, Sealed::sealed},
#define LOQUET_DIGEST_LABEL(name, label, ...) std::string_view(label),

/// An index into it is a Table.
inline constexpr std::array table_specs{LOQUET_TABLES(LOQUET_TABLE_SPEC)};
/// An index into it is a DigestKind.
inline constexpr std::array digest_labels{LOQUET_DIGESTS(LOQUET_DIGEST_LABEL)};

#undef LOQUET_ENUMERATOR
#undef LOQUET_TABLE_SPEC
#undef LOQUET_DIGEST_LABEL

/// The first schema that has all of the tables.
inline constexpr std::uint32_t newest_table =
    std::max_element(table_specs.begin(), table_specs.end(), [](const TableSpec& a, const TableSpec& b) {
        return a.since < b.since;
    })->since;

[[nodiscard]] constexpr std::size_t index_of(Table table) noexcept {
    return static_cast<std::size_t>(table);
}
[[nodiscard]] constexpr std::string_view name_of(Table table) noexcept {
    return table_specs[index_of(table)]
        .name; // NOLINT(cppcoreguidelines-pro-bounds-constant-array-index): one per Table
}

using Bytes = std::span<const std::uint8_t>;

/// An account's place in a group: a key of the table of members.
struct Membership {
    std::uint32_t gid = 0;
    model::Uid uid;
};

/// What finds an account besides its name: a key of the table of identifiers.
struct IdentifierKey {
    model::Digest identifier;
    model::Uid account;
};

/// Where an account's ticket stands: a key of the table of tickets.
struct TicketKey {
    model::Uid account;
    model::TicketPlace place;
};

/// One of an account's acts: a key of the table of acts.
struct ActKey {
    model::Uid account;
    std::uint64_t number = 0;
};

/// The bytes of one key, on the stack: big-endian numbers, raw digests, or a text, so that the order of the bytes is
/// the order of the values. Nothing else writes keys.
class Key {
public:
    static constexpr std::size_t capacity = 128; ///< LMDB takes 511; no key of the store is longer than this

    Key() = default;
    explicit Key(model::Uid uid) { add(uid.value); }
    explicit Key(const model::Digest& digest) { add(digest.bytes); }
    explicit Key(std::uint64_t number) { add(number); }
    explicit Key(std::uint32_t gid) { add(gid); }
    explicit Key(const Membership& member) {
        add(member.gid);
        add(member.uid.value);
    }
    explicit Key(const TicketKey& ticket);
    explicit Key(const IdentifierKey& identifier) {
        add(identifier.identifier.bytes);
        add(identifier.account.value);
    }
    explicit Key(const ActKey& act) {
        add(act.account.value);
        add(act.number);
    }
    /// Throws Error (invalid) where the text does not fit.
    explicit Key(std::string_view text) { add(text); }
    Key(model::Uid uid, const model::Digest& digest) {
        add(uid.value);
        add(digest.bytes);
    }
    /// A key as it was read.
    [[nodiscard]] static Key from(std::span<const std::uint8_t> bytes) {
        Key key;
        key.add(bytes);
        return key;
    }

    [[nodiscard]] std::span<const std::uint8_t> bytes() const noexcept { return {bytes_.data(), size_}; }

private:
    void add(std::uint32_t number);
    void add(std::uint64_t number);
    void add(std::string_view text);
    void add(std::span<const std::uint8_t> bytes);

    std::array<std::uint8_t, capacity> bytes_{};
    std::size_t size_ = 0;
};

/// Reading keys back; nothing where the bytes have another length.
template <class T>
[[nodiscard]] std::optional<T> key_from(Bytes bytes) noexcept = delete;
template <>
[[nodiscard]] std::optional<model::Uid> key_from(Bytes bytes) noexcept;
template <>
[[nodiscard]] std::optional<std::uint32_t> key_from(Bytes bytes) noexcept;
template <>
[[nodiscard]] std::optional<std::uint64_t> key_from(Bytes bytes) noexcept;
template <>
[[nodiscard]] std::optional<model::Digest> key_from(Bytes bytes) noexcept;
template <>
[[nodiscard]] std::optional<Membership> key_from(Bytes bytes) noexcept;
template <>
[[nodiscard]] std::optional<IdentifierKey> key_from(Bytes bytes) noexcept;
template <>
[[nodiscard]] std::optional<ActKey> key_from(Bytes bytes) noexcept;

} // namespace loquet::store
