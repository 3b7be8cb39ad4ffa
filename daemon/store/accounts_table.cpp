// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/accounts_table.h"

#include "daemon/store/counters_table.h"
#include "daemon/store/identifiers_table.h"
#include "daemon/store/meta_table.h"
#include "daemon/store/record_bytes.h"
#include "lib/base/error.h"
#include "lib/base/text.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace loquet::store {

using base::Error;
using model::Uid;
using records::CredentialRecord;
using records::PrivateRecord;

namespace {

constexpr std::string_view private_name = "an account's private part";
constexpr std::string_view credential_name = "an account's credential";

template <class Repeated>
void replace_texts(Repeated& stored, const std::vector<std::string>& texts) {
    stored.Clear();
    for (const std::string& text : texts) {
        set_text(*stored.Add(), text);
    }
}

model::AccountState state_from(std::uint32_t number) {
    switch (number) {
    case 0:
        return model::AccountState::active;
    case 1:
        return model::AccountState::locked;
    default: // 2, and what only a newer loquetd knows: never more than this one understands
        return model::AccountState::disabled;
    }
}

/// Nothing for what only a newer loquetd knows: it has no words for it.
std::optional<model::ScreenEvent> screen_event_from(std::uint32_t number) {
    const auto first = static_cast<std::uint32_t>(model::ScreenEvent::recovered);
    const auto last = static_cast<std::uint32_t>(model::ScreenEvent::address_changed);
    return number >= first && number <= last ? std::optional(static_cast<model::ScreenEvent>(number)) : std::nullopt;
}

/// Hashes do not stay on the heap behind a message that died.
class WipedCredential {
public:
    explicit WipedCredential(Bytes bytes) : record_(parse<CredentialRecord>(bytes, credential_name)) {}
    WipedCredential(const WipedCredential&) = delete;
    WipedCredential& operator=(const WipedCredential&) = delete;
    ~WipedCredential() {
        wipe(*record_.mutable_password_hash());
        forget_history();
    }
    void forget_history() {
        for (std::string& hash : *record_.mutable_history()) {
            wipe(hash);
        }
        record_.clear_history();
    }
    void forget_password() { wipe(*record_.mutable_password_hash()); }
    CredentialRecord* operator->() { return &record_; }
    CredentialRecord& operator*() { return record_; }

private:
    static void wipe(std::string& text) {
        base::wipe(text.data(), text.size());
        text.clear();
    }
    CredentialRecord record_;
};

using Names = IndexTable<Table::names, Uid>;
using PublicRecords = TypedTable<Table::public_accounts, Uid, model::PublicAccount, decode_public, encode>;
using PrivateRecords = TypedTable<Table::private_accounts, Uid, model::PrivateAccount, decode_private, encode>;
using CredentialRecords = TypedTable<Table::credential, Uid, model::Credential, decode_credential, encode>;

void require_account(const ReadTxn& txn, Uid uid) {
    if (!PublicAccounts::contains(txn, uid)) {
        throw Error(Error::Kind::not_found, "no account has the number " + std::to_string(uid.value));
    }
}

/// What became of a number; there is a record for every one that was ever given.
enum class Fate : std::uint8_t { given = 1, erased = 2 };

std::optional<Fate> fate(const ReadTxn& txn, Uid uid) {
    const auto value = txn.get(Table::numbers, Key(uid));
    if (!value) {
        return std::nullopt;
    }
    return value->size() == 1 && value->front() == static_cast<std::uint8_t>(Fate::given) ? Fate::given : Fate::erased;
}

void put_fate(WriteTxn& txn, Uid uid, Fate fate) {
    const auto byte = static_cast<std::uint8_t>(fate);
    txn.put(Table::numbers, Key(uid), {&byte, 1});
}

/// Points the index at the account, and not at its former name any more.
void index_name(WriteTxn& txn, const model::PublicAccount& account, const std::optional<model::PublicAccount>& before) {
    const model::Digest name = txn.digest(DigestKind::name, account.name);
    const auto owner = Names::get(txn, name);
    if (owner == account.uid) {
        return;
    }
    if (owner) {
        throw Error(Error::Kind::conflict,
                    "another account has the name \"" + base::printable(account.name, 64) + "\"");
    }
    if (before) {
        const model::Digest former = txn.digest(DigestKind::name, before->name);
        Names::erase(txn, former);
        CountersTable::move_attempts(txn, former, name);
    }
    Names::put(txn, name, account.uid);
}

/// Every record of the table whose key is the UID or begins with it.
void erase_by_uid(WriteTxn& txn, Table table, Uid uid) {
    std::vector<Key> keys;
    txn.each_key(table, Key(uid), [&](Bytes bytes) {
        if (key_from<Uid>(bytes.first(std::min(bytes.size(), sizeof uid.value))) != uid) {
            return false;
        }
        keys.push_back(Key::from(bytes));
        return true;
    });
    for (const Key& key : keys) {
        txn.erase(table, key);
    }
}

void erase_from(WriteTxn& txn, const TableSpec& spec, const model::PublicAccount& account, const model::Digest& name) {
    switch (spec.when_erased) {
    case WhenErased::stays:
        return;
    case WhenErased::goes_by_uid:
        return erase_by_uid(txn, spec.table, account.uid);
    case WhenErased::goes_by_name:
        txn.erase(spec.table, Key(name));
        return;
    case WhenErased::goes_by_address: // before the record that has the addresses: AccountsTable::erase
        return;
    case WhenErased::leaves_groups:
        return GroupsTable::move(txn, &account, nullptr);
    case WhenErased::is_marked:
        return put_fate(txn, account.uid, Fate::erased);
    }
}

constexpr std::string_view next_uid_key = "next-uid";

Uid uid_at(std::uint64_t number) {
    return Uid{static_cast<std::uint32_t>(number)};
}

} // namespace

