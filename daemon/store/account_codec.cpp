// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/store/record_bytes.h"

#include <utility>

namespace loquet::store {

using records::CredentialRecord;
using records::GroupRecord;
using records::PrivateRecord;
using records::PublicRecord;

namespace {

constexpr std::string_view public_name = "an account's public part";
constexpr std::string_view group_name = "a group";
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

} // namespace

model::PublicAccount decode_public(model::Uid uid, Bytes bytes) {
    auto record = parse<PublicRecord>(bytes, public_name);
    return {.uid = uid,
            .gid = record.gid(),
            .name = std::move(*record.mutable_name()),
            .display_name = std::move(*record.mutable_display_name()),
            .home = std::move(*record.mutable_home()),
            .shell = std::move(*record.mutable_shell()),
            .groups = {record.groups().begin(), record.groups().end()}};
}

model::PublicGroup decode_group(std::uint32_t gid, Bytes bytes) {
    auto record = parse<GroupRecord>(bytes, group_name);
    return {.gid = gid, .organisation = std::move(*record.mutable_organisation())};
}

base::SecureBytes encode(const model::PublicGroup& group) {
    GroupRecord record;
    set_text(*record.mutable_organisation(), group.organisation);
    return to_bytes(record);
}

base::SecureBytes encode(const model::PublicAccount& account, Bytes stored) {
    auto record = parse<PublicRecord>(stored, public_name);
    record.set_gid(account.gid);
    set_text(*record.mutable_name(), account.name);
    set_text(*record.mutable_display_name(), account.display_name);
    set_text(*record.mutable_home(), account.home);
    set_text(*record.mutable_shell(), account.shell);
    record.mutable_groups()->Assign(account.groups.begin(), account.groups.end());
    return to_bytes(record);
}

model::PrivateAccount decode_private(Bytes bytes) {
    auto record = parse<PrivateRecord>(bytes, private_name);
    std::vector<model::DisownCode> codes;
    for (const auto& code : record.disown_codes()) {
        codes.push_back({digest_from(code.code()), base::Milliseconds(code.until_ms())});
    }
    std::vector<model::TrustedSeat> seats;
    for (const auto& seat : record.trusted_seats()) {
        seats.push_back({digest_from(seat.seat()), base::Milliseconds(seat.proved_ms())});
    }
    return {.state = state_from(record.state()),
            .state_reason = std::move(*record.mutable_state_reason()),
            .generation = record.generation(),
            .created = base::Milliseconds(record.created_ms()),
            .last_login = base::Milliseconds(record.last_login_ms()),
            .mail = std::move(*record.mutable_mail()),
            .phone = std::move(*record.mutable_phone()),
            .organisation = std::move(*record.mutable_organisation()),
            .locale = std::move(*record.mutable_locale()),
            .authorisations = {record.authorisations().begin(), record.authorisations().end()},
            .factors = {record.factors().begin(), record.factors().end()},
            .disown_codes = std::move(codes),
            .trusted_seats = std::move(seats)};
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
    set_text(*record.mutable_organisation(), account.organisation);
    set_text(*record.mutable_locale(), account.locale);
    replace_texts(*record.mutable_authorisations(), account.authorisations);
    replace_texts(*record.mutable_factors(), account.factors);
    record.clear_disown_codes();
    for (const auto& [code, until] : account.disown_codes) {
        auto& stored_code = *record.add_disown_codes();
        stored_code.set_code(digest_bytes(code));
        stored_code.set_until_ms(until.count());
    }
    record.clear_trusted_seats();
    for (const auto& [seat, proved] : account.trusted_seats) {
        auto& stored_seat = *record.add_trusted_seats();
        stored_seat.set_seat(digest_bytes(seat));
        stored_seat.set_proved_ms(proved.count());
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

} // namespace loquet::store
