// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/one_time_code/one_time_code.h"

#include "lib/factor/keyed_hash.h"
#include "plugins/one_time_code/media.h"

#include <iterator>
#include <string>

namespace loquet::plugins_one_time_code {
namespace {

using factor::SecureBytes;

// What the dialog state says was asked.
constexpr std::string_view asked_medium = "medium";
constexpr std::string_view asked_code = "code";

constexpr const char* facts_wanted[] = {"mail_masked", "phone_masked", "media", nullptr};

constexpr loquet_option options_offered[] = {
    {"digits", LOQUET_OPTION_INTEGER, "6", "Digits of a code.", 6, 8},
    {"mail_minutes", LOQUET_OPTION_INTEGER, "10", "Minutes for which a code that went by mail is good.", 1, 1440},
    {"sms_minutes", LOQUET_OPTION_INTEGER, "10", "Minutes for which a code that went by text message is good.", 1, 10},
    {"resend_seconds", LOQUET_OPTION_INTEGER, "60",
     "Seconds after a code before another one is sent; until then the one that is on its way is asked for.", 10, 600},
    {"tries", LOQUET_OPTION_INTEGER, "5",
     "Wrong codes of an account within window_minutes, however many codes and dialogs there were, before none is "
     "looked at.",
     1, most_tries},
    {"window_minutes", LOQUET_OPTION_INTEGER, "60", "Minutes for which a wrong code counts.", 10, 1440},
};

constexpr loquet_manifest the_manifest{
    sizeof(loquet_manifest),
    "one_time_code",
    "1.0",
    "Sends a code by mail or text message, and asks for it.",
    facts_wanted,
    options_offered,
    std::size(options_offered),
};

SecureBytes draw_code(const sdk::Host& host, std::uint32_t digits) {
    std::uint32_t bound = 1;
    for (std::uint32_t n = 0; n < digits; ++n) {
        bound *= 10;
    }
    std::uint32_t number = host.random_below(bound);
    SecureBytes code(digits);
    for (auto digit = code.rbegin(); digit != code.rend(); ++digit, number /= 10) {
        *digit = static_cast<char>('0' + number % 10);
    }
    return code;
}

/// Where it would go, as much as may be shown of it; the way alone where the daemon shows nothing.
std::string masked(const sdk::StepRequest& request, loquet_medium medium) {
    const std::string_view shown = request.fact(medium == LOQUET_MEDIUM_MAIL ? "mail_masked" : "phone_masked");
    return std::string(shown.empty() ? name_of(medium) : shown);
}

void ask_medium(const sdk::StepRequest& request, sdk::StepOutput& output, const std::vector<loquet_medium>& media) {
    output.set_dialog_state(asked_medium);
    output.ask(LOQUET_PROMPT_CHOICE, "medium",
               sdk::Message("one_time_code.choose",
                            {{"first", masked(request, media.at(0))}, {"second", masked(request, media.at(1))}}));
}

} // namespace

const loquet_manifest& OneTimeCode::manifest() {
    return the_manifest;
}

OneTimeCode::OneTimeCode(sdk::Host host, const sdk::Options& options) : host_(host) {
    rules_.digits = static_cast<std::uint32_t>(options.integer("digits"));
    rules_.mail_lifetime = options.integer("mail_minutes") * minute_ms;
    rules_.sms_lifetime = options.integer("sms_minutes") * minute_ms;
    rules_.resend_after = options.integer("resend_seconds") * second_ms;
    rules_.tries = static_cast<std::size_t>(options.integer("tries"));
    rules_.window = options.integer("window_minutes") * minute_ms;
    factor::prepare_hashing();
}

void OneTimeCode::ask(sdk::StepOutput& output) const {
    output.set_dialog_state(asked_code);
    output.ask(LOQUET_PROMPT_SECRET, "code",
               sdk::Message("one_time_code.prompt", {{"digits", std::to_string(rules_.digits)}}));
}

void OneTimeCode::send(loquet_medium medium, const sdk::StepRequest& request, sdk::StepOutput& output,
                       CodeState& state) const {
    if (tries_left(state, rules_) == 0) {
        output.note("no code sent: too many wrong ones were tried");
        return;
    }
    const SecureBytes code = draw_code(host_, rules_.digits);
    const std::int64_t lifetime = rules_.lifetime(medium);
    RunningCode running{medium, request.now(), request.now() + lifetime, {}, {}};
    host_.random(running.salt.data(), running.salt.size());
    running.hash = factor::keyed_hash(request.key(), running.salt, view(code));
    state.running = running; // the one before is no longer right
    const std::string minutes = std::to_string(lifetime / minute_ms);
    output.send(medium,
                sdk::LentMessage(medium == LOQUET_MEDIUM_MAIL ? "one_time_code.mail" : "one_time_code.sms",
                                 {{"code", view(code)}, {"minutes", minutes}}),
                lifetime);
    output.note("code sent by " + std::string(name_of(medium)));
}

void OneTimeCode::send_or_choose(const sdk::StepRequest& request, sdk::StepOutput& output, CodeState& state) const {
    const auto media = media_in(request.fact("media"));
    if (!may_send(state, rules_, request.now())) {
        ask(output);
    } else if (media.size() > 1) {
        ask_medium(request, output, media);
    } else {
        if (media.empty()) {
            output.note("no code sent: there is no address for one");
        } else {
            send(media.front(), request, output, state);
        }
        ask(output);
    }
}

void OneTimeCode::choose(const sdk::StepRequest& request, sdk::StepOutput& output, CodeState& state) const {
    const auto media = media_in(request.fact("media"));
    const SecureBytes typed = factor::compact(request.answer(0));
    const bool is_number = typed.size() == 1 && typed[0] >= '1' && typed[0] <= '9';
    const std::size_t chosen = is_number ? static_cast<std::size_t>(typed[0] - '1') : media.size();
    if (chosen >= media.size()) {
        send_or_choose(request, output, state);
        return;
    }
    if (may_send(state, rules_, request.now())) { // another dialog may have been quicker
        send(media[chosen], request, output, state);
    }
    ask(output);
}

void OneTimeCode::evaluate(const sdk::StepRequest& request, sdk::StepOutput& output, CodeState& state) const {
    const Verdict verdict = judge(state, rules_, request.key(), request.answer(0));
    if (verdict == Verdict::not_evaluated) {
        output.note(state.running ? "code not looked at: too many wrong ones were tried"
                                  : "there is no code to compare with");
    }
    state = after(std::move(state), verdict, request.now());
    if (verdict == Verdict::wrong) {
        output.note("tries left: " + std::to_string(tries_left(state, rules_)));
    }
    output.set_dialog_state({});
    if (verdict == Verdict::right) {
        output.grant();
    } else {
        output.deny();
    }
}

void OneTimeCode::answer(const sdk::StepRequest& request, sdk::StepOutput& output, CodeState& state) const {
    const bool asked = request.dialog_state() == asked_medium || request.dialog_state() == asked_code;
    if (!asked || request.answer_count() != 1) {
        output.deny();
    } else if (request.dialog_state() == asked_medium) {
        choose(request, output, state);
    } else if (factor::compact(request.answer(0)).empty()) {
        send_or_choose(request, output, state);
    } else {
        evaluate(request, output, state);
    }
}

void OneTimeCode::run(const sdk::StepRequest& request, sdk::StepOutput& output) const {
    CodeState state = settled(decode(request.account_state()), rules_, request.now());
    switch (request.operation()) {
    case LOQUET_STEP_BEGIN:
        if (state.running) {
            ask(output); // for the code that is on its way, however long ago it was sent
        } else {
            send_or_choose(request, output, state);
        }
        break;
    case LOQUET_STEP_ANSWER:
        answer(request, output, state);
        break;
    default:
        throw std::invalid_argument("there is nothing to enrol for one_time_code: an address is all it needs");
    }
    const SecureBytes kept = encode(state);
    if (view(kept) != request.account_state()) {
        output.set_account_state(view(kept));
    }
}

} // namespace loquet::plugins_one_time_code
