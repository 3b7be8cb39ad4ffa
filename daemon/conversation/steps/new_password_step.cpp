// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/conversation/steps/new_password_step.h"

#include "daemon/accounts/account_changes.h"
#include "daemon/conversation/presenter.h"
#include "daemon/store/accounts_table.h"
#include "lib/base/limits.h"
#include "lib/base/text.h"

#include <algorithm>

namespace loquet::conversation {

using protocol::PromptStyle;
using store::Credentials;

namespace {

Effects unavailable(std::string why) {
    Effects result;
    result.turn = protocol::Denied{protocol::Reason::unavailable, {}, {}};
    result.detail = std::move(why);
    return result;
}

} // namespace

base::Task<Effects> NewPasswordStep::begin(Dialog& dialog, const Subject& subject) {
    auto stating = stated_rules(dialog, subject);
    const std::string rules = co_await stating;
    Effects result;
    result.turn = question(dialog, {PromptStyle::info, "rules", rules});
    co_return result;
}

protocol::Ask NewPasswordStep::question(const Dialog& dialog, protocol::Prompt above) const {
    const std::string& locale = dialog.client.locale;
    protocol::Ask ask;
    if (!above.text.empty()) {
        ask.prompts.push_back(std::move(above));
    }
    const std::string name = config::spec_of(config::StepKind::new_password).name;
    const auto role = protocol::PromptRole::new_password;
    ask.prompts.push_back({PromptStyle::secret, name, texts_.render(locale, "new_password.prompt"), role});
    ask.prompts.push_back({PromptStyle::secret, name + "_again", texts_.render(locale, "new_password.again"), role});
    return ask;
}

std::string NewPasswordStep::listed(const Dialog& dialog, const std::vector<std::string>& rules) const {
    const std::string between = texts_.render(dialog.client.locale, "new_password.between");
    std::string line;
    for (const std::string& rule : rules) {
        line += (line.empty() ? "" : between) + rule;
    }
    return line;
}

std::string NewPasswordStep::unusable(const Dialog& dialog, const base::Secret& candidate,
                                      const base::Secret& repeated) const {
    const std::string& locale = dialog.client.locale;
    const std::string_view text = candidate.reveal();
    if (text.empty()) {
        return texts_.render(locale, "new_password.empty");
    }
    if (!base::same_secret(text, repeated.reveal())) {
        return texts_.render(locale, "new_password.mismatch");
    }
    if (text.size() > hasher_.longest_password()) {
        return texts_.render(locale, "new_password.too_long",
                             {{"maximum", std::to_string(hasher_.longest_password())}});
    }
    if (!base::is_utf8(text) || text.find('\0') != std::string_view::npos) {
        return texts_.render(locale, "new_password.not_text");
    }
    return {};
}

Effects NewPasswordStep::again(Dialog& dialog, const std::string& error) const {
    Effects result;
    if (++dialog.new_password_tries < limits::new_password_tries) {
        result.turn = question(dialog, {PromptStyle::error, "rule", error});
    } else {
        result.turn = protocol::Denied{protocol::Reason::rules, {}, {error}};
        result.detail = "new-password-not-accepted";
    }
    return result;
}

base::Task<Effects> NewPasswordStep::answer(Dialog& dialog, const Subject& subject, protocol::Answers answers) {
    if (!subject.account) {
        co_return unavailable("unknown-name");
    }
    base::Secret candidate = std::move(answers.at(0));
    if (const std::string wrong = unusable(dialog, candidate, answers.at(1)); !wrong.empty()) {
        co_return again(dialog, wrong);
    }
    try {
        auto judging = judge(dialog, subject, candidate);
        const Verdict verdict = co_await judging;
        if (!verdict.accepted) {
            co_return again(dialog, texts_.render(dialog.client.locale, "new_password.refused",
                                                  {{"rules", listed(dialog, verdict.unmet)}}));
        }
        auto hashing = hasher_.hash(std::move(candidate), subject.place);
        std::string hash = co_await hashing;
        Effects result;
        result.turn = protocol::Granted{};
        result.detail = "password-changed";
        result.needs_durable = true;
        accounts::NewPassword kept{std::move(hash), false, settings_.history, clock_.wall()};
        result.writes.emplace_back([uid = *subject.uid(), kept = std::move(kept)](store::WriteTxn& txn) {
            accounts::put_password(txn, uid, kept);
        });
        co_return result;
    } catch (const base::Error& error) {
        // Nothing was changed.
        if (error.kind() == base::Error::Kind::busy) {
            throw;
        }
        co_return unavailable(std::string("rules-unavailable: ") + error.what());
    }
}

std::vector<std::string> NewPasswordStep::former_hashes(const Subject& subject) const {
    const auto credential =
        store_.read([&](const store::ReadTxn& txn) { return Credentials::get(txn, *subject.uid()); });
    std::vector<std::string> hashes;
    if (credential && settings_.history > 0) {
        hashes = credential->history;
        if (!credential->password_hash.empty()) {
            hashes.insert(hashes.begin(), credential->password_hash);
        }
        hashes.resize(std::min<std::size_t>(hashes.size(), settings_.history));
    }
    return hashes;
}

base::Task<bool> NewPasswordStep::was_used(const Subject& subject, const base::Secret& candidate,
                                           const std::vector<std::string>& former) {
    for (const std::string& hash : former) {
        auto verification = hasher_.verify(candidate.clone(), hash, subject.place);
        if (co_await verification) {
            co_return true;
        }
    }
    co_return false;
}

base::Task<protocol::RulesResponse> NewPasswordStep::ask_rules(const Subject& subject, const base::Secret& candidate,
                                                               bool used, std::size_t former) {
    protocol::RulesRequest request;
    request.candidate = candidate.clone();
    request.facts = facts_of(subject, Contacts::whole);
    request.in_history = used;
    request.history_length = static_cast<std::uint32_t>(former);
    auto checking = rules_->check(std::move(request));
    protocol::RulesResponse response = co_await checking;
    co_return response;
}

base::Task<std::string> NewPasswordStep::stated_rules(const Dialog& dialog, const Subject& subject) {
    if (rules_ == nullptr || !subject.account) {
        co_return std::string();
    }
    const std::size_t former = former_hashes(subject).size();
    std::vector<std::string> rules;
    try {
        const base::Secret nothing_yet;
        auto asking = ask_rules(subject, nothing_yet, false, former);
        const protocol::RulesResponse response = co_await asking;
        for (const protocol::RuleResult& rule : response.rules) {
            // Some texts say how far a password was from the rule, which nobody has chosen yet.
            const std::string wanted = rule.message.id + "_wanted";
            rules.push_back(texts_.render(dialog.client.locale, texts_.has(wanted) ? wanted : rule.message.id,
                                          variables_of(rule.message)));
        }
    } catch (const base::Error&) { // the try will be refused with that reason
        rules.clear();
    }
    if (rules.empty()) {
        co_return std::string();
    }
    co_return texts_.render(dialog.client.locale, "new_password.rules", {{"rules", listed(dialog, rules)}});
}

base::Task<NewPasswordStep::Verdict> NewPasswordStep::judge(const Dialog& dialog, const Subject& subject,
                                                            const base::Secret& candidate) {
    const std::vector<std::string> former = former_hashes(subject);
    auto comparing = was_used(subject, candidate, former);
    const bool used = co_await comparing;
    Verdict verdict;
    if (rules_ == nullptr) {
        verdict.accepted = !used;
        if (used) {
            verdict.unmet.push_back(
                texts_.render(dialog.client.locale, "rules.history", {{"count", std::to_string(former.size())}}));
        }
        co_return verdict;
    }
    auto asking = ask_rules(subject, candidate, used, former.size());
    const protocol::RulesResponse response = co_await asking;
    verdict.accepted = true;
    for (const protocol::RuleResult& rule : response.rules) {
        if (!rule.met) {
            verdict.accepted = false;
            verdict.unmet.push_back(texts_.render(dialog.client.locale, rule.message.id, variables_of(rule.message)));
        }
    }
    co_return verdict;
}

} // namespace loquet::conversation
