// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pam_module/conversation.h"

#include "lib/base/handle.h"
#include "lib/protocol/layout.h"
#include "pam_module/items.h"

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

namespace loquet::pam {

using protocol::Answers;
using protocol::Prompt;
using protocol::PromptStyle;

static_assert(protocol::pam_message_bytes == PAM_MAX_MSG_SIZE);

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

/// sudo shows its option -p in place of every prompt's text, so that the texts have to stay what they are.
bool replaces_prompts(pam_handle_t* handle) {
    const std::string service = text_item(handle, PAM_SERVICE);
    return service == "sudo" || service == "sudo-i";
}

/// Draws `drawn` in one call; each answer, or null, in its order.
std::variant<std::vector<TypedText>, Aborted> converse(pam_handle_t* handle,
                                                       std::vector<protocol::DrawnPrompt>& drawn) {
    const pam_conv* conversation = conversation_of(handle);
    if (conversation == nullptr) {
        return Aborted{PAM_CONV_ERR};
    }
    std::vector<pam_message> messages;
    std::vector<const pam_message*> pointers;
    std::vector<TypedText> typed;
    messages.reserve(drawn.size());
    pointers.reserve(drawn.size());
    typed.reserve(drawn.size()); // nothing may throw once there are answers
    for (protocol::DrawnPrompt& one : drawn) {
        one.text.push_back('\0');
        messages.push_back({style_for_pam(one.style), reinterpret_cast<const char*>(one.text.data())});
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
    std::vector<const Prompt*> shown;
    for (const Prompt& prompt : prompts) {
        if (!silent_ || wants_answer(prompt.style)) {
            shown.push_back(&prompt);
        }
    }
    if (shown.empty()) {
        return Answers{};
    }
    std::vector<protocol::DrawnPrompt> drawn = protocol::laid_out(shown, replaces_prompts(handle_));
    auto outcome = converse(handle_, drawn);
    if (const auto* aborted = std::get_if<Aborted>(&outcome)) {
        return *aborted;
    }
    const auto& typed = std::get<std::vector<TypedText>>(outcome);
    Answers answers;
    for (std::size_t i = 0; i < drawn.size(); ++i) {
        if (!wants_answer(drawn[i].style)) {
            continue;
        }
        if (!typed[i]) {
            return Aborted{PAM_CONV_ERR};
        }
        answers.emplace_back(std::string_view(typed[i].get()));
    }
    return answers;
}

void Conversation::show_until_read(const std::vector<std::string>& texts, const std::string& question) const {
    if (silent_ || texts.empty()) {
        return;
    }
    std::vector<Prompt> prompts;
    prompts.reserve(texts.size() + 1);
    for (const std::string& text : texts) {
        prompts.push_back({PromptStyle::info, {}, text});
    }
    if (!question.empty()) {
        prompts.push_back({PromptStyle::visible, {}, question});
    }
    (void)ask(prompts);
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
