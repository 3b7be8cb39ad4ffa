// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/walk.h"

#include "daemon/conversation/self_service.h"
#include "daemon/walk_report.h"
#include "daemon/walk_scene.h"
#include "daemon/walk_strangers.h"
#include "lib/base/error.h"
#include "lib/protocol/names.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <deque>
#include <map>
#include <utility>
#include <variant>

namespace loquet {

using base::Error;

namespace {

constexpr std::size_t longest_walk = 60; ///< turns
constexpr base::Milliseconds between_polls{20};
/// Of new passwords: one after the other, until the site's rules take one.
constexpr std::array<std::size_t, 3> password_sizes{20, 12, 8};
constexpr std::size_t most_empty_answers = 2; ///< until the menu opens

protocol::Answers as_answers(const std::vector<std::string>& texts) {
    protocol::Answers answers;
    for (const std::string& text : texts) {
        answers.emplace_back(text);
    }
    return answers;
}

std::string family_of(const std::string& prompt) {
    return prompt.substr(0, prompt.find('.'));
}

/// Behind the label of a line: "Code 3: 1a2b-3c4d".
std::string last_word(std::string_view line) {
    return std::string(line.substr(line.find_last_of(' ') + 1));
}

bool needs_a_device(const config::PluginInstance& factor) {
    return (factor.proves.by & config::Proof::of(config::Method::device).by) != 0;
}

/// The dialog of one made-up person, who types what they know.
class WalkPerson {
public:
    WalkPerson(WalkSite& site, WalkReport& report, WalkKind kind);

    /// Whether the person comes through.
    bool run();

private:
    void set_up_factors();
    /// Whether the factor was set up; its codes are known then.
    bool set_up(const std::string& factor);
    [[nodiscard]] std::optional<std::string> number_of(const std::string& factor, const protocol::Ask& ask) const;
    [[nodiscard]] std::string choice_among(const protocol::Ask& ask) const;
    [[nodiscard]] std::optional<std::string> shown_code(const protocol::Prompt& prompt, const protocol::Ask& ask);
    protocol::Turn next(protocol::Turn turn);
    void take_messages();
    [[nodiscard]] WalkTyped answers_to(const protocol::Ask& ask);
    [[nodiscard]] std::optional<std::string> known_answer(const protocol::Prompt& prompt, const protocol::Ask& ask);
    [[nodiscard]] std::optional<std::string> code_for(const protocol::Prompt& prompt);
    [[nodiscard]] std::optional<std::string> entry_of_menu(const protocol::Prompt& prompt);
    [[nodiscard]] std::string identity() const;
    [[nodiscard]] bool came_back_to_the_menu(const protocol::Turn& turn) const;
    [[nodiscard]] std::string new_password(const protocol::Prompt& prompt, const protocol::Ask& ask);
    [[nodiscard]] std::string why_nobody_knows(const protocol::Prompt& prompt) const;

