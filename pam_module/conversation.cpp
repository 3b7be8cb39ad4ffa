// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pam_module/conversation.h"

#include "lib/base/handle.h"

#include <cstdlib>
#include <cstring>
#include <optional>

namespace loquet::pam {

using protocol::Answers;
using protocol::Prompt;
using protocol::PromptStyle;

namespace {

void wipe_and_free(char* text) noexcept {
    base::wipe(text, std::strlen(text));
    std::free(text);
}

void free_array(pam_response* responses) noexcept {
    std::free(responses);
}

using TypedText = base::Handle<char, wipe_and_free>;

int style_for_pam(PromptStyle style) {
    switch (style) {
    case PromptStyle::secret:
        return PAM_PROMPT_ECHO_OFF;
    case PromptStyle::visible:
    case PromptStyle::choice:
        return PAM_PROMPT_ECHO_ON;
    case PromptStyle::info:
        return PAM_TEXT_INFO;
    case PromptStyle::error:
        break;
    }
    return PAM_ERROR_MSG;
}

const pam_conv* conversation_of(pam_handle_t* handle) {
    const void* item = nullptr;
    if (pam_get_item(handle, PAM_CONV, &item) != PAM_SUCCESS) {
        return nullptr;
    }
    const auto* conversation = static_cast<const pam_conv*>(item);
    return conversation == nullptr || conversation->conv == nullptr ? nullptr : conversation;
}

/// Draws `drawn` in one call; each answer, or null, in the order of the prompts.
std::variant<std::vector<TypedText>, Aborted> converse(pam_handle_t* handle, const std::vector<const Prompt*>& drawn) {
    const pam_conv* conversation = conversation_of(handle);
    if (conversation == nullptr) {
        return Aborted{PAM_CONV_ERR};
    }
    std::vector<base::SecureBytes> texts;
    std::vector<pam_message> messages;
    texts.reserve(drawn.size());
    std::vector<const pam_message*> pointers;
    std::vector<TypedText> typed;
    messages.reserve(drawn.size());
    pointers.reserve(drawn.size());
    typed.reserve(drawn.size()); // nothing may throw once there are answers
    for (const Prompt* prompt : drawn) {
        const std::string_view shown = prompt->shown();
        base::SecureBytes& text = texts.emplace_back(shown.begin(), shown.end());
        text.push_back('\0');
        messages.push_back({style_for_pam(prompt->style), reinterpret_cast<const char*>(text.data())});
        pointers.push_back(&messages.back());
    }
    pam_response* raw = nullptr;
    const int result =
        conversation->conv(static_cast<int>(drawn.size()), pointers.data(), &raw, conversation->appdata_ptr);
    if (result != PAM_SUCCESS) {
        return Aborted{result == PAM_CONV_AGAIN ? PAM_INCOMPLETE : PAM_CONV_ERR};
    }
    const base::Handle<pam_response, free_array> responses(raw);
    for (std::size_t i = 0; i < drawn.size(); ++i) {
        typed.emplace_back(raw == nullptr ? nullptr : raw[i].resp);
    }
    return typed;
}

} // namespace

std::variant<Answers, Aborted> Conversation::ask(const std::vector<Prompt>& prompts) const {
    std::vector<const Prompt*> drawn;
    for (const Prompt& prompt : prompts) {
        if (!silent_ || wants_answer(prompt.style)) {
            drawn.push_back(&prompt);
        }
    }
    if (drawn.empty()) {
        return Answers{};
    }
    auto outcome = converse(handle_, drawn);
    if (const auto* aborted = std::get_if<Aborted>(&outcome)) {
        return *aborted;
    }
    const auto& typed = std::get<std::vector<TypedText>>(outcome);
    Answers answers;
    for (std::size_t i = 0; i < drawn.size(); ++i) {
        if (!wants_answer(drawn[i]->style)) {
            continue;
        }
        if (!typed[i]) {
            return Aborted{PAM_CONV_ERR};
        }
        answers.emplace_back(std::string_view(typed[i].get()));
    }
    return answers;
}

void Conversation::show(PromptStyle style, const std::vector<std::string>& texts) const {
    std::vector<Prompt> prompts;
    prompts.reserve(texts.size());
    for (const std::string& text : texts) {
        prompts.push_back({style, {}, text});
    }
    (void)ask(prompts);
}

} // namespace loquet::pam
