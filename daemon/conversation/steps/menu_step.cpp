// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/conversation/steps/menu_step.h"

#include "daemon/conversation/typed_text.h"
#include "lib/base/limits.h"
#include "lib/base/text.h"
#include "lib/protocol/names.h"

#include <algorithm>
#include <optional>

namespace loquet::conversation {

using protocol::PromptStyle;

namespace {

/// The label, or one of its words, begins so.
bool begins_a_word(std::string_view label, std::string_view typed) {
    for (std::size_t at = 0; at < label.size(); ++at) {
        if (label.substr(at).starts_with(typed)) {
            return true;
        }
        at = std::min(label.find_first_of(" '", at), label.size());
    }
    return false;
}

} // namespace

std::string help_text(const config::Config& settings, const messages::Catalogue& texts, const std::string& locale) {
    return settings.support.contact.empty()
               ? texts.render(locale, "self_service.help")
               : texts.render(locale, "self_service.contact", {{"contact", settings.support.contact}});
}

bool MenuStep::has_mail() const noexcept {
    return has_media()
           && std::ranges::find(outbox_->settings().media, model::Medium::mail) != outbox_->settings().media.end();
}

std::vector<MenuStep::Entry> MenuStep::entries(const Dialog& dialog) const {
    std::vector<Entry> list;
    const bool recovers = settings_.flow(protocol::purpose::recover_password, dialog.client.service) != nullptr;
    if (recovers && has_media()) {
        list.push_back({protocol::purpose::recover_password, "self_service.recover_password"});
    }
    if (settings_.flow(protocol::purpose::recover_name, dialog.client.service) != nullptr && has_mail()) {
        list.push_back({protocol::purpose::recover_name, "self_service.recover_name"});
    }
    if (recovers) {
        list.push_back({protocol::purpose::enter_code, "self_service.enter_code"});
    }
    list.push_back({nullptr, "self_service.help_entry"});
    return list;
}

Effects MenuStep::ask(const Dialog& dialog, const std::string& above) const {
    const std::string& locale = dialog.client.locale;
    std::string line;
    std::size_t number = 0;
    for (const Entry& entry : entries(dialog)) {
        line += (line.empty() ? "" : "  ") + std::to_string(++number) + ' ' + texts_.render(locale, entry.label);
    }
    protocol::Ask ask;
    if (!above.empty()) {
        ask.prompts.push_back({PromptStyle::info, "menu_help", above});
    }
    ask.prompts.push_back(
        {PromptStyle::choice, "menu", texts_.render(locale, "self_service.menu", {{"entries", line}})});
    Effects result;
    result.turn = std::move(ask);
    return result;
}

base::Task<Effects> MenuStep::begin(Dialog& dialog, const Subject& /*subject*/) {
    co_return ask(dialog, {});
}

base::Task<Effects> MenuStep::answer(Dialog& dialog, const Subject& /*subject*/, protocol::Answers answers) {
    const std::string& locale = dialog.client.locale;
    const std::vector<Entry> list = entries(dialog);
    const std::string typed = base::lower_ascii(trimmed(answers.at(0).reveal()));
    std::vector<const Entry*> meant;
    if (const auto number = number_in(typed)) {
        if (*number >= 1 && *number <= list.size()) {
            meant.push_back(&list[*number - 1]);
        }
    } else if (!typed.empty()) {
        for (const Entry& entry : list) {
            if (begins_a_word(base::lower_ascii(texts_.render(locale, entry.label)), typed)) {
                meant.push_back(&entry);
            }
        }
    }
    if (meant.size() != 1) {
        if (!typed.empty() && ++dialog.menu_tries >= limits::menu_tries) {
            Effects refused;
            refused.turn = protocol::Denied{protocol::Reason::refused, {}, {help_text(settings_, texts_, locale)}};
            refused.detail = "no-choice";
            co_return refused;
        }
        co_return ask(dialog, typed.empty() ? std::string() : texts_.render(locale, "choice.again"));
    }
    if (meant.front()->purpose == nullptr) {
        co_return ask(dialog, help_text(settings_, texts_, locale));
    }
    Effects chosen;
    chosen.turn = protocol::Granted{};
    chosen.goes_to = meant.front()->purpose;
    co_return chosen;
}

} // namespace loquet::conversation