    WalkSite& site_;
    WalkReport& report_;
    WalkKind kind_;
    WalkScene scene_;
    bool comes_by_menu_ = false; ///< the menu leads to the purpose, and was not seen yet
    bool was_in_menu_ = false;
    std::size_t empty_answers_ = 0;
    std::size_t passwords_tried_ = 0;
    std::string password_;
    std::string new_password_;
    std::optional<std::string> code_; ///< of the last message
    std::string said_;                ///< of the last wait
    std::string no_message_;          ///< why none went out
    bool code_was_sent_ = false;
    bool code_was_read_out_ = false;
    std::map<std::string, std::deque<std::string>> factor_codes_;
};

WalkPerson::WalkPerson(WalkSite& site, WalkReport& report, WalkKind kind)
    : site_(site), report_(report), kind_(kind), scene_(site, kind, WalkScene::Challenges::asked, {}),
      password_(site.password()) {}

bool WalkPerson::run() {
    if (kind_ == WalkKind::factors) {
        set_up_factors();
    }
    const std::string& purpose = site_.request().purpose;
    comes_by_menu_ = !protocol::logs_in(purpose) && !conversation::is_for_an_owner(purpose);
    protocol::Turn turn = scene_.begin(comes_by_menu_ ? protocol::purpose::login : purpose);
    for (std::size_t turns = 0; turns < longest_walk; ++turns) {
        take_messages();
        const auto* wait = std::get_if<protocol::Wait>(&turn);
        if (wait == nullptr || wait->text != said_) { // once for all polls
            report_.turn(turn);
        }
        said_ = wait == nullptr ? "" : wait->text;
        if (came_back_to_the_menu(turn)) {
            scene_.cancel();
            return true;
        }
        if (!std::holds_alternative<protocol::Ask>(turn) && !std::holds_alternative<protocol::Wait>(turn)) {
            return !std::holds_alternative<protocol::Denied>(turn);
        }
        turn = next(std::move(turn));
    }
    throw Error(Error::Kind::limited, "the dialog does not come to an end: the walk ends here");
}

protocol::Turn WalkPerson::next(protocol::Turn turn) {
    if (const auto* wait = std::get_if<protocol::Wait>(&turn)) {
        site_.wait(std::max(wait->poll, between_polls));
        return scene_.answer({});
    }
    const WalkTyped typed = answers_to(std::get<protocol::Ask>(turn));
    report_.typed(typed);
    return scene_.answer(as_answers(typed.answers));
}

/// What is sent is shown before the turn that speaks of it.
void WalkPerson::take_messages() {
    for (const WalkScene::Message& message : scene_.new_messages()) {
        report_.message(message);
        if (message.code && message.request) {
            code_ = std::string(message.code->reveal());
            code_was_sent_ = true;
        } else if (!message.request) {
            no_message_ = message.entry.why;
        }
    }
}

WalkTyped WalkPerson::answers_to(const protocol::Ask& ask) {
    WalkTyped typed;
    for (const protocol::Prompt& prompt : ask.prompts) {
        if (!wants_answer(prompt.style)) {
            continue;
        }
        auto answer = known_answer(prompt, ask);
        if (!answer) {
            answer = site_.read_line();
            typed.was_read = true;
        }
        if (!answer) {
            throw Error(Error::Kind::invalid,
                        fmt::format("nobody answers the prompt \"{}\": {}", prompt.name, why_nobody_knows(prompt)));
        }
        typed.answers.push_back(*std::move(answer));
    }
    return typed;
}

std::optional<std::string> WalkPerson::known_answer(const protocol::Prompt& prompt, const protocol::Ask& ask) {
    if (prompt.role == protocol::PromptRole::current_password) {
        if (comes_by_menu_ && ++empty_answers_ <= most_empty_answers) {
            return "";
        }
        return comes_by_menu_ ? std::nullopt : std::optional(password_);
    }
    if (prompt.role == protocol::PromptRole::new_password) {
        return new_password(prompt, ask);
    }
    if (prompt.name == "menu") {
        return entry_of_menu(prompt);
    }
    if (prompt.name == "identity") {
        return identity();
    }
    if (prompt.name == "back_to_menu") {
        return "";
    }
    const bool again = std::ranges::any_of(
        ask.prompts, [](const protocol::Prompt& each) { return each.style == protocol::PromptStyle::error; });
    if (prompt.name == "new_mail" || prompt.name == "new_phone") {
        const char* const address = prompt.name == "new_mail" ? WalkScene::new_mail : WalkScene::new_phone;
        return again ? std::nullopt : std::optional(address);
    }
    if (auto shown = shown_code(prompt, ask)) {
        return shown;
    }
    if (prompt.role == protocol::PromptRole::code) {
        return code_for(prompt);
    }
    return prompt.style == protocol::PromptStyle::choice && !again ? std::optional(choice_among(ask)) : std::nullopt;
}

/// The address, where the flow takes one: who comes by it may have forgotten the name.
std::string WalkPerson::identity() const {
    const config::Flow* flow = site_.settings().flow(site_.request().purpose, scene_.client("").service);
    const bool takes_mail =
        flow == nullptr || flow->items.empty() || flow->items.front().by.empty()
        || std::ranges::find(flow->items.front().by, config::IdentifiedBy::mail) != flow->items.front().by.end();
    return takes_mail ? WalkScene::mail : WalkScene::name;
}

/// As a flow that logs nobody in and asks for nothing more ends.
bool WalkPerson::came_back_to_the_menu(const protocol::Turn& turn) const {
    const auto* ask = std::get_if<protocol::Ask>(&turn);
    return ask != nullptr && was_in_menu_ && !comes_by_menu_
           && std::ranges::any_of(ask->prompts, [](const protocol::Prompt& prompt) { return prompt.name == "menu"; });
}

/// The number of the entry that leads to the purpose. Where nothing can be sent, the one for a code that the helpdesk
/// reads out leads there too.
std::optional<std::string> WalkPerson::entry_of_menu(const protocol::Prompt& prompt) {
    if (!comes_by_menu_) {
        return std::nullopt;
    }
    const std::string& purpose = site_.request().purpose;
    const bool any = purpose == protocol::purpose::self_service;
    for (std::string id : {any ? std::string(protocol::purpose::recover_password) : purpose,
                           std::string(protocol::purpose::enter_code)}) {
        std::ranges::replace(id, '-', '_');
        const std::size_t place = prompt.text.find(' ' + site_.texts().render(site_.locale(), "self_service." + id));
        if (place == std::string::npos || place == 0) {
            continue;
        }
        const std::size_t begin = prompt.text.find_last_not_of("0123456789", place - 1) + 1;
        if (begin < place) {
            comes_by_menu_ = false;
            was_in_menu_ = true;
            return prompt.text.substr(begin, place - begin);
        }
    }
    return std::nullopt;
}

std::string WalkPerson::new_password(const protocol::Prompt& prompt, const protocol::Ask& ask) {
    const auto first = std::ranges::find_if(
        ask.prompts, [](const protocol::Prompt& each) { return each.role == protocol::PromptRole::new_password; });
    if (&*first == &prompt) { // asked anew: the one before was refused
        new_password_ = made_up_password(password_sizes.at(passwords_tried_++ % password_sizes.size()));
        password_ = new_password_;
    }
    return new_password_;
}

std::optional<std::string> WalkPerson::code_for(const protocol::Prompt& prompt) {
    if (auto& codes = factor_codes_[family_of(prompt.name)]; !codes.empty()) {
        std::string code = std::move(codes.front());
        codes.pop_front();
        return code;
    }
    if (code_) {
        return std::exchange(code_, std::nullopt);
    }
    // The helpdesk does not read one out for an account that is shut.
    const bool shut = kind_ == WalkKind::locked || kind_ == WalkKind::disabled;
    if (prompt.name == "code" && !code_was_sent_ && no_message_.empty() && !shut && !code_was_read_out_) {
        code_was_read_out_ = true;
        const base::Secret code = scene_.operators_code();
        if (!code.empty()) {
            report_.note("\nNothing was sent. Suppose that the helpdesk reads a code out:");
            return std::string(recovery::grouped(code).reveal());
        }
    }
    return std::nullopt;
}

std::string WalkPerson::why_nobody_knows(const protocol::Prompt& prompt) const {
    if (prompt.name == "menu") {
        return "no entry of the menu leads to " + site_.request().purpose
               + ". Give its number as a line of standard input to go another way";
    }
    if (prompt.role == protocol::PromptRole::current_password && comes_by_menu_) {
        return "the menu did not open after two empty answers";
    }
    const auto plugin = site_.settings().plugins.find(family_of(prompt.name));
    const bool comes_by_message = plugin == site_.settings().plugins.end() || !plugin->second.enrolled_only;
    if (prompt.role == protocol::PromptRole::code && comes_by_message && !code_was_sent_) {
        return fmt::format("no message with a code went out{}, so that the person has none",
                           no_message_.empty() ? "" : " (" + no_message_ + ')');
    }
    return "the walk does not know the answer. Give it as a line of standard input, one for each such prompt";
}

void WalkPerson::set_up_factors() {
    std::vector<std::string> left_out;
    for (const auto& [name, instance] : site_.settings().plugins) {
        const bool is_factor = instance.kind == config::PluginKind::step && instance.enrolled_only;
        if (is_factor && (needs_a_device(instance) || !set_up(name))) {
            left_out.push_back(name);
        }
    }
    report_.note(left_out.empty() ? "All second factors are set up."
                                  : fmt::format("Left out, because it needs a device or no flow sets it up: {}.",
                                                fmt::join(left_out, ", ")));
}

/// The number before the factor's label, in the lines above a choice.
std::optional<std::string> WalkPerson::number_of(const std::string& factor, const protocol::Ask& ask) const {
    const std::string id = "factor." + factor;
    const std::string label = site_.texts().has(id) ? site_.texts().render(site_.locale(), id) : factor;
    for (const protocol::Prompt& prompt : ask.prompts) {
        const std::string_view line = prompt.shown();
        const std::size_t digits = std::min(line.find_first_not_of("0123456789"), line.size());
        if (digits > 0 && line.ends_with(label)) {
            return std::string(line.substr(0, digits));
        }
    }
    return std::nullopt;
}

/// One that needs no device, where there is one.
std::string WalkPerson::choice_among(const protocol::Ask& ask) const {
    for (const auto& [name, instance] : site_.settings().plugins) {
        if (instance.enrolled_only && !needs_a_device(instance)) {
            if (auto number = number_of(name, ask)) {
                return *std::move(number);
            }
        }
    }
    return "1";
}

/// What is shown for somebody to keep, and then asked for, is typed from what was shown.
std::optional<std::string> WalkPerson::shown_code(const protocol::Prompt& prompt, const protocol::Ask& ask) {
    auto& codes = factor_codes_[family_of(prompt.name)];
    std::deque<std::string> shown;
    for (const protocol::Prompt& each : ask.prompts) {
        if (!wants_answer(each.style) && each.secret_text && family_of(each.name) == family_of(prompt.name)) {
            shown.push_back(last_word(each.shown()));
        }
    }
    const auto instance = site_.settings().plugins.find(family_of(prompt.name));
    if (shown.empty() || instance == site_.settings().plugins.end() || needs_a_device(instance->second)) {
        return std::nullopt;
    }
    codes = std::move(shown);
    return codes.front();
}

bool WalkPerson::set_up(const std::string& factor) {
    try {
        protocol::Turn turn = scene_.begin(protocol::purpose::manage_secrets);
        for (std::size_t turns = 0; turns < longest_walk; ++turns) {
            for (const WalkScene::Message& message : scene_.new_messages()) {
                code_ = message.code ? std::optional(std::string(message.code->reveal())) : std::move(code_);
            }
            const auto* ask = std::get_if<protocol::Ask>(&turn);
            if (ask == nullptr) {
                break;
            }
            std::vector<std::string> answers;
            for (const protocol::Prompt& prompt : ask->prompts) {
                if (wants_answer(prompt.style)) {
                    answers.push_back(prompt.name == "choice" ? number_of(factor, *ask).value_or("0")
                                                              : known_answer(prompt, *ask).value_or(std::string()));
                }
            }
            turn = scene_.answer(as_answers(answers));
        }
    } catch (const Error&) { // no flow for that, or none that comes to an end
        factor_codes_.erase(factor);
    }
    scene_.cancel();
    const auto codes = factor_codes_.find(factor);
    return codes != factor_codes_.end() && !codes->second.empty();
}

/// Who has to come through: whom nothing keeps out.
bool has_to_come_through(WalkKind kind) {
    return kind == WalkKind::known || kind == WalkKind::factors || kind == WalkKind::expired;
}

int walk_as_person(WalkSite& site, WalkReport& report, WalkKind kind) {
    WalkPerson person(site, report, kind);
    return person.run() || !has_to_come_through(kind) ? EXIT_SUCCESS : EXIT_FAILURE;
}

} // namespace

int walk(const Options& options) {
    WalkReport report(options.walk->json);
    try {
        WalkSite site(options);
        report.begins(site.request());
        if (const auto kind = walk_kind_named(site.request().as)) {
            return walk_as_person(site, report, *kind);
        }
        return WalkStrangers(site, report).run() ? EXIT_SUCCESS : EXIT_FAILURE;
    } catch (const WalkInterrupted& interrupted) {
        constexpr int of_a_signal = 128;
        return of_a_signal + interrupted.signal;
    }
}

} // namespace loquet
