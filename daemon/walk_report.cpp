// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/walk_report.h"

#include "lib/base/text.h"
#include "lib/protocol/layout.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cstdio>
#include <variant>

namespace loquet {

namespace {

using WalkJson = nlohmann::ordered_json;

WalkJson json_of_turn(const protocol::Turn& turn) {
    WalkJson object;
    if (const auto* ask = std::get_if<protocol::Ask>(&turn)) {
        object["turn"] = "ask";
        object["prompts"] = WalkJson::array();
        for (const protocol::Prompt& prompt : ask->prompts) {
            object["prompts"].push_back({{"style", walk_style(prompt.style)},
                                         {"name", prompt.name},
                                         {"role", protocol::to_text(prompt.role)},
                                         {"text", std::string(prompt.shown())}});
        }
    } else if (const auto* wait = std::get_if<protocol::Wait>(&turn)) {
        object = {{"turn", "wait"}, {"text", wait->text}};
    } else if (const auto* granted = std::get_if<protocol::Granted>(&turn)) {
        object = {{"turn", "granted"},
                  {"account", granted->account},
                  {"reason", protocol::to_text(granted->reason)},
                  {"messages", granted->messages}};
    } else if (const auto* done = std::get_if<protocol::Done>(&turn)) {
        object = {{"turn", "done"}, {"messages", done->messages}, {"acknowledge", done->acknowledge}};
    } else {
        const auto& denied = std::get<protocol::Denied>(turn);
        object = {{"turn", "denied"},
                  {"reason", protocol::to_text(denied.reason)},
                  {"retry_after", denied.retry_after.count()},
                  {"messages", denied.messages}};
    }
    return object;
}

std::string quoted(const std::string& typed) {
    return typed.empty() ? "Enter" : '"' + typed + '"';
}

void print_json(const WalkJson& object) {
    std::puts(object.dump(-1, ' ', true, WalkJson::error_handler_t::replace).c_str());
    std::fflush(stdout);
}

} // namespace

std::string_view walk_style(protocol::PromptStyle style) noexcept {
    switch (style) {
    case protocol::PromptStyle::secret:
        return "secret";
    case protocol::PromptStyle::visible:
        return "visible";
    case protocol::PromptStyle::choice:
        return "choice";
    case protocol::PromptStyle::info:
        return "info";
    case protocol::PromptStyle::error:
        break;
    }
    return "error";
}

void WalkReport::line(const std::string& text) const {
    std::puts(text.c_str());
    std::fflush(stdout);
}

void WalkReport::block(const std::string& mark, std::string_view text) const {
    while (true) {
        const std::size_t end = text.find('\n');
        line(mark + base::printable(text.substr(0, end), text.size()));
        if (end == std::string_view::npos) {
            return;
        }
        text.remove_prefix(end + 1);
    }
}

void WalkReport::begins(const WalkRequest& request) {
    if (json_) {
        print_json({{"purpose", request.purpose}, {"service", request.service}, {"as", request.as}});
    } else if (!request.as.empty()) {
        line(fmt::format("{} at the service {}, as: {}", request.purpose, request.service, request.as));
    }
}

void WalkReport::turn(const protocol::Turn& turn) {
    if (json_) {
        print_json(json_of_turn(turn));
    } else {
        turn_for_people(turn);
    }
}

void WalkReport::turn_for_people(const protocol::Turn& turn) const {
    const auto show = [&](const std::vector<std::string>& texts) {
        std::vector<protocol::Prompt> prompts;
        prompts.reserve(texts.size());
        for (const std::string& text : texts) {
            prompts.push_back({protocol::PromptStyle::info, {}, text});
            block("  | ", text);
        }
    };
    line("");
    if (const auto* ask = std::get_if<protocol::Ask>(&turn)) {
        std::vector<const protocol::Prompt*> prompts;
        prompts.reserve(ask->prompts.size());
        for (const protocol::Prompt& prompt : ask->prompts) {
            prompts.push_back(&prompt);
        }
        for (const protocol::DrawnPrompt& drawn : protocol::laid_out(prompts, false)) {
            block("  | ", base::as_text(drawn.text));
        }
    } else if (const auto* wait = std::get_if<protocol::Wait>(&turn)) {
        show({wait->text});
    } else if (const auto* granted = std::get_if<protocol::Granted>(&turn)) {
        show(granted->messages);
        line(granted->reason == protocol::Reason::none
                 ? "Let in: " + granted->account + '.'
                 : fmt::format("Let in: {}, with {}.", granted->account, protocol::to_text(granted->reason)));
    } else if (const auto* done = std::get_if<protocol::Done>(&turn)) {
        show(done->messages);
        show({done->acknowledge});
        line("Done: nobody is let in by that.");
    } else {
        const auto& denied = std::get<protocol::Denied>(turn);
        show(denied.messages);
        line(fmt::format("Refused: {}.", protocol::to_text(denied.reason)));
    }
}

void WalkReport::typed(const WalkTyped& typed) {
    if (json_) {
        print_json({{"typed", typed.answers}, {"read", typed.was_read}});
        return;
    }
    for (const std::string& answer : typed.answers) {
        line("  > " + (answer.empty() ? "(Enter)" : base::printable(answer, answer.size())));
    }
}

void WalkReport::message(const WalkScene::Message& message) {
    const std::string medium(to_text(message.entry.medium));
    if (!message.request) {
        if (json_) {
            print_json({{"message", message.entry.text}, {"medium", medium}, {"refused", message.entry.why}});
        } else {
            line("");
            line(fmt::format("No message goes out by {}: {}.", medium, message.entry.why));
        }
        return;
    }
    if (json_) {
        print_json({{"message", message.entry.text},
                    {"medium", medium},
                    {"to", message.entry.masked},
                    {"subject", message.request->subject},
                    {"text", std::string(message.request->text.reveal())}});
        return;
    }
    line("");
    line(fmt::format("Message to {} by {}:", message.entry.masked, medium));
    if (!message.request->subject.empty()) {
        line("  # " + message.request->subject);
    }
    block("  # ", message.request->text.reveal());
}

void WalkReport::note(const std::string& text) {
    if (json_) {
        print_json({{"note", text}});
    } else {
        line(text);
    }
}

void WalkReport::disclosed(WalkKind kind, const std::string& reason) {
    if (json_) {
        print_json({{"disclosed", reason}, {"kind", to_text(kind)}});
    } else {
        line(fmt::format("On purpose (disclose): who is {} is told \"{}\".", to_text(kind), reason));
    }
}

void WalkReport::difference(const WalkDifference& difference) {
    if (json_) {
        print_json({{"told_apart", {to_text(difference.first), to_text(difference.second)}},
                    {"prompt", difference.prompt},
                    {"typed", difference.typed},
                    {"first_sees", difference.first_sees},
                    {"second_sees", difference.second_sees}});
        return;
    }
    std::string typed;
    for (const std::string& answer : difference.typed) {
        typed += (typed.empty() ? "" : ", ") + quoted(answer);
    }
    line(fmt::format("{} and {} can be told apart {}, by a stranger who typed {}:", to_text(difference.first),
                     to_text(difference.second),
                     difference.prompt.empty() ? "at the beginning"
                                               : fmt::format("at the prompt \"{}\"", difference.prompt),
                     typed.empty() ? "nothing" : typed));
    const auto side = [&](WalkKind kind, const std::vector<std::string>& sees) {
        for (const std::string& each : sees) {
            line(fmt::format("  {:<20}{}", to_text(kind), base::printable(each, each.size())));
        }
    };
    side(difference.first, difference.first_sees);
    side(difference.second, difference.second_sees);
}

void WalkReport::nobody_told_apart(std::size_t walks, std::size_t prompts) {
    if (json_) {
        print_json({{"told_apart", WalkJson::array()}, {"walks", walks}, {"prompts", prompts}});
    } else {
        line(fmt::format("nobody can be told apart: {} walks, {} prompts", walks, prompts));
    }
}

} // namespace loquet
