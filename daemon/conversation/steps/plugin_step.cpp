// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/conversation/steps/plugin_step.h"

#include "daemon/conversation/facts.h"
#include "daemon/store/steps_table.h"
#include "lib/base/text.h"

#include <algorithm>

namespace loquet::conversation {

using protocol::StepOperation;
using store::StepsTable;

namespace {

messages::Variables variables_of(const protocol::Message& message) {
    messages::Variables variables;
    for (const protocol::NamedText& variable : message.variables) {
        variables.emplace_back(variable.name, variable.value);
    }
    return variables;
}

/// A step that sends where nothing can be delivered would leave a person waiting for it.
void require_media(const protocol::StepResponse& response, const std::vector<protocol::Medium>& media) {
    for (const protocol::StepMessage& message : response.send) {
        if (std::ranges::find(media, message.medium) == media.end()) {
            throw base::Error(base::Error::Kind::unavailable,
                              "it sends by " + std::string(to_text(message.medium))
                                  + ", for which the site has no channel or the account no address");
        }
    }
}

StepResult unavailable(const base::Error& error) {
    StepResult result;
    result.turn = protocol::Denied{protocol::Reason::unavailable, {}, {}};
    result.detail = std::string("plugin-unavailable: ") + error.what();
    return result;
}

} // namespace

bool PluginStep::is_set_up(const Subject& subject) const {
    if (!enrolled_only_) {
        return true;
    }
    return subject.account
           && std::ranges::find(subject.account->closed.factors, name_) != subject.account->closed.factors.end();
}

base::Task<StepResult> PluginStep::begin(Dialog& dialog) {
    return run(dialog, dialog.subject, StepOperation::begin, {});
}

base::Task<StepResult> PluginStep::answer(Dialog& dialog, const Subject& subject, protocol::Answers answers) {
    return run(dialog, subject, StepOperation::answer, std::move(answers));
}

base::Task<StepResult> PluginStep::run(Dialog& dialog, const Subject& subject, StepOperation operation,
                                       protocol::Answers answers) {
    protocol::StepRequest request = request_for(dialog, subject);
    request.operation = operation;
    request.answers = std::move(answers);
    protocol::StepResponse response;
    try {
        auto asked = plugin_.run(std::move(request));
        response = co_await asked;
        require_media(response, media_of(subject, media_));
    } catch (const base::Error& error) {
        co_return unavailable(error);
    }
    if (response.dialog_state) {
        dialog.states[name_] = std::move(*response.dialog_state);
    }
    co_return result_of(dialog, std::move(response), subject);
}

protocol::StepRequest PluginStep::request_for(const Dialog& dialog, const Subject& subject) const {
    protocol::StepRequest request;
    request.facts = facts_of(subject, Contacts::masked);
    if (const auto media = media_of(subject, media_); !media.empty()) {
        request.facts.push_back(fact_of(media));
    }
    request.now = clock_.wall();
    request.locale = dialog.client.locale;
    if (const auto uid = subject.uid()) {
        auto state = store_.read([&](const store::ReadTxn& txn) { return StepsTable::get(txn, *uid, name_); });
        request.account_state = state ? std::move(*state) : base::SecureBytes();
        request.key = store_.step_key(name_, *uid);
    } else {
        request.key = store_.step_key(name_, subject.identity);
    }
    if (const auto kept = dialog.states.find(name_); kept != dialog.states.end()) {
        request.dialog_state = kept->second;
    }
    return request;
}

StepResult PluginStep::result_of(const Dialog& dialog, protocol::StepResponse response, const Subject& subject) const {
    StepResult result;
    const std::string& locale = dialog.client.locale;
    result.detail = response.note;
    if (auto* ask = std::get_if<protocol::StepAsk>(&response.turn)) {
        protocol::Ask shown;
        for (const protocol::StepPrompt& prompt : ask->prompts) {
            shown.prompts.push_back(
                {prompt.style, prompt.name, texts_.render(locale, prompt.message.id, variables_of(prompt.message))});
        }
        result.turn = std::move(shown);
    } else if (const auto* wait = std::get_if<protocol::StepWait>(&response.turn)) {
        result.turn = protocol::Wait{texts_.render(locale, wait->message.id, variables_of(wait->message)), wait->poll};
    } else if (std::holds_alternative<protocol::StepGrant>(response.turn)) {
        result.turn = protocol::Granted{};
    } else if (std::holds_alternative<protocol::StepSkip>(response.turn)) {
        result.turn = protocol::Denied{protocol::Reason::refused, {}, {}};
        result.detail = name_ + "-not-set-up";
        result.skipped = true;
    } else {
        result.turn = protocol::Denied{protocol::Reason::refused, {}, {}};
        result.detail = name_ + (response.note.empty() ? "-wrong" : "-wrong: " + response.note);
        result.person_failed = proves_;
    }
    const auto uid = subject.uid();
    if (uid) {
        result.messages = std::move(response.send);
        result.needs_durable = !result.messages.empty();
    }
    if (response.account_state && uid) {
        result.needs_durable = true;
        result.writes.emplace_back(
            [uid = *uid, name = name_, state = std::move(*response.account_state)](store::WriteTxn& txn) {
                if (state.empty()) {
                    StepsTable::erase(txn, uid, name);
                } else {
                    StepsTable::put(txn, uid, name, state);
                }
            });
    }
    return result;
}

} // namespace loquet::conversation
