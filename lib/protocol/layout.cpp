// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/protocol/layout.h"

#include "lib/base/text.h"

#include <algorithm>
#include <utility>

namespace loquet::protocol {

namespace {

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
            if (columns > line_columns) {
                return last_blank == 0 ? at : last_blank;
            }
            last_blank = at;
        }
        if (!base::next_code_point(text, at)) {
            return text.size(); // cannot be: it was made printable
        }
        ++columns;
    }
    return columns > line_columns && last_blank != 0 ? last_blank : text.size();
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
base::SecureBytes question_with_texts(std::vector<DrawnPrompt>& drawn, std::string_view question) {
    base::SecureBytes text = wrapped(question);
    while (!drawn.empty() && !wants_answer(drawn.back().style)) {
        const std::string_view before = base::as_text(drawn.back().text);
        if (is_picture(before)) {
            break;
        }
        base::SecureBytes more = wrapped(before);
        append(more, "\n");
        append(more, base::as_text(text));
        if (more.size() >= pam_message_bytes) { // with its NUL
            break;
        }
        text = std::move(more);
        drawn.pop_back();
    }
    return text;
}

} // namespace

std::vector<DrawnPrompt> laid_out(const std::vector<const Prompt*>& prompts, bool texts_apart) {
    std::vector<DrawnPrompt> drawn;
    for (const Prompt* prompt : prompts) {
        if (texts_apart || !wants_answer(prompt->style)) {
            drawn.push_back({prompt->style, copy_of(prompt->shown())});
        } else {
            base::SecureBytes text = question_with_texts(drawn, prompt->shown());
            drawn.push_back({prompt->style, std::move(text)});
        }
    }
    return drawn;
}

} // namespace loquet::protocol
