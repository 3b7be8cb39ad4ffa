// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/conversation/steps/password_step.h"

#include "daemon/accounts/password_record.h"
#include "daemon/notices/disown_code.h"
#include "daemon/store/accounts_table.h"

namespace loquet::conversation {

using store::Credentials;

namespace {

std::string why_not(const Subject& subject, const std::string& hash) {
    if (!subject.account) {
        return "unknown-name";
    }
    if (hash.empty()) {
        return "no-password";
    }
    return "wrong-password";
}

} // namespace

base::Task<StepResult> PasswordStep::begin(Dialog& dialog) {
    StepResult result;
    result.turn = protocol::Ask{
        {{protocol::PromptStyle::secret, "password", texts_.render(dialog.client.locale, "password.prompt")}}};
    co_return result;
}

base::Task<StepResult> PasswordStep::answer(Dialog& /*dialog*/, const Subject& subject, protocol::Answers answers) {
    const std::string hash = store_.read([&](const store::ReadTxn& txn) {
        const auto credential = subject.account ? Credentials::get(txn, *subject.uid()) : std::nullopt;
        return credential ? credential->password_hash : std::string();
    });
    base::Secret password = std::move(answers.at(0));
    auto verification = hasher_.verify(password.clone(), hash, subject.seat);
    const bool right = co_await verification;
    const bool disowned = is_disowned(subject, password); // looked for whatever was typed: it takes as long

    StepResult result;
    if (right && subject.account) {
        result.turn = protocol::Granted{};
        try {
            auto anew = rehash(subject, std::move(password), hash);
            result.writes = co_await anew;
        } catch (const base::Error& error) { // too long for the configured method, or no room: the old hash is right
            result.detail = std::string("hash-not-renewed: ") + error.what();
        }
        co_return result;
    }
    if (disowned) {
        result.turn = protocol::Denied{protocol::Reason::disowned, {}, {}};
        result.detail = "disowned";
        result.disowned = true;
        result.needs_durable = true;
        result.writes.emplace_back(
            [uid = *subject.uid(), wall = clock_.wall()](store::WriteTxn& txn) { notices::disown(txn, uid, wall); });
        co_return result;
    }
    result.turn = protocol::Denied{protocol::Reason::refused, {}, {}};
    result.detail = why_not(subject, hash);
    result.person_failed = true;
    co_return result;
}

bool PasswordStep::is_disowned(const Subject& subject, const base::Secret& typed) const {
    const base::Secret code = notices::disown_code_in(typed.reveal());
    const model::Digest digest = store_.digest(store::DigestKind::disown, code.reveal());
    return !code.empty() && subject.account && notices::runs(subject.account->closed, digest, clock_.wall());
}

base::Task<std::vector<store::Store::Work>> PasswordStep::rehash(const Subject& subject, base::Secret password,
                                                                 std::string old_hash) {
    std::vector<store::Store::Work> writes;
    const bool is_open = subject.account->closed.state == model::AccountState::active;
    if (!is_open || !hasher_.weaker_than_configured(old_hash)) {
        co_return writes; // a proof that will be refused takes no more time than a wrong one
    }
    auto hashing = hasher_.hash(std::move(password), subject.seat);
    std::string new_hash = co_await hashing;
    const model::Uid uid = *subject.uid();
    writes.emplace_back([uid, old_hash = std::move(old_hash), new_hash = std::move(new_hash)](store::WriteTxn& txn) {
        accounts::replace_hash(txn, uid, old_hash, new_hash);
    });
    co_return writes;
}

} // namespace loquet::conversation
