// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/walk_strangers.h"

#include "daemon/conversation/flow_set.h"
#include "daemon/conversation/self_service.h"
#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/protocol/names.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>
#include <variant>

namespace loquet {

namespace {

constexpr const char* wrong_password = "not-the-password-4";
constexpr const char* wrong_code = "0000 0000";
constexpr std::size_t longest_path = 12;
constexpr base::Milliseconds longest_wait{2000}; ///< for what happens elsewhere
constexpr base::Milliseconds shortest_poll{20};

/// Random by nature: a sum is another one for each dialog.
std::string without_sums(std::string_view text) {
    std::string shape;
    for (const char each : text) {
        const bool varies = (each >= '0' && each <= '9') || each == '+' || each == '-';
        if (!varies) {
            shape += each;
        } else if (!shape.ends_with('#')) {
            shape += '#';
        }
    }
    return shape;
}

std::string joined_texts(const std::vector<std::string>& texts) {
    std::string line;
    for (const std::string& text : texts) {
        line += (line.empty() ? "" : " / ") + text;
    }
    return line;
}

protocol::Answers answers_of(const std::vector<std::string>& texts) {
    protocol::Answers answers;
    for (const std::string& text : texts) {
        answers.emplace_back(text);
    }
    return answers;
}

const protocol::Prompt* question_in(const protocol::Ask& ask) {
    const auto place =
        std::ranges::find_if(ask.prompts, [](const protocol::Prompt& prompt) { return wants_answer(prompt.style); });
    return place == ask.prompts.end() ? nullptr : &*place;
}

} // namespace

WalkStrangers::WalkStrangers(WalkSite& site, WalkReport& report) : site_(site), report_(report) {
    const bool for_an_owner = conversation::is_for_an_owner(site.request().purpose);
    for (const WalkKind kind : walk_kinds) {
        if (kind != WalkKind::unknown || !for_an_owner) {
            kinds_.push_back(kind);
        }
    }
    for (const auto& [name, instance] : site.settings().plugins) {
        if (instance.kind == config::PluginKind::step && instance.enrolled_only) {
            factors_.push_back(name);
        }
    }
}

bool WalkStrangers::is_challenge(const std::string& prompt) const {
    const auto challenges = site_.challenges();
    return std::ranges::find(challenges, prompt.substr(0, prompt.find('.'))) != challenges.end();
}

std::vector<std::string> WalkStrangers::lines_of(const protocol::Turn& turn) const {
    std::vector<std::string> lines;
    if (const auto* ask = std::get_if<protocol::Ask>(&turn)) {
        for (const protocol::Prompt& prompt : ask->prompts) {
            const std::string_view text = prompt.shown();
            lines.push_back(fmt::format("asked {} {} {}: {}", walk_style(prompt.style), prompt.name,
                                        protocol::to_text(prompt.role),
                                        is_challenge(prompt.name) ? without_sums(text) : std::string(text)));
        }
    } else if (const auto* wait = std::get_if<protocol::Wait>(&turn)) {
        lines.push_back("waits: " + wait->text);
    } else if (const auto* granted = std::get_if<protocol::Granted>(&turn)) {
        lines.push_back("granted: " + joined_texts(granted->messages));
    } else if (const auto* done = std::get_if<protocol::Done>(&turn)) {
        lines.push_back("done: " + joined_texts(done->messages));
    } else {
        const auto& denied = std::get<protocol::Denied>(turn);
        lines.push_back(fmt::format("refused ({}, again after {} s): {}", protocol::to_text(denied.reason),
                                    denied.retry_after.count(), joined_texts(denied.messages)));
    }
    return lines;
}

/// What somebody tries who knows nothing of the account.
WalkStrangers::Path WalkStrangers::options_at(const protocol::Ask& ask) const {
    const protocol::Prompt* question = question_in(ask);
    const auto wanted =
        std::ranges::count_if(ask.prompts, [](const protocol::Prompt& prompt) { return wants_answer(prompt.style); });
    if (question == nullptr) {
        return {};
    }
    if (wanted > 1) {
        return {std::vector<std::string>(static_cast<std::size_t>(wanted), wrong_password)};
    }
    if (question->style == protocol::PromptStyle::choice) {
        Path options;
        for (char number = '0'; number <= '9'; ++number) {
            const bool offered = std::ranges::any_of(ask.prompts, [&](const protocol::Prompt& prompt) {
                return prompt.shown().find(number) != std::string_view::npos;
            });
            if (offered) {
                options.push_back({std::string(1, number)});
            }
        }
        options.insert(options.end(), {{"?"}, {"<"}, {""}, {"no such choice"}});
        return options;
    }
    if (question->role == protocol::PromptRole::current_password) {
        return {{""}, {wrong_password}, {wrong_code}};
    }
    if (is_challenge(question->name)) {
        return {{wrong_code}, {""}};
    }
    if (question->name == "identity") { // what is known of somebody is typed for each kind of person
        return {{WalkScene::mail}, {WalkScene::name}, {"no address"}, {""}, {"?"}, {"<"}};
    }
    return {{wrong_code}, {""}, {"?"}, {"<"}, {"no code"}};
}

WalkStrangers::Seen WalkStrangers::see(WalkScene& scene, protocol::Turn turn, std::uint64_t commits_before) {
    Seen seen;
    seen.lines = lines_of(turn);
    base::Milliseconds left = longest_wait;
    while (const auto* wait = std::get_if<protocol::Wait>(&turn)) {
        const base::Milliseconds pause = std::max(wait->poll, shortest_poll);
        if (pause > left) {
            waits_ = true;
            break;
        }
        left -= pause;
        site_.wait(pause);
        turn = scene.answer({});
        if (!std::holds_alternative<protocol::Wait>(turn)) {
            const auto more = lines_of(turn);
            seen.lines.insert(seen.lines.end(), more.begin(), more.end());
        }
    }
    seen.commits = scene.commits() - commits_before;
    if (const auto* ask = std::get_if<protocol::Ask>(&turn)) {
        const protocol::Prompt* question = question_in(*ask);
        seen.prompt = question == nullptr ? "" : question->name;
        seen.lets_in = question != nullptr && question->role == protocol::PromptRole::new_password;
        seen.options = options_at(*ask);
        seen.prompts = ask->prompts.size();
    } else if (const auto* denied = std::get_if<protocol::Denied>(&turn)) {
        seen.reason = protocol::to_text(denied->reason);
        if (!site_.settings().discloses(denied->reason)) {
            seen.reason.clear();
        }
    } else {
        seen.lets_in = !std::holds_alternative<protocol::Wait>(turn);
    }
    return seen;
}

WalkStrangers::Transcript WalkStrangers::explore(const std::string& purpose, Challenges challenges, Path& path) {
    WalkScene scene(site_, kinds_.front(), challenges, factors_);
    Transcript transcript;
    std::uint64_t before = scene.commits();
    transcript.push_back(see(scene, scene.begin(purpose), before));
    for (std::size_t at = 0;; ++at) {
        const Seen& now = transcript.back();
        if (now.options.empty() || now.lets_in) {
            break;
        }
        if (at == path.size()) {
            const bool fresh = seen_.insert(fmt::format("{}", fmt::join(now.lines, "\n"))).second;
            if (!fresh || at == longest_path) {
                break;
            }
            for (std::size_t option = now.options.size(); option-- > 1;) {
                Path other = path;
                other.push_back(now.options[option]);
                open_.push_back(std::move(other));
            }
            path.push_back(now.options.front());
        }
        before = scene.commits();
        transcript.push_back(see(scene, scene.answer(answers_of(path[at])), before));
    }
    path.resize(transcript.size() - 1);
    scene.cancel();
    return transcript;
}

WalkStrangers::Transcript WalkStrangers::replay(const std::string& purpose, Challenges challenges, WalkKind kind,
                                                const Path& path) {
    WalkScene scene(site_, kind, challenges, factors_);
    Transcript transcript;
    std::uint64_t before = scene.commits();
    transcript.push_back(see(scene, scene.begin(purpose), before));
    for (const auto& typed : path) {
        const Seen& now = transcript.back();
        if (now.options.empty() || now.options.front().size() != typed.size()) {
            break;
        }
        before = scene.commits();
        transcript.push_back(see(scene, scene.answer(answers_of(typed)), before));
    }
    scene.cancel();
    return transcript;
}

void WalkStrangers::compare(WalkKind kind, const Path& path, const Transcript& reference, const Transcript& other) {
    ++walks_;
    for (std::size_t at = 0; at < std::min(reference.size(), other.size()); ++at) {
        const Seen& expected = reference[at];
        const Seen& got = other[at];
        prompts_ += got.prompts;
        if (got.lets_in) {
            let_in_ = true;
        }
        if (got.lines == expected.lines && got.commits == expected.commits) {
            continue;
        }
        for (const auto& [who, reason] : {std::pair(kind, got.reason), std::pair(kinds_.front(), expected.reason)}) {
            if (!reason.empty()) {
                disclosed_[who].insert(reason);
                return;
            }
        }
        if (told_apart_.insert(kind).second) {
            WalkDifference difference{
                kinds_.front(), kind,     at == 0 ? expected.prompt : reference[at - 1].prompt, {},
                expected.lines, got.lines};
            for (std::size_t typed = 0; typed < at; ++typed) {
                difference.typed.insert(difference.typed.end(), path[typed].begin(), path[typed].end());
            }
            if (got.lines == expected.lines) { // what is written is all that differs
                difference.first_sees.clear();
                difference.second_sees.clear();
            }
            if (got.commits != expected.commits) {
                difference.first_sees.push_back(
                    fmt::format("number of writes that the reply waits for: {}", expected.commits));
                difference.second_sees.push_back(
                    fmt::format("number of writes that the reply waits for: {}", got.commits));
            }
            report_.difference(difference);
        }
        return;
    }
}

void WalkStrangers::walk_from(const std::string& purpose, Challenges challenges) {
    open_ = {Path{}};
    while (!open_.empty()) {
        Path path = std::move(open_.back());
        open_.pop_back();
        const Transcript reference = explore(purpose, challenges, path);
        compare(kinds_.front(), path, reference, reference);
        for (const WalkKind kind : kinds_) {
            if (kind != kinds_.front() && !told_apart_.contains(kind)) {
                compare(kind, path, reference, replay(purpose, challenges, kind, path));
            }
        }
    }
}

bool WalkStrangers::run() {
    const std::string& purpose = site_.request().purpose;
    const auto client = WalkScene(site_, kinds_.front(), Challenges::asked, {}).client(purpose);
    // Programs may begin there; people come there from the login.
    const bool from_login = !protocol::logs_in(purpose) && !conversation::is_for_an_owner(purpose)
                            && conversation::offers_self_service(site_.settings(), client);
    std::vector<std::string> beginnings{purpose};
    if (from_login) {
        beginnings.emplace_back(protocol::purpose::login);
    }
    for (const std::string& each : beginnings) {
        walk_from(each, Challenges::asked);
    }
    if (!site_.challenges().empty()) {
        seen_.clear();
        for (const std::string& each : beginnings) {
            walk_from(each, Challenges::left_out);
        }
        report_.note(fmt::format("What {} asks has no answer that is known before: the strangers came as far as that, "
                                 "and once more through the flow without it.",
                                 fmt::join(site_.challenges(), ", ")));
    }
    if (waits_) {
        report_.note("A step waits for what happens elsewhere: the strangers came no further than that.");
    }
    if (conversation::is_for_an_owner(purpose)) {
        report_.note("Nobody begins that for a name that nobody has, so \"unknown\" was left out.");
    }
    for (const auto& [kind, reasons] : disclosed_) {
        for (const std::string& reason : reasons) {
            report_.disclosed(kind, reason);
        }
    }
    if (let_in_) {
        report_.note("Somebody who knows nothing came to the end of the flow, or to its new password.");
    }
    if (told_apart_.empty() && !let_in_) {
        report_.nobody_told_apart(walks_, prompts_);
    }
    return told_apart_.empty() && !let_in_;
}

} // namespace loquet
