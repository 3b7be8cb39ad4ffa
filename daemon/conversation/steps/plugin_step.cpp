// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/conversation/steps/plugin_step.h"

#include "daemon/conversation/presenter.h"
#include "daemon/conversation/typed_text.h"
#include "daemon/store/steps_table.h"
#include "lib/base/log.h"
#include "lib/base/text.h"

#include <algorithm>

namespace loquet::conversation {

using protocol::StepOperation;
using store::StepsTable;

namespace {

/// The same where one of them may be a secret; they are gone from the message then.
messages::SecretVariables secrets_of(protocol::Message& message) {
    messages::SecretVariables secrets;
    for (protocol::NamedText& variable : message.variables) {
        secrets.emplace_back(variable.name, base::Secret::take(variable.value));
    }
    return secrets;
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

/// What a person answers is asked in the catalogue's words: a text of variables alone would let the plugin put any
/// question, also the one for the password.
void require_words(const protocol::StepResponse& response, const messages::Catalogue& texts,
                   const std::string& locale) {
    const auto* ask = std::get_if<protocol::StepAsk>(&response.turn);
    for (std::size_t i = 0; ask != nullptr && i < ask->prompts.size(); ++i) {
        const protocol::StepPrompt& prompt = ask->prompts[i];
        if (protocol::wants_answer(prompt.style) && !texts.has_words(locale, prompt.message.id)) {
            throw base::Error(base::Error::Kind::unavailable,
                              "it asks under the text \"" + prompt.message.id
                                  + "\", which is made of variables alone: give it words in the catalogues");
        }
    }
}

Effects unavailable(const base::Error& error) {
    Effects result;
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
           && std::ranges::find(subject.account->private_part.factors, name_)
                  != subject.account->private_part.factors.end();
}

base::Task<Effects> PluginStep::begin(Dialog& dialog, const Subject& subject) {
    return run(dialog, subject, StepOperation::begin, {});
}

base::Task<Effects> PluginStep::answer(Dialog& dialog, const Subject& subject, protocol::Answers answers) {
    if (repeats_the_password(dialog, answers)) {
        co_return password_typed_as_code(dialog);
    }
    const bool no_answer = are_blank(answers);
    auto running = run(dialog, subject, StepOperation::answer, std::move(answers));
    Effects result = co_await running;
    if (no_answer && result.person_failed) { // to press Enter alone is no guess
        result.person_failed = false;
        result.detail = name_ + "-not-answered";
    }
    co_return result;
}

bool PluginStep::repeats_the_password(const Dialog& dialog, const protocol::Answers& answers) const {
    return dialog.proved_password && std::ranges::any_of(answers, [&](const base::Secret& answer) {
               return typed_digest(store_, answer) == *dialog.proved_password;
           });
}

Effects PluginStep::password_typed_as_code(const Dialog& dialog) const {
    log::notice(
        log::id::password_typed_as_code,
        "the prompt of " + name_
            + " was answered with the password once more, which is not counted. sshd's method \"password\" does "
              "that: set \"KbdInteractiveAuthentication yes\" and \"PasswordAuthentication no\" in sshd_config(5)",
        {{"LOQUET_ACCOUNT", dialog.subject.name},
         {"LOQUET_SERVICE", dialog.client.service},
         {"LOQUET_PLACE", dialog.client.place()}});
    Effects result;
    result.turn = protocol::Denied{protocol::Reason::refused, {}, {}};
    result.detail = "password-typed-as-code";
    return result;
}

base::Task<Effects> PluginStep::enrol(Dialog& dialog, const Subject& subject) {
    return run(dialog, subject, StepOperation::enrol_begin, {});
}

base::Task<Effects> PluginStep::enrol_answer(Dialog& dialog, const Subject& subject, protocol::Answers answers) {
    return run(dialog, subject, StepOperation::enrol_answer, std::move(answers));
}

base::Task<Effects> PluginStep::run(Dialog& dialog, const Subject& subject, StepOperation operation,
                                    protocol::Answers answers) {
    if (operation == StepOperation::enrol_begin) {
        dialog.states.erase(name_); // of a proof by the factor that is replaced now
    }
    const bool enrols = operation == StepOperation::enrol_begin || operation == StepOperation::enrol_answer;
    const bool polls = answers.empty() && operation != StepOperation::begin && operation != StepOperation::enrol_begin;
    protocol::StepRequest request = request_for(dialog, subject);
    std::optional<StepStates> polled_with;
    if (polls) {
        polled_with = StepStates{request.account_state, request.dialog_state};
    }
    request.operation = operation;
    request.answers = std::move(answers);
    protocol::StepResponse response;
    try {
        auto asked = plugin_.run(std::move(request));
        response = co_await asked;
        require_media(response, media_for(dialog, subject));
        require_words(response, texts_, dialog.client.locale);
    } catch (const base::Error& error) {
        Effects result = unavailable(error);
        if (enrols) {
            std::get<protocol::Denied>(result.turn).messages = {
                texts_.render(dialog.client.locale, "enrolment.unavailable")};
        }
        co_return result;
    }
    if (response.dialog_state) {
        dialog.states[name_] = std::move(*response.dialog_state);
    }
    std::vector<protocol::StepMessage> messages = std::move(response.send);
    Effects result = result_of(dialog, std::move(response), subject, enrols);
    send(dialog, subject, std::move(messages), result);
    if (!enrols) {
        note_use(subject, result);
    }
    result.polled_with = std::move(polled_with);
    co_return result;
}

std::vector<protocol::Medium> PluginStep::media_for(const Dialog& dialog, const Subject& subject) const {
    if (outbox_ == nullptr) {
        return {};
    }
    // Before a proof nobody is to see which addresses an account has; what goes nowhere is refused in the outbox.
    return media_of(dialog.proved ? subject : subject.as_unknown(), outbox_->settings().media);
}

bool PluginStep::sends() const noexcept {
    return outbox_ != nullptr && !outbox_->settings().media.empty();
}

void PluginStep::send(Dialog& dialog, const Subject& subject, std::vector<protocol::StepMessage> messages,
                      Effects& result) const {
    for (protocol::StepMessage& message : messages) {
        result.needs_durable = true; // a code that is not kept must not be sent
        result.costs_a_write = true;
        if (!subject.account) {
            result.writes.emplace_back([](store::WriteTxn& txn) { store::StepsTable::put_padding(txn); });
            continue;
        }
        outbox::SendRequest request;
        request.medium = message.medium;
        request.account = subject.account->public_part.uid;
        request.text = message.message.id;
        for (auto& [name, value] : secrets_of(message.message)) {
            request.variables.push_back({std::move(name), std::move(value)});
        }
        const std::string& preferred = subject.account->private_part.locale;
        request.locale = preferred.empty() ? dialog.client.locale : preferred;
        request.step = name_;
        request.code = proves_;
        request.generation = subject.account->private_part.generation;
        request.proven = dialog.proved;
        request.place = subject.place;
        request.lifetime = message.lifetime;
        result.writes.push_back(outbox_->enqueue(std::move(request)));
    }
}

void PluginStep::note_use(const Subject& subject, Effects& result) const {
    if (proves_ && outbox_ != nullptr && subject.account && std::holds_alternative<protocol::Granted>(result.turn)) {
        result.writes.push_back(outbox_->code_used(*subject.uid(), name_));
    }
}

protocol::StepRequest PluginStep::request_for(const Dialog& dialog, const Subject& subject) const {
    protocol::StepRequest request;
    request.facts = facts_of(subject, dialog.proved ? Contacts::masked : Contacts::none);
    if (const auto media = media_for(dialog, subject); !media.empty()) {
        request.facts.push_back(fact_of(media));
    }
    request.now = clock_.wall();
    request.locale = dialog.client.locale;
    request.account_state = state_of(subject);
    const auto uid = subject.uid();
    request.key = uid ? store_.step_key(name_, *uid) : store_.step_key(name_, subject.identity);
    if (const auto kept = dialog.states.find(name_); kept != dialog.states.end()) {
        request.dialog_state = kept->second;
    }
    return request;
}

protocol::Ask PluginStep::shown(protocol::StepAsk ask, const std::string& locale, bool enrols) const {
    protocol::Ask shown;
    for (protocol::StepPrompt& prompt : ask.prompts) {
        protocol::Prompt& drawn = shown.prompts.emplace_back();
        drawn.style = prompt.style;
        drawn.name = prompt.name.empty() ? name_ : name_ + '.' + prompt.name;
        const bool typed =
            prompt.style == protocol::PromptStyle::secret || prompt.style == protocol::PromptStyle::visible;
        drawn.role = typed ? role_ : protocol::PromptRole::other;
        if (enrols && !prompt.message.variables.empty()) {
            drawn.secret_text = std::make_shared<const base::Secret>(
                texts_.render_secret(locale, prompt.message.id, secrets_of(prompt.message)));
        } else {
            drawn.text = texts_.render(locale, prompt.message.id, variables_of(prompt.message));
        }
    }
    return shown;
}

Effects PluginStep::result_of(const Dialog& dialog, protocol::StepResponse response, const Subject& subject,
                              bool enrols) const {
    Effects result;
    const std::string& locale = dialog.client.locale;
    result.detail = response.note;
    if (auto* ask = std::get_if<protocol::StepAsk>(&response.turn)) {
        result.turn = shown(std::move(*ask), locale, enrols);
    } else if (const auto* wait = std::get_if<protocol::StepWait>(&response.turn)) {
        result.turn = protocol::Wait{texts_.render(locale, wait->message.id, variables_of(wait->message)), wait->poll};
    } else if (std::holds_alternative<protocol::StepGrant>(response.turn)) {
        result.turn = protocol::Granted{};
    } else if (std::holds_alternative<protocol::StepSkip>(response.turn)) {
        result.turn = protocol::Denied{protocol::Reason::refused, {}, {}};
        result.detail = name_ + "-not-set-up";
        result.skipped = true;
    } else if (enrols) {
        result.turn = protocol::Denied{protocol::Reason::not_set_up, {}, {texts_.render(locale, "enrolment.failed")}};
        result.detail = name_ + "-not-set-up" + (response.note.empty() ? "" : ": " + response.note);
    } else {
        result.turn = protocol::Denied{protocol::Reason::refused, {}, {}};
        result.detail = name_ + "-wrong" + (response.note.empty() ? "" : ": " + response.note);
        result.person_failed = proves_;
    }
    if (response.account_state) {
        keep_state(subject, std::move(*response.account_state), result);
    }
    return result;
}

base::SecureBytes PluginStep::state_of(const Subject& subject) const {
    auto state = store_.read([&](const store::ReadTxn& txn) {
        return subject.account ? StepsTable::get(txn, *subject.uid(), name_)
                               : StepsTable::get_unknown(txn, subject.identity, name_);
    });
    return state ? std::move(*state) : base::SecureBytes();
}

void PluginStep::keep_state(const Subject& subject, base::SecureBytes state, Effects& effects) const {
    effects.needs_durable = true;
    effects.costs_a_write = true;
    effects.writes.emplace_back([uid = subject.uid(), identity = subject.identity, name = name_,
                                 state = std::move(state)](store::WriteTxn& txn) {
        if (!uid) {
            StepsTable::put_unknown(txn, identity, name, state);
        } else if (state.empty()) {
            StepsTable::erase(txn, *uid, name);
        } else {
            StepsTable::put(txn, *uid, name, state);
        }
    });
}

} // namespace loquet::conversation
