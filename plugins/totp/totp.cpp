// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/totp/totp.h"

#include "lib/factor/state.h"
#include "plugins/totp/seed_display.h"

#include <iterator>
#include <optional>

namespace loquet::plugins_totp {
namespace {

constexpr std::size_t most_issuer_bytes = 24; // percent-encoded; it stands twice in a QR code of at most most_rows
constexpr std::size_t most_rows = 29;         // with three more prompts, what one turn may show

constexpr std::size_t most_used_codes = 3; // typed in one dialog; a program repeats itself for ever

constexpr const char* facts_wanted[] = {"name", nullptr};

constexpr loquet_option options_offered[] = {
    {"issuer", LOQUET_OPTION_TEXT, "\"Loquet\"",
     "What an authenticator application shows beside the account's name; at most 24 bytes, percent-encoded.", 0, 0},
    {"digits", LOQUET_OPTION_INTEGER, "6", "Digits of a code, for all who enrol from now on.", fewest_digits,
     most_digits},
    {"digest", LOQUET_OPTION_TEXT, "\"sha1\"",
     "sha1, sha256 or sha512, for all who enrol from now on; many applications know only sha1.", 0, 0},
};

constexpr loquet_manifest the_manifest{
    sizeof(loquet_manifest),
    "totp",
    "1.0",
    "Asks for the code that an authenticator application shows (RFC 6238).",
    facts_wanted,
    options_offered,
    std::size(options_offered),
};

Digest digest_named(std::string_view name) {
    if (name == "sha1") {
        return Digest::sha1;
    }
    if (name == "sha256") {
        return Digest::sha256;
    }
    if (name == "sha512") {
        return Digest::sha512;
    }
    throw sdk::Refusal("digest: \"" + std::string(name) + "\" is none of \"sha1\", \"sha256\" and \"sha512\"");
}

/// A used code was a right one, so its repetition is no guess and is not counted. The dialog's state has a byte
/// for each time.
void ask_for_the_next(const sdk::StepRequest& request, sdk::StepOutput& output) {
    output.set_dialog_state(std::string(request.dialog_state()) + '+');
    output.ask(LOQUET_PROMPT_INFO, "used", sdk::Message("totp.used"));
    output.ask(LOQUET_PROMPT_SECRET, "code", sdk::Message("totp.code"));
}

void answer(const sdk::StepRequest& request, sdk::StepOutput& output) {
    if (request.account_state().empty() || request.answer_count() != 1) {
        output.deny();
        return;
    }
    const Generator generator = decode(request.account_state());
    const auto accepted = accept(generator, request.now(), request.answer(0));
    if (!accepted) {
        if (request.dialog_state().size() < most_used_codes && was_used(generator, request.now(), request.answer(0))) {
            ask_for_the_next(request, output);
        } else {
            output.deny();
        }
        return;
    }
    output.set_account_state(view(encode(*accepted)));
    output.grant();
}

void confirm(const sdk::StepRequest& request, sdk::StepOutput& output) {
    factor::confirm("totp", request, output, [&](std::string_view drawn) -> std::optional<SecureText> {
        const auto accepted = accept(decode(drawn), request.now(), request.answer(0));
        return accepted ? std::optional(encode(*accepted)) : std::nullopt;
    });
}

} // namespace

const loquet_manifest& Totp::manifest() {
    return the_manifest;
}

Totp::Totp(sdk::Host host, const sdk::Options& options)
    : host_(host), digest_(digest_named(options.text("digest"))), digits_(static_cast<int>(options.integer("digits"))),
      issuer_(options.text("issuer")) {
    if (percent_encoded(issuer_).size() > most_issuer_bytes) {
        throw sdk::Refusal("issuer: accepted are " + std::to_string(most_issuer_bytes)
                           + " bytes, where all but letters, digits and -._~ count three");
    }
    factor::prepare_hashing();
}

void Totp::enrol(const sdk::StepRequest& request, sdk::StepOutput& output) const {
    const std::string_view account = request.fact("name");
    if (account.empty()) {
        throw std::invalid_argument("only an account can enrol a generator of codes");
    }
    Generator generator;
    generator.digest = digest_;
    generator.digits = digits_;
    generator.seed.resize(seed_bytes);
    host_.random(generator.seed.data(), seed_bytes);
    output.set_dialog_state(view(factor::waiting(view(encode(generator)))));

    const auto rows = qr_rows(view(key_uri(generator, issuer_, account)), most_rows);
    output.ask(LOQUET_PROMPT_INFO, "intro", sdk::Message(rows.empty() ? "totp.enrol_typing" : "totp.enrol"));
    for (const SecureText& row : rows) {
        output.ask(LOQUET_PROMPT_INFO, "qr_row", sdk::LentMessage("totp.qr_row", {{"row", view(row)}}));
    }
    const SecureText key = in_groups(view(base32(view(generator.seed))));
    output.ask(LOQUET_PROMPT_INFO, "key", sdk::LentMessage("totp.key", {{"key", view(key)}}));
    output.ask(LOQUET_PROMPT_SECRET, "code", sdk::Message("totp.enrol_code"));
}

void Totp::run(const sdk::StepRequest& request, sdk::StepOutput& output) const {
    switch (request.operation()) {
    case LOQUET_STEP_BEGIN:
        if (request.account_state().empty()) {
            output.skip();
        } else {
            (void)decode(request.account_state()); // damage is said before anybody types a code
            output.ask(LOQUET_PROMPT_SECRET, "code", sdk::Message("totp.code"));
        }
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

} // namespace loquet::plugins_totp

LOQUET_DEFINE_STEP(loquet::plugins_totp::Totp)
