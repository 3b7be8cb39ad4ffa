// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/protocol/turn_wire.h"

#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/base/text.h"
#include "lib/protocol/sealed_texts.h"

#include <algorithm>

namespace loquet::protocol {

using base::Error;

namespace {

struct State {
    const char* operator()(const Ask& /*turn*/) const { return "ask"; }
    const char* operator()(const Wait& /*turn*/) const { return "wait"; }
    const char* operator()(const Granted& /*turn*/) const { return "granted"; }
    const char* operator()(const Done& /*turn*/) const { return "done"; }
    const char* operator()(const Denied& /*turn*/) const { return "denied"; }
};

/// The details of a turn, whatever its state; what does not apply is empty.
struct Details {
    std::string reason;
    std::string account;
    std::string acknowledge;
    std::uint32_t retry_after = 0;
    std::uint32_t poll = 0;
    std::vector<std::string> messages;
    std::vector<base::Secret> secret_texts; ///< none, or one for each prompt
};

constexpr SealedLimits of_prompts{"texts of prompts", limits::prompts_per_turn, limits::prompt_text_bytes};

/// One for each prompt, empty where the prompt's text is none: nothing where no text is a secret.
std::vector<std::string_view> secret_texts_of(const Turn& turn) {
    std::vector<std::string_view> texts;
    const auto* ask = std::get_if<Ask>(&turn);
    const auto is_secret = [](const Prompt& prompt) { return prompt.secret_text != nullptr; };
    if (ask != nullptr && std::any_of(ask->prompts.begin(), ask->prompts.end(), is_secret)) {
        for (const Prompt& prompt : ask->prompts) {
            texts.push_back(is_secret(prompt) ? prompt.shown() : std::string_view());
        }
    }
    return texts;
}

Details details_of(const Turn& turn) {
    Details details;
    if (const auto* wait = std::get_if<Wait>(&turn)) {
        details.poll = static_cast<std::uint32_t>(wait->poll.count());
        details.messages = {wait->text};
    } else if (const auto* granted = std::get_if<Granted>(&turn)) {
        details.account = granted->account;
        details.reason = to_text(granted->reason);
        details.messages = granted->messages;
    } else if (const auto* done = std::get_if<Done>(&turn)) {
        details.messages = done->messages;
        details.acknowledge = done->acknowledge;
    } else if (const auto* denied = std::get_if<Denied>(&turn)) {
        details.reason = to_text(denied->reason);
        details.retry_after =
            static_cast<std::uint32_t>(std::clamp<std::int64_t>(denied->retry_after.count(), 0, UINT32_MAX));
        details.messages = denied->messages;
    }
    return details;
}

void write_details(bus::Writer& writer, const Details& details, const std::vector<std::string_view>& secret_texts) {
    writer.array("{sv}", [&] {
        if (!secret_texts.empty()) {
            const base::Fd sealed = seal_texts(secret_texts, of_prompts);
            writer.entry("texts", "h", [&] { writer.fd(sealed.get()); });
        }
        if (!details.account.empty()) {
            writer.entry("account", details.account);
        }
        if (!details.reason.empty()) {
            writer.entry("reason", details.reason);
        }
        if (!details.acknowledge.empty()) {
            writer.entry("acknowledge", details.acknowledge);
        }
        if (details.retry_after != 0) {
            writer.entry("retry_after", "u", [&] { writer.u32(details.retry_after); });
        }
        if (details.poll != 0) {
            writer.entry("poll", "u", [&] { writer.u32(details.poll); });
        }
        if (!details.messages.empty()) {
            writer.entry("warnings", "as", [&] { writer.texts(details.messages); });
        }
    });
}

Details read_details(bus::Reader& reader) {
    Details details;
    reader.dictionary(64, [&](const std::string& key, std::string_view signature) {
        if (key == "account" && signature == "s") {
            details.account = base::printable(reader.text(limits::typed_name_bytes), limits::typed_name_bytes);
        } else if (key == "reason" && signature == "s") {
            details.reason = reader.text(limits::prompt_name_bytes);
        } else if (key == "acknowledge" && signature == "s") {
            details.acknowledge = base::printable(reader.text(limits::prompt_text_bytes), limits::prompt_text_bytes);
        } else if (key == "retry_after" && signature == "u") {
            details.retry_after = reader.u32();
        } else if (key == "poll" && signature == "u") {
            details.poll = reader.u32();
        } else if (key == "warnings" && signature == "as") {
            details.messages = reader.texts(limits::prompts_per_turn, limits::prompt_text_bytes);
        } else if (key == "texts" && signature == "h") {
            const base::Fd sealed = reader.fd();
            details.secret_texts = open_texts(sealed.get(), of_prompts);
        } else {
            return false;
        }
        return true;
    });
    for (std::string& message : details.messages) {
        message = base::printable(message, limits::prompt_text_bytes);
    }
    return details;
}

std::vector<Prompt> read_prompts(bus::Reader& reader) {
    std::vector<Prompt> prompts;
    reader.array("(ysss)", limits::prompts_per_turn, [&] {
        reader.enter(SD_BUS_TYPE_STRUCT, "ysss");
        const std::uint8_t style = reader.u8();
        if (style < static_cast<std::uint8_t>(PromptStyle::secret)
            || style > static_cast<std::uint8_t>(PromptStyle::error)) {
            throw Error(Error::Kind::invalid, "a prompt has a style that does not exist");
        }
        Prompt prompt;
        prompt.style = static_cast<PromptStyle>(style);
        prompt.name = base::printable(reader.text(limits::shown_prompt_name_bytes), limits::shown_prompt_name_bytes);
        prompt.role = role_from_text(reader.text(limits::prompt_name_bytes));
        prompt.text = base::printable(reader.text(limits::prompt_text_bytes), limits::prompt_text_bytes);
        prompts.push_back(std::move(prompt));
        reader.exit();
    });
    return prompts;
}

/// Puts the secret texts where they belong, printable.
void put_texts(std::vector<Prompt>& prompts, const std::vector<base::Secret>& texts) {
    if (!texts.empty() && texts.size() != prompts.size()) {
        throw Error(Error::Kind::invalid, "a turn has sealed texts, but not one for each prompt");
    }
    for (std::size_t i = 0; i < texts.size(); ++i) {
        if (!texts[i].empty()) {
            std::string shown = base::printable(texts[i].reveal(), limits::prompt_text_bytes);
            prompts[i].text.clear();
            prompts[i].secret_text = std::make_shared<const base::Secret>(base::Secret::take(shown));
        }
    }
}

} // namespace

void write_turn(bus::Writer& writer, const Turn& turn) {
    writer.text(std::visit(State{}, turn));
    writer.array("(ysss)", [&] {
        if (const auto* ask = std::get_if<Ask>(&turn)) {
            for (const Prompt& prompt : ask->prompts) {
                writer.structure("ysss", [&] {
                    writer.u8(static_cast<std::uint8_t>(prompt.style))
                        .text(prompt.name)
                        .text(std::string(to_text(prompt.role)))
                        .text(prompt.secret_text ? "" : prompt.text);
                });
            }
        }
    });
    write_details(writer, details_of(turn), secret_texts_of(turn));
}

Turn read_turn(bus::Reader& reader) {
    const std::string state(reader.text(16));
    auto prompts = read_prompts(reader);
    auto details = read_details(reader);
    if (state == "ask") {
        put_texts(prompts, details.secret_texts);
        return Ask{std::move(prompts)};
    }
    if (state == "wait") {
        return Wait{details.messages.empty() ? "" : details.messages.front(), base::Milliseconds(details.poll)};
    }
    if (state == "granted") {
        const Reason reason = reason_from_text(details.reason);
        if (reason != Reason::none && reason != Reason::new_password_required && reason != Reason::not_authorised) {
            throw Error(Error::Kind::invalid, "a turn grants with the reason of a refusal");
        }
        return Granted{std::move(details.account), reason, std::move(details.messages)};
    }
    if (state == "done") {
        return Done{std::move(details.messages), std::move(details.acknowledge)};
    }
    if (state == "denied") {
        return Denied{reason_from_text(details.reason), std::chrono::seconds(details.retry_after),
                      std::move(details.messages)};
    }
    throw Error(Error::Kind::invalid, "a turn has a state that does not exist");
}

} // namespace loquet::protocol