model::PrivateAccount decode_private(Bytes bytes) {
    auto record = parse<PrivateRecord>(bytes, private_name);
    std::vector<model::RevocationCode> codes;
    for (const auto& code : record.revocation_codes()) {
        codes.push_back({digest_from(code.code()), base::Milliseconds(code.until_ms())});
    }
    std::vector<model::TrustedPlace> places;
    for (const auto& place : record.trusted_places()) {
        places.push_back({digest_from(place.place()), base::Milliseconds(place.proved_ms())});
    }
    std::vector<model::ScreenNotice> notices;
    for (auto& notice : *record.mutable_screen_notices()) {
        if (const auto event = screen_event_from(notice.event())) {
            notices.push_back(
                {*event, base::Milliseconds(notice.when_ms()), std::move(*notice.mutable_by()), notice.left()});
        }
    }
    return {.state = state_from(record.state()),
            .state_reason = std::move(*record.mutable_state_reason()),
            .generation = record.generation(),
            .created = base::Milliseconds(record.created_ms()),
            .last_login = base::Milliseconds(record.last_login_ms()),
            .mail = std::move(*record.mutable_mail()),
            .phone = std::move(*record.mutable_phone()),
            .mail_confirmed = base::Milliseconds(record.mail_confirmed_ms()),
            .phone_confirmed = base::Milliseconds(record.phone_confirmed_ms()),
            .mail_held_until = base::Milliseconds(record.mail_held_until_ms()),
            .phone_held_until = base::Milliseconds(record.phone_held_until_ms()),
            .organisation = std::move(*record.mutable_organisation()),
            .locale = std::move(*record.mutable_locale()),
            .authorisations = {record.authorisations().begin(), record.authorisations().end()},
            .factors = {record.factors().begin(), record.factors().end()},
            .revocation_codes = std::move(codes),
            .trusted_places = std::move(places),
            .screen_notices = std::move(notices),
            .unlocks = day_count_from(record.unlocks())};
}

