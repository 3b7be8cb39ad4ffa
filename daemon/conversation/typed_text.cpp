// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/conversation/typed_text.h"

#include "daemon/model/canonical_form.h"
#include "daemon/recovery/typed_code.h"
#include "daemon/store/accounts_table.h"
#include "lib/base/text.h"
#include "lib/protocol/names.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <system_error>

namespace loquet::conversation {

namespace {

/// What factor::compact() leaves out of a code: blanks, tabs, hyphens and dashes, no-break spaces.
constexpr std::array<std::string_view, 8> separators{
    " ", "\t", "-", "\xC2\xA0", "\xE2\x80\xAF", "\xE2\x80\x90", "\xE2\x80\x91", "\xE2\x80\x93"};

bool is_blank(std::string_view text) {
    while (!text.empty()) {
        const auto* const separator = std::find_if(separators.begin(), separators.end(),
                                                   [&](std::string_view each) { return text.starts_with(each); });
        if (separator == separators.end()) {
            return false;
        }
        text.remove_prefix(separator->size());
    }
    return true;
}

} // namespace

model::Digest typed_digest(const store::Store& store, const base::Secret& typed) {
    return store.digest(store::DigestKind::revocation_code,
                        typed.reveal()); // of what is typed where a password is asked
}

bool are_blank(const protocol::Answers& answers) {
    return !answers.empty() && std::all_of(answers.begin(), answers.end(), [](const base::Secret& answer) {
        return is_blank(answer.reveal());
    });
}

std::string_view trimmed(std::string_view typed) noexcept {
    constexpr std::string_view blanks = " \t";
    const std::size_t first = typed.find_first_not_of(blanks);
    return first == std::string_view::npos ? std::string_view()
                                           : typed.substr(first, typed.find_last_not_of(blanks) - first + 1);
}

std::optional<std::size_t> number_in(std::string_view typed) {
    typed = trimmed(typed);
    if (typed == "-") {
        return 6;
    }
    std::size_t end = 0;
    const auto key = typed.empty() ? std::nullopt : base::next_code_point(typed, end);
    if (const char digit = key && end == typed.size() ? recovery::digit_of_french_key(*key) : '\0'; digit != '\0') {
        return static_cast<std::size_t>(digit - '0');
    }
    std::size_t number = 0;
    const auto [rest, error] = std::from_chars(typed.begin(), typed.end(), number);
    if (error != std::errc() || rest != typed.end()) {
        return std::nullopt;
    }
    return number;
}

bool is_sshd_placeholder(const base::Secret& answer) {
    constexpr std::string_view junk = "\b\n\r\177INCORRECT";
    const std::string_view typed = answer.reveal();
    for (std::size_t i = 0; i < typed.size(); ++i) {
        if (typed[i] != junk[i % junk.size()]) {
            return false;
        }
    }
    return !typed.empty();
}

Subject unknown_subject(const store::Store& store, const std::string& typed_name, const Client& client) {
    Subject subject;
    subject.name = typed_name;
    subject.identity = store.digest(store::DigestKind::identity, typed_name);
    subject.place = store.digest(store::DigestKind::place, client.place());
    return subject;
}

std::optional<model::Digest> typed_address(const store::Store& store, std::string_view typed,
                                           const model::Digest& place) {
    const auto mail = model::canonical_mail(typed);
    if (!mail) {
        return std::nullopt;
    }
    std::string text = "waits ";
    text.append(place.bytes.begin(), place.bytes.end());
    return store.digest(store::DigestKind::identity, text + *mail);
}

Subject find_subject(const store::Store& store, const std::string& typed_name, const Client& client) {
    const auto canonical = model::canonical_name(typed_name);
    const bool other_spelling = canonical && *canonical != typed_name;
    if (other_spelling && client.is_root() && !client.account_uid && !protocol::takes_name_back(client.service)) {
        return unknown_subject(store, typed_name, client);
    }
    Subject subject;
    subject.name = canonical.value_or(typed_name);
    // Also of what can be no name: it takes as long, and nobody has it.
    subject.account =
        store.read([&](const store::ReadTxn& txn) { return store::AccountsTable::named(txn, subject.name); });
    const auto uid = subject.uid();
    const bool theirs = client.is_root() ? !client.account_uid || (uid && uid->value == *client.account_uid)
                                         : uid && uid->value == client.uid;
    if (!theirs) {
        throw base::Error(base::Error::Kind::not_found, "this is not an account of Loquet, or you may not act for it");
    }
    subject.identity = store.digest(canonical ? store::DigestKind::name : store::DigestKind::identity, subject.name);
    subject.place = store.digest(store::DigestKind::place, client.place());
    return subject;
}

} // namespace loquet::conversation
