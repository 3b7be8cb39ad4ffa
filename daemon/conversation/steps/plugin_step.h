// SPDX-License-Identifier: LGPL-2.1-or-later
// A step that lives in a plugin's process: the daemon keeps its bytes, asks it, and draws what it says. A dead plugin
// is an attempt that was not granted and did not fail. Loop thread.
#pragma once

#include "daemon/config/config.h"
#include "daemon/conversation/steps/step.h"
#include "daemon/outbox/outbox.h"
#include "daemon/plugins/plugin_clients.h"
#include "lib/base/clock.h"
#include "lib/messages/catalogue.h"
#include "lib/protocol/values.h"

#include <string>
#include <utility>
#include <vector>

namespace loquet::conversation {

class PluginStep final : public Step {
public:
    /// `name`: the instance. A challenge proves nothing and is never counted. What it sends goes into
    /// `outbox` with its states (nullptr: it can send nothing); an answer that sends by a medium for which the site has
    /// no channel or the account no address is refused whole, as if the plugin were dead.
    PluginStep(std::string name, const config::PluginInstance& instance, plugins::StepClient& plugin,
               store::Store& store, const base::Clock& clock, const messages::Catalogue& texts, outbox::Outbox* outbox)
        : name_(std::move(name)), proves_(instance.proves != config::Proof::challenge),
          role_(instance.proves.is_none() || instance.proves == config::Proof::knowledge ? protocol::PromptRole::other
                                                                                         : protocol::PromptRole::code),
          enrolled_only_(instance.enrolled_only), plugin_(plugin), store_(store), clock_(clock), texts_(texts),
          outbox_(outbox) {}

    [[nodiscard]] bool proves() const noexcept override { return proves_; }
    [[nodiscard]] bool acts() const noexcept override { return true; }
    [[nodiscard]] bool sends() const noexcept override;
    [[nodiscard]] bool is_set_up(const Subject& subject) const override;
    [[nodiscard]] base::SecureBytes state_of(const Subject& subject) const override;
    base::Task<Effects> begin(Dialog& dialog, const Subject& subject) override;
    base::Task<Effects> answer(Dialog& dialog, const Subject& subject, protocol::Answers answers) override;
    /// What is shown then may be a secret, and travels as one.
    base::Task<Effects> enrol(Dialog& dialog, const Subject& subject) override;
    base::Task<Effects> enrol_answer(Dialog& dialog, const Subject& subject, protocol::Answers answers) override;

private:
    /// A program that knows one answer gives it to every prompt: that is no guess of a code, and the plugin is not
    /// asked.
    [[nodiscard]] bool repeats_the_password(const Dialog& dialog, const protocol::Answers& answers) const;
    [[nodiscard]] Effects password_typed_as_code(const Dialog& dialog) const;
    base::Task<Effects> run(Dialog& dialog, const Subject& subject, protocol::StepOperation operation,
                            protocol::Answers answers);
    [[nodiscard]] protocol::StepRequest request_for(const Dialog& dialog, const Subject& subject) const;
    [[nodiscard]] Effects result_of(const Dialog& dialog, protocol::StepResponse response, const Subject& subject,
                                    bool enrols) const;
    /// Its prompts carry the instance's name, and a role that the plugin has no say in.
    [[nodiscard]] protocol::Ask shown(protocol::StepAsk ask, const std::string& locale, bool enrols) const;
    /// Of the site; once somebody proved who they are, those for which the account has an address.
    [[nodiscard]] std::vector<protocol::Medium> media_for(const Dialog& dialog, const Subject& subject) const;
    /// Of an unknown name too, in the table's bounded part for them: so the plugin does the same for all names.
    void keep_state(const Subject& subject, base::SecureBytes state, Effects& effects) const;
    void send(Dialog& dialog, const Subject& subject, std::vector<protocol::StepMessage> messages,
              Effects& result) const;
    void note_use(const Subject& subject, Effects& result) const;

    std::string name_;
    bool proves_;
    protocol::PromptRole role_; ///< of its prompts for something typed
    bool enrolled_only_;
    plugins::StepClient& plugin_;
    store::Store& store_;
    const base::Clock& clock_;
    const messages::Catalogue& texts_;
    outbox::Outbox* outbox_;
};

} // namespace loquet::conversation
