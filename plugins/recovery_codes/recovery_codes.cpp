// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/recovery_codes/recovery_codes.h"

#include "lib/factor/state.h"
#include "plugins/recovery_codes/recovery_code.h"

#include <iterator>
#include <optional>
#include <string>

namespace loquet::plugins_recovery_codes {
namespace {

constexpr loquet_option options_offered[] = {
    {"few", LOQUET_OPTION_INTEGER, "3", "From this number of codes left on the person is warned; 0: never.", 0,
     codes_in_all},
};

constexpr loquet_manifest the_manifest{
    sizeof(loquet_manifest),
    "recovery_codes",
    "1.0",
    "Asks for one of ten codes that were shown once; for whoever has lost the other factors.",
    nullptr,
    options_offered,
    std::size(options_offered),
};

std::optional<std::size_t> typed(const CodeBook& book, const sdk::StepRequest& request) {
    return request.answer_count() == 1 ? find_code(book, request.key(), request.answer(0)) : std::nullopt;
}

void answer(const sdk::StepRequest& request, sdk::StepOutput& output) {
    if (request.account_state().empty()) {
        output.deny();
        return;
    }
    const CodeBook book = decode(request.account_state());
    const auto found = typed(book, request);
    if (!found) {
        output.deny();
        return;
    }
    const CodeBook left = without(book, *found);
    output.set_account_state(view(encode(left)));
    output.note("recovery code used, codes left: " + std::to_string(left.unused.size()));
    output.grant();
}

/// The code that was typed shows that they were written down; it stays good for one use.
void confirm(const sdk::StepRequest& request, sdk::StepOutput& output) {
    factor::confirm("recovery_codes", request, output, [&](std::string_view drawn) -> std::optional<SecureBytes> {
        const CodeBook book = decode(drawn);
        if (!typed(book, request)) {
            return std::nullopt;
        }
        output.note("recovery codes made: " + std::to_string(book.unused.size()));
        return encode(book);
    });
}

} // namespace

const loquet_manifest& RecoveryCodes::manifest() {
    return the_manifest;
}

RecoveryCodes::RecoveryCodes(sdk::Host host, const sdk::Options& options)
    : host_(host), few_(static_cast<std::size_t>(options.integer("few"))) {
    factor::prepare_hashing();
}

void RecoveryCodes::ask(const sdk::StepRequest& request, sdk::StepOutput& output) const {
    if (request.account_state().empty()) {
        output.skip();
        return;
    }
    const std::size_t left = decode(request.account_state()).unused.size();
    if (left <= few_) {
        output.ask(LOQUET_PROMPT_INFO, "few", sdk::Message("recovery_codes.few", {{"left", std::to_string(left)}}));
    }
    output.ask(LOQUET_PROMPT_SECRET, "code", sdk::Message("recovery_codes.code"));
}

void RecoveryCodes::enrol(const sdk::StepRequest& request, sdk::StepOutput& output) const {
    CodeBook book;
    host_.random(book.salt.data(), book.salt.size());
    output.ask(LOQUET_PROMPT_INFO, "intro", sdk::Message("recovery_codes.enrol"));
    while (book.unused.size() < codes_in_all) {
        const SecureBytes code = draw_code([this](std::uint32_t bound) { return host_.random_below(bound); });
        if (find_code(book, request.key(), view(code))) {
            continue; // the same one twice would be good for two uses
        }
        book.unused.push_back(factor::keyed_hash(request.key(), book.salt, view(code)));
        const std::string number = std::to_string(book.unused.size());
        const SecureBytes line = shown(view(code));
        output.ask(LOQUET_PROMPT_INFO, "recovery_code",
                   sdk::LentMessage("recovery_codes.line", {{"number", number}, {"code", view(line)}}));
    }
    output.ask(LOQUET_PROMPT_SECRET, "code", sdk::Message("recovery_codes.enrol_code"));
    output.set_dialog_state(view(factor::waiting(view(encode(book)))));
}

void RecoveryCodes::run(const sdk::StepRequest& request, sdk::StepOutput& output) const {
    switch (request.operation()) {
    case LOQUET_STEP_BEGIN:
        ask(request, output);
        break;
    case LOQUET_STEP_ANSWER:
        answer(request, output);
        break;
    case LOQUET_STEP_ENROL_BEGIN:
        enrol(request, output);
        break;
    case LOQUET_STEP_ENROL_ANSWER:
        confirm(request, output);
        break;
    default:
        throw std::invalid_argument("no such operation");
    }
}

} // namespace loquet::plugins_recovery_codes
