// SPDX-License-Identifier: LGPL-2.1-or-later
// Asks a new password twice, holds it against the rules and the former ones, and keeps its hash. Loop thread.
#pragma once

#include "daemon/config/config.h"
#include "daemon/conversation/steps/step.h"
#include "daemon/plugins/plugin_clients.h"
#include "daemon/work/hasher.h"
#include "lib/base/clock.h"
#include "lib/messages/catalogue.h"

namespace loquet::conversation {

class NewPasswordStep final : public FixedStep {
public:
    /// `rules`: nullptr where the configuration names no plugin; then a password must only not be empty.
    NewPasswordStep(store::Store& store, work::Hasher& hasher, plugins::RulesClient* rules, const base::Clock& clock,
                    const messages::Catalogue& texts, const config::PasswordConfig& settings)
        : store_(store), hasher_(hasher), rules_(rules), clock_(clock), texts_(texts), settings_(settings) {}

    base::Task<Effects> begin(Dialog& dialog, const Subject& subject) override;
    base::Task<Effects> answer(Dialog& dialog, const Subject& subject, protocol::Answers answers) override;

private:
    struct Verdict {
        bool accepted = false;
        std::vector<std::string> unmet; ///< texts of the rules
    };
    base::Task<Verdict> judge(const Dialog& dialog, const Subject& subject, const base::Secret& candidate);
    /// All rules as one sentence, for the person to read before the first try; empty where they cannot be had now.
    base::Task<std::string> stated_rules(const Dialog& dialog, const Subject& subject);
    base::Task<protocol::RulesResponse> ask_rules(const Subject& subject, const base::Secret& candidate, bool used,
                                                  std::size_t former);
    base::Task<bool> was_used(const Subject& subject, const base::Secret& candidate,
                              const std::vector<std::string>& former);
    [[nodiscard]] std::vector<std::string> former_hashes(const Subject& subject) const;
    /// The two prompts below `above`, where that says something.
    [[nodiscard]] protocol::Ask question(const Dialog& dialog, protocol::Prompt above) const;
    /// In one line, because a greeter shows no more than that.
    [[nodiscard]] std::string listed(const Dialog& dialog, const std::vector<std::string>& rules) const;
    /// What is wrong with what was typed, before any rule; empty where nothing is.
    [[nodiscard]] std::string unusable(const Dialog& dialog, const base::Secret& candidate,
                                       const base::Secret& repeated) const;
    /// The question again with what was wrong, until the tries are used up.
    [[nodiscard]] Effects again(Dialog& dialog, const std::string& error) const;

    store::Store& store_;
    work::Hasher& hasher_;
    plugins::RulesClient* rules_;
    const base::Clock& clock_;
    const messages::Catalogue& texts_;
    const config::PasswordConfig& settings_;
};

} // namespace loquet::conversation
