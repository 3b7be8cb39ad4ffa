// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/client/dialog_runner.h"

#include "lib/base/limits.h"
#include "lib/base/text.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace loquet::client {

using protocol::Answers;
using protocol::Prompt;

namespace {

constexpr base::Milliseconds shortest_poll{20};
constexpr base::Milliseconds longest_poll{10'000};

bool is_password(const Prompt& prompt) {
    return prompt.style == protocol::PromptStyle::secret && prompt.role == protocol::PromptRole::current_password;
}

bool is_new_password(const Prompt& prompt) {
    return prompt.style == protocol::PromptStyle::secret && prompt.role == protocol::PromptRole::new_password;
}

/// Nobody will answer any more, unless the dialog came to its end.
class CancelGuard {
public:
    explicit CancelGuard(DialogConnection& connection) noexcept : connection_(connection) {}
    CancelGuard(const CancelGuard&) = delete;
    CancelGuard& operator=(const CancelGuard&) = delete;
    ~CancelGuard() {
        if (!ended_) {
            connection_.cancel();
        }
    }
    void ended() noexcept { ended_ = true; }

private:
    DialogConnection& connection_;
    bool ended_ = false;
};

} // namespace

DialogResult DialogRunner::run() {
    CancelGuard guard(connection_);
    Reply reply = begin();
    for (;;) {
        if (auto* failure = std::get_if<Failure>(&reply)) {
            // A new password that left may be the present one by now: nothing of this dialog can be said again.
            if (failure->kind != FailureKind::gone || new_password_sent_ || std::exchange(began_again_, true)) {
                return std::move(*failure);
            }
            reply = begin_again();
            continue;
        }
        auto& turn = std::get<protocol::Turn>(reply);
        if (auto* granted = std::get_if<protocol::Granted>(&turn)) {
            guard.ended();
            return std::move(*granted);
        }
        if (auto* done = std::get_if<protocol::Done>(&turn)) {
            guard.ended();
            return std::move(*done);
        }
        if (auto* denied = std::get_if<protocol::Denied>(&turn)) {
            guard.ended();
            return std::move(*denied);
        }
        auto next = take(turn);
        if (const auto* aborted = std::get_if<Aborted>(&next)) {
            return *aborted;
        }
        reply = std::move(std::get<Reply>(next));
    }
}

Reply DialogRunner::begin() {
    return connection_.begin(request_.purpose, request_.account, request_.facts,
                             request_.token ? &*request_.token : nullptr);
}

/// The password that was typed already is not asked for twice.
Reply DialogRunner::begin_again() {
    if (typed_.password) {
        request_.token = typed_.password->clone();
    }
    return begin();
}

DialogRunner::Next DialogRunner::take(const protocol::Turn& turn) {
    if (const auto* wait = std::get_if<protocol::Wait>(&turn)) {
        return take_wait(*wait);
    }
    return take_ask(std::get<protocol::Ask>(turn));
}

DialogRunner::Next DialogRunner::take_wait(const protocol::Wait& wait) {
    if (wait.text != shown_) {
        screen_.show(protocol::PromptStyle::info, {wait.text});
        shown_ = wait.text;
    }
    // The daemon bounds the whole wait; our timeout is for a daemon that does not answer.
    connection_.sleep(std::clamp(wait.poll, shortest_poll, longest_poll));
    return connection_.answer({});
}

DialogRunner::Next DialogRunner::take_ask(const protocol::Ask& ask) {
    if (const auto aborted = may_not_ask(ask)) {
        return *aborted;
    }
    std::vector<Prompt> open;
    const bool new_is_known = request_.new_password.has_value();
    std::copy_if(ask.prompts.begin(), ask.prompts.end(), std::back_inserter(open),
                 [&](const Prompt& prompt) { return !(new_is_known && is_new_password(prompt)); });
    auto outcome = screen_.ask(open);
    if (const auto* aborted = std::get_if<Aborted>(&outcome)) {
        return *aborted;
    }
    auto& drawn = std::get<Answers>(outcome);
    if (!drawn.empty()) {
        connection_.renew();
    }
    return send(ask, std::move(drawn));
}

std::optional<Aborted> DialogRunner::may_not_ask(const protocol::Ask& ask) {
    for (const Prompt& prompt : ask.prompts) {
        if (is_password(prompt) && !request_.may_ask_password) {
            return Aborted{request_.no_password};
        }
    }
    // Asked for once more, the new password of a module above was refused, and there is no other.
    const bool wants_new = std::any_of(ask.prompts.begin(), ask.prompts.end(), is_new_password);
    if (request_.new_password && wants_new && new_password_sent_) {
        show_texts(ask);
        return Aborted{request_.new_password_refused};
    }
    return std::nullopt;
}

void DialogRunner::show_texts(const protocol::Ask& ask) const {
    std::vector<Prompt> texts;
    std::copy_if(ask.prompts.begin(), ask.prompts.end(), std::back_inserter(texts),
                 [](const Prompt& prompt) { return !wants_answer(prompt.style); });
    (void)screen_.ask(texts);
}

/// `drawn` holds the answers of those prompts that were not known.
DialogRunner::Next DialogRunner::send(const protocol::Ask& ask, Answers drawn) {
    Answers answers;
    auto next = drawn.begin();
    for (const Prompt& prompt : ask.prompts) {
        if (!wants_answer(prompt.style)) {
            continue;
        }
        if (request_.new_password && is_new_password(prompt)) {
            answers.push_back(request_.new_password->clone());
            continue;
        }
        answers.push_back(std::move(*next++));
        note(prompt, answers.back());
        if (!can_travel(answers.back())) { // what the daemon could not read is nobody's password
            return Aborted{request_.no_password};
        }
    }
    Reply reply = connection_.answer(answers);
    const auto* failure = std::get_if<Failure>(&reply);
    if (failure == nullptr || failure->sent) {
        new_password_sent_ = new_password_sent_ || std::any_of(ask.prompts.begin(), ask.prompts.end(), is_new_password);
    }
    return reply;
}

void DialogRunner::note(const Prompt& prompt, const base::Secret& answer) {
    if (is_password(prompt)) {
        typed_.password = answer.clone();
    } else if (is_new_password(prompt)) {
        typed_.new_password = answer.clone();
    }
}

bool can_travel(const base::Secret& secret) noexcept {
    return secret.size() <= limits::answer_bytes && base::is_utf8(secret.reveal());
}

} // namespace loquet::client
