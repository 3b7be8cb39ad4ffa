// SPDX-License-Identifier: LGPL-2.1-or-later
// Whom the helpdesk has on the telephone: accounts by mail address, telephone number or name of a person. It goes over
// all accounts, so it does that by slices, each in a transaction of its own. Read on the caller's thread.
#pragma once

#include "daemon/model/account.h"
#include "daemon/model/ids.h"
#include "daemon/store/transaction.h"
#include "lib/base/limits.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace loquet::accounts {

/// What is looked for. Plain value.
struct SearchTerms {
    enum class By : std::uint8_t { mail, phone, name };
    By by = By::name;
    std::string address; ///< of mail, in small letters; of phone "+33612345678", or "0612345678" of any country
    std::vector<std::string> words; ///< of a name, folded (model/person_name.h)

    /// A text with an '@' is a mail address, one of digits and what stands between them a number, everything else a
    /// name. Throws Error (invalid), with a sentence that says what to type, for what could find nobody or everybody.
    static SearchTerms read(std::string_view typed);
    /// The same for all ways to write it; for the audit log's keyed hash.
    [[nodiscard]] std::string normalised() const;
    friend bool operator==(const SearchTerms&, const SearchTerms&) = default;
};
[[nodiscard]] std::string_view to_text(SearchTerms::By by) noexcept;

/// Mail address and number are the whole ones. Each word of a name begins a word of the person's name or of the
/// account's.
[[nodiscard]] bool matches(const SearchTerms& terms, const model::PublicAccount& account);
[[nodiscard]] bool matches(const SearchTerms& terms, const model::PrivateAccount& account);

class AccountSearch {
public:
    explicit AccountSearch(SearchTerms terms) : terms_(std::move(terms)) {}

    /// Looks at the next accounts, at most `slice`. True at the end: all were seen, or there are more than
    /// limits::found_accounts.
    [[nodiscard]] bool advance(const store::ReadTxn& txn, std::size_t slice);
    /// In order of number.
    [[nodiscard]] const std::vector<model::Uid>& found() const noexcept { return found_; }
    /// There are more of them.
    [[nodiscard]] bool more() const noexcept { return more_; }
    [[nodiscard]] const SearchTerms& terms() const noexcept { return terms_; }

private:
    void look_at(const store::ReadTxn& txn, const model::PublicAccount& account);

    SearchTerms terms_;
    model::Uid next_;
    std::vector<model::Uid> found_;
    bool more_ = false;
};

} // namespace loquet::accounts
