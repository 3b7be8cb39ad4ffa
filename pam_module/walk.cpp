// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pam_module/walk.h"

#include "pam_module/items.h"

#include <security/pam_modules.h>

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

namespace loquet::pam {

using protocol::Answers;
using protocol::Prompt;

namespace {

constexpr base::Milliseconds shortest_poll{20};

bool is_password(const Prompt& prompt) {
    return prompt.style == protocol::PromptStyle::secret && prompt.name == "password";
}

bool is_new_password(const Prompt& prompt) {
    return prompt.style == protocol::PromptStyle::secret
           && (prompt.name == "new_password" || prompt.name == "new_password_again");
}

class Walk {
public:
    Walk(Client& client, const Dialog& dialog, Plan& plan, Typed& typed)
        : client_(client), dialog_(dialog), plan_(plan), typed_(typed) {}

    Ending to_the_end() {
        Reply reply = begin();
        for (;;) {
            if (auto* failure = std::get_if<Failure>(&reply)) {
                if (failure->trouble != Trouble::gone || std::exchange(began_again_, true)) {
                    return std::move(*failure);
                }
                reply = begin_again();
                continue;
            }
            auto& turn = std::get<protocol::Turn>(reply);
            if (auto* granted = std::get_if<protocol::Granted>(&turn)) {
                return std::move(*granted);
            }
            if (auto* denied = std::get_if<protocol::Denied>(&turn)) {
                return std::move(*denied);
            }
            auto next = take(turn);
            if (const auto* stopped = std::get_if<Stopped>(&next)) {
                client_.cancel();
                return *stopped;
            }
            reply = std::move(std::get<Reply>(next));
        }
    }

private:
    using Next = std::variant<Reply, Stopped>;

    Reply begin() {
        return client_.begin(plan_.purpose, plan_.account, plan_.facts, plan_.token ? &*plan_.token : nullptr);
    }

    /// The password that was typed already is not asked for twice.
    Reply begin_again() {
        if (typed_.password) {
            plan_.token = typed_.password->clone();
        }
        return begin();
    }

    Next take(const protocol::Turn& turn) {
        if (const auto* wait = std::get_if<protocol::Wait>(&turn)) {
            return take_wait(*wait);
        }
        return take_ask(std::get<protocol::Ask>(turn));
    }

    Next take_wait(const protocol::Wait& wait) {
        if (wait.text != shown_) {
            dialog_.show(protocol::PromptStyle::info, {wait.text});
            shown_ = wait.text;
        }
        if (!client_.pause(std::max(wait.poll, shortest_poll))) {
            client_.cancel();
            return Reply(Failure{Trouble::unavailable, "what the dialog waits for did not happen in time"});
        }
        return client_.answer({});
    }

    Next take_ask(const protocol::Ask& ask) {
        if (const auto stopped = may_not_ask(ask)) {
            return *stopped;
        }
        std::vector<Prompt> open;
        const bool new_is_known = plan_.new_password.has_value();
        std::copy_if(ask.prompts.begin(), ask.prompts.end(), std::back_inserter(open),
                     [&](const Prompt& prompt) { return !(new_is_known && is_new_password(prompt)); });
        auto outcome = dialog_.ask(open);
        if (const auto* stopped = std::get_if<Stopped>(&outcome)) {
            return *stopped;
        }
        auto& drawn = std::get<Answers>(outcome);
        if (!drawn.empty()) {
            client_.renew();
        }
        return send(ask, std::move(drawn));
    }

    [[nodiscard]] std::optional<Stopped> may_not_ask(const protocol::Ask& ask) {
        for (const Prompt& prompt : ask.prompts) {
            if (is_password(prompt) && !plan_.may_ask_password) {
                return Stopped{plan_.no_password};
            }
        }
        // Asked for once more, the new password of a module above was refused, and there is no other.
        const bool wants_new = std::any_of(ask.prompts.begin(), ask.prompts.end(),
                                           [](const Prompt& prompt) { return prompt.name == "new_password"; });
        if (plan_.new_password && wants_new && std::exchange(new_password_sent_, true)) {
            show_texts(ask);
            return Stopped{PAM_AUTHTOK_ERR};
        }
        return std::nullopt;
    }

    void show_texts(const protocol::Ask& ask) const {
        std::vector<Prompt> texts;
        std::copy_if(ask.prompts.begin(), ask.prompts.end(), std::back_inserter(texts),
                     [](const Prompt& prompt) { return !wants_answer(prompt.style); });
        (void)dialog_.ask(texts);
    }

    /// `drawn` holds the answers of those prompts that were not known.
    Next send(const protocol::Ask& ask, Answers drawn) {
        Answers answers;
        auto next = drawn.begin();
        for (const Prompt& prompt : ask.prompts) {
            if (!wants_answer(prompt.style)) {
                continue;
            }
            if (plan_.new_password && is_new_password(prompt)) {
                answers.push_back(plan_.new_password->clone());
                continue;
            }
            answers.push_back(std::move(*next++));
            note(prompt, answers.back());
            if (!can_travel(answers.back())) { // what the daemon could not read is nobody's password
                return Stopped{plan_.no_password};
            }
        }
        return client_.answer(answers);
    }

    void note(const Prompt& prompt, const base::Secret& answer) {
        if (is_password(prompt)) {
            typed_.password = answer.clone();
        } else if (prompt.name == "new_password") {
            typed_.new_password = answer.clone();
        }
    }

    Client& client_;
    const Dialog& dialog_;
    Plan& plan_;
    Typed& typed_;
    std::string shown_;
    bool began_again_ = false;
    bool new_password_sent_ = false;
};

} // namespace

Ending walk(Client& client, const Dialog& dialog, Plan& plan, Typed& typed) {
    return Walk(client, dialog, plan, typed).to_the_end();
}

} // namespace loquet::pam