base::SecureBytes encode(const model::PrivateAccount& account, Bytes stored) {
    auto record = parse<PrivateRecord>(stored, private_name);
    if (stored.empty() || state_from(record.state()) != account.state) { // keeps a state that only a newer one knows
        record.set_state(static_cast<std::uint32_t>(account.state));
    }
    set_text(*record.mutable_state_reason(), account.state_reason);
    record.set_generation(account.generation);
    record.set_created_ms(account.created.count());
    record.set_last_login_ms(account.last_login.count());
    set_text(*record.mutable_mail(), account.mail);
    set_text(*record.mutable_phone(), account.phone);
    record.set_mail_confirmed_ms(account.mail_confirmed.count());
    record.set_phone_confirmed_ms(account.phone_confirmed.count());
    record.set_mail_held_until_ms(account.mail_held_until.count());
    record.set_phone_held_until_ms(account.phone_held_until.count());
    set_text(*record.mutable_organisation(), account.organisation);
    set_text(*record.mutable_locale(), account.locale);
    replace_texts(*record.mutable_authorisations(), account.authorisations);
    replace_texts(*record.mutable_factors(), account.factors);
    record.clear_revocation_codes();
    for (const auto& [code, until] : account.revocation_codes) {
        auto& stored_code = *record.add_revocation_codes();
        stored_code.set_code(digest_bytes(code));
        stored_code.set_until_ms(until.count());
    }
    record.clear_trusted_places();
    for (const auto& [place, proved] : account.trusted_places) {
        auto& stored_place = *record.add_trusted_places();
        stored_place.set_place(digest_bytes(place));
        stored_place.set_proved_ms(proved.count());
    }
    record.clear_screen_notices();
    for (const model::ScreenNotice& notice : account.screen_notices) {
        auto& stored_notice = *record.add_screen_notices();
        stored_notice.set_event(static_cast<std::uint32_t>(notice.event));
        stored_notice.set_when_ms(notice.when.count());
        set_text(*stored_notice.mutable_by(), notice.by);
        stored_notice.set_left(notice.left);
    }
    if (account.unlocks == model::DayCount{}) {
        record.clear_unlocks();
    } else {
        put_day_count(account.unlocks, *record.mutable_unlocks());
    }
    return to_bytes(record);
}

model::Credential decode_credential(Bytes bytes) {
    WipedCredential record(bytes);
    return {.password_hash = record->password_hash(),
            .password_changed = base::Milliseconds(record->password_changed_ms()),
            .must_change = record->must_change(),
            .own_before = record->own_before(),
            .history = {record->history().begin(), record->history().end()}};
}

base::SecureBytes encode(const model::Credential& credential, Bytes stored) {
    WipedCredential record(stored);
    record.forget_password();
    record.forget_history();
    set_text(*record->mutable_password_hash(), credential.password_hash);
    record->set_password_changed_ms(credential.password_changed.count());
    record->set_must_change(credential.must_change);
    record->set_own_before(credential.own_before);
    replace_texts(*record->mutable_history(), credential.history);
    return to_bytes(*record);
}

std::optional<model::Account> AccountsTable::named(const ReadTxn& txn, std::string_view name) {
    const Key wanted(txn.digest(DigestKind::name, name));
    bool is_wanted = false;
    std::optional<Uid> uid;
    const auto take = [&](Bytes key, Bytes value) {
        is_wanted = std::ranges::equal(key, wanted.bytes());
        uid = key_from<Uid>(value);
        return false;
    };
    txn.each(Table::names, wanted, take);
    if (!uid) { // behind the last one
        txn.each(Table::names, Key(model::Digest{}), take);
    }
    if (!uid) {
        return std::nullopt;
    }
    std::optional<model::PublicAccount> open_record;
    std::optional<model::PrivateAccount> closed_record;
    try {
        open_record = PublicAccounts::get(txn, *uid);
        closed_record = PrivateAccounts::get(txn, *uid);
    } catch (const Error&) {
        if (is_wanted) {
            throw;
        }
    }
    if (!is_wanted) {
        return std::nullopt;
    }
    if (!open_record || !closed_record) {
        throw Error(Error::Kind::corrupt, "account " + std::to_string(uid->value) + " has no record");
    }
    return model::Account{std::move(*open_record), std::move(*closed_record)};
}

