// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pam_module/conversation.h"

#include "lib/base/handle.h"
#include "lib/base/text.h"
#include "pam_module/items.h"

#include <algorithm>
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

/// What libpam is given to draw at once.
struct Drawn {
    PromptStyle style;
    base::SecureBytes text;
};

void append(base::SecureBytes& text, std::string_view more) {
    text.insert(text.end(), more.begin(), more.end());
}

base::SecureBytes copy_of(std::string_view text) {
    return {text.begin(), text.end()};
}

/// Where the line ends that `text`, printable, begins with: at the last blank that keeps it within its columns; behind
/// a word that is longer than a line; or at the end of the text, whose last blanks take no room.
std::size_t end_of_line(std::string_view text) {
    std::size_t columns = 0;
    std::size_t last_blank = 0;
    const std::size_t words_end = text.find_last_not_of(' ') + 1;
    for (std::size_t at = 0; at < words_end;) {
        if (text[at] == ' ' && at > 0 && text[at - 1] != ' ') {
            if (columns > Conversation::line_columns) {
                return last_blank == 0 ? at : last_blank;
            }
            last_blank = at;
        }
        if (!base::next_code_point(text, at)) {
            return text.size(); // cannot be: it was made printable
        }
        ++columns;
    }
    return columns > Conversation::line_columns && last_blank != 0 ? last_blank : text.size();
}

base::SecureBytes wrapped(std::string_view text) {
    base::SecureBytes lines;
    for (;;) {
        const std::size_t end = end_of_line(text);
        append(lines, text.substr(0, end));
        if (end == text.size()) {
            return lines;
        }
        append(lines, "\n");
        text.remove_prefix(text.find_first_not_of(' ', end));
    }
}

/// A row of blocks (U+2580 to U+259F) such as that of a QR code is no line of words: it stays what it is.
bool is_picture(std::string_view text) {
    return text.find("\xE2\x96") != std::string_view::npos && std::none_of(text.begin(), text.end(), [](char each) {
               return (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') || (each >= '0' && each <= '9');
           });
}

/// Takes those texts at the end of `drawn` into the question that fit one message of PAM's with it. The others stay in
/// front of it.
base::SecureBytes question_with_texts(std::vector<Drawn>& drawn, std::string_view question) {
    base::SecureBytes text = wrapped(question);
    while (!drawn.empty() && !wants_answer(drawn.back().style)) {
        const std::string_view before = base::as_text(drawn.back().text);
        if (is_picture(before)) {
            break;
        }
        base::SecureBytes more = wrapped(before);
        append(more, "\n");
        append(more, base::as_text(text));
        if (more.size() >= PAM_MAX_MSG_SIZE) { // with its NUL
            break;
        }
        text = std::move(more);
        drawn.pop_back();
    }
    return text;
}

/// sudo shows its option -p in place of every prompt's text, so that the texts have to stay what they are.
bool replaces_prompts(pam_handle_t* handle) {
    const std::string service = text_item(handle, PAM_SERVICE);
    return service == "sudo" || service == "sudo-i";
}

std::vector<Drawn> laid_out(pam_handle_t* handle, const std::vector<const Prompt*>& prompts) {
    const bool apart = replaces_prompts(handle);
    std::vector<Drawn> drawn;
    for (const Prompt* prompt : prompts) {
        if (apart || !wants_answer(prompt->style)) {
            drawn.push_back({prompt->style, copy_of(prompt->shown())});
        } else {
            base::SecureBytes text = question_with_texts(drawn, prompt->shown());
            drawn.push_back({prompt->style, std::move(text)});
        }
    }
    return drawn;
}

/// Draws `drawn` in one call; each answer, or null, in its order.
std::variant<std::vector<TypedText>, Aborted> converse(pam_handle_t* handle, std::vector<Drawn>& drawn) {
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
    for (Drawn& one : drawn) {
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
    std::vector<Drawn> drawn = laid_out(handle_, shown);
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
