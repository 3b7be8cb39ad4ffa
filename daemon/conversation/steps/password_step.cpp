// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/conversation/steps/password_step.h"

#include "daemon/config/flow_tables.h"
#include "daemon/conversation/self_service.h"
#include "daemon/conversation/typed_text.h"
#include "daemon/notices/notices.h"
#include "daemon/store/accounts_table.h"
#include "daemon/work/crypt.h"

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

base::Task<Effects> PasswordStep::begin(Dialog& dialog, const Subject& /*subject*/) {
    Effects result;
    // Who is about to choose a new password must know that it is the present one that is wanted here.
    const char* const text = dialog.logs_in() ? "password.prompt" : "password.current";
    result.turn = protocol::Ask{{{protocol::PromptStyle::secret, config::spec_of(config::StepKind::password).name,
                                  texts_.render(dialog.client.locale, text), protocol::PromptRole::current_password}}};
    co_return result;
}

base::Task<Effects> PasswordStep::answer(Dialog& dialog, const Subject& subject, protocol::Answers answers) {
    model::Credential credential = store_.read([&](const store::ReadTxn& txn) {
        const auto found = subject.account ? Credentials::get(txn, *subject.uid()) : std::nullopt;
        return found.value_or(model::Credential{});
    });
    const std::string& hash = credential.password_hash;
    base::Secret password = std::move(answers.at(0));
    auto verification = hasher_.verify(password.clone(), hash, subject.place);
    const bool right = co_await verification;
    // Looked for whatever was typed: it takes as long.
    const bool revoked = is_revoked(subject, password);
    const std::vector<model::TicketType> types = accepted_tickets(dialog);
    auto ticket =
        subject.account ? tickets_.find(*subject.account, types, recovery::code_in(password.reveal())) : std::nullopt;

    Effects result;
    if (right && subject.account && !dialog.code_only) {
        result.turn = protocol::Granted{};
        dialog.proved_password = typed_digest(store_, password);
        auto renewing = renew(dialog, subject, std::move(password), std::move(credential));
        result.detail = co_await renewing;
        co_return result;
    }
    if (revoked) {
        result.turn = protocol::Denied{protocol::Reason::revoked, {}, {}};
        result.detail = "revoked";
        result.revoked = true;
        result.needs_durable = true;
        result.writes.emplace_back(
            [uid = *subject.uid(), wall = clock_.wall()](store::WriteTxn& txn) { notices::revoke(txn, uid, wall); });
        co_return result;
    }
    if (ticket && may_leave_for_self_service(dialog)) {
        result.turn = protocol::Granted{};
        result.resumes = std::move(ticket);
        co_return result;
    }
    result.turn = protocol::Denied{protocol::Reason::refused, {}, {}};
    result.detail = why_not(subject, hash);
    result.person_failed = true;
    co_return result;
}

bool PasswordStep::is_revoked(const Subject& subject, const base::Secret& typed) const {
    const base::Secret code = notices::revocation_code_in(typed.reveal());
    const model::Digest digest = store_.digest(store::DigestKind::revocation_code, code.reveal());
    return !code.empty() && subject.account && notices::runs(subject.account->private_part, digest, clock_.wall());
}

base::Task<std::string> PasswordStep::renew(Dialog& dialog, const Subject& subject, base::Secret password,
                                            model::Credential credential) {
    const bool is_open = subject.account->private_part.state == model::AccountState::active;
    const config::PurposeSpec* purpose = config::find_purpose(dialog.purpose);
    const bool is_replaced =
        credential.must_change || (purpose != nullptr && purpose->end == config::FlowEnd::new_password);
    if (!is_open || is_replaced || !hasher_.weaker_than_configured(credential.password_hash)) {
        co_return std::string(); // a proof that will be refused takes no more time than a wrong one
    }
    if (!work::reads_all_of(credential.password_hash, password.size())) {
        co_return std::string("hash-not-renewed: its method reads only a part of what was typed");
    }
    try {
        auto hashing = hasher_.hash(std::move(password), subject.place);
        std::string new_hash = co_await hashing;
        dialog.renewal = HashRenewal{std::move(credential.password_hash), std::move(new_hash)};
        co_return std::string();
    } catch (const base::Error& error) { // too long for the configured method, or no room: the old hash is right
        co_return std::string("hash-not-renewed: ") + error.what();
    }
}

} // namespace loquet::conversation