Uid AccountsTable::allocate(WriteTxn& txn, const UidRange& range) {
    UidCursor cursor(txn, range);
    const Uid uid = cursor.allocate([](Uid) { return false; });
    cursor.keep_place();
    return uid;
}

void AccountsTable::mark_given(WriteTxn& txn, Uid number) {
    put_fate(txn, number, Fate::given);
}

bool AccountsTable::is_given(const ReadTxn& txn, Uid number) {
    return txn.contains(Table::numbers, Key(number));
}

void AccountsTable::put(WriteTxn& txn, const model::PublicAccount& account) {
    const auto number = fate(txn, account.uid);
    if (number == Fate::erased) {
        throw Error(Error::Kind::conflict, "the number " + std::to_string(account.uid.value)
                                               + " belonged to an account that was erased, and is not given again");
    }
    if (!number) {
        put_fate(txn, account.uid, Fate::given);
    }
    const auto before = PublicAccounts::get(txn, account.uid);
    if (before == account) {
        return;
    }
    index_name(txn, account, before);
    PublicRecords::put(txn, account.uid, account);
    GroupsTable::move(txn, before ? &*before : nullptr, &account);
    txn.after_commit(PublicChange{.accounts = {account.uid}, .groups = {}});
}

void AccountsTable::put(WriteTxn& txn, Uid uid, const model::PrivateAccount& account) {
    require_account(txn, uid);
    IdentifiersTable::move(txn, uid, PrivateRecords::get(txn, uid), account);
    PrivateRecords::put(txn, uid, account);
}

void AccountsTable::put(WriteTxn& txn, Uid uid, const model::Credential& credential) {
    require_account(txn, uid);
    CredentialRecords::put(txn, uid, credential);
}

bool AccountsTable::erase(WriteTxn& txn, Uid uid) {
    const auto account = PublicAccounts::get(txn, uid);
    if (!account) {
        return false;
    }
    const model::Digest name = txn.digest(DigestKind::name, account->name);
    CountersTable::erase_attempts(txn, name);
    IdentifiersTable::move(txn, uid, PrivateRecords::get(txn, uid), std::nullopt);
    for (const TableSpec& spec : table_specs) {
        erase_from(txn, spec, *account, name);
    }
    txn.after_commit(PublicChange{.accounts = {uid}, .groups = {}});
    return true;
}

UidCursor::UidCursor(WriteTxn& txn, const UidRange& range)
    : txn_(txn), range_(range), next_(MetaTable::number(txn, next_uid_key).value_or(range.first)) {
    if (next_ < range.first) { // the range was another before
        next_ = range.first;
    }
}

/// From next_ to the end of the range.
bool UidCursor::find_free(const IsTaken& is_taken) {
    while (next_ <= range_.last && (AccountsTable::is_given(txn_, uid_at(next_)) || is_taken(uid_at(next_)))) {
        ++next_;
    }
    return next_ <= range_.last;
}

Uid UidCursor::allocate(const IsTaken& is_taken) {
    if (!find_free(is_taken)) {
        next_ = range_.first; // what was passed over may be free by now
        if (!find_free(is_taken)) {
            throw base::Error(base::Error::Kind::limited, "every account number from " + std::to_string(range_.first)
                                                              + " to " + std::to_string(range_.last)
                                                              + " has been given once: widen the range in the "
                                                                "configuration");
        }
    }
    const Uid uid = uid_at(next_);
    AccountsTable::mark_given(txn_, uid);
    ++next_;
    moved_ = true;
    return uid;
}

void UidCursor::keep_place() {
    if (moved_) {
        MetaTable::put_number(txn_, next_uid_key, next_);
    }
}

} // namespace loquet::store
