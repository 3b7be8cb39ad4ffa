// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/config/flow_report.h"

#include "daemon/config/config.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace loquet::config {

namespace {

/// In the order of Method.
constexpr std::array<std::string_view, methods> method_names{"password", "question",   "mailbox", "telephone",
                                                             "device",   "saved-code", "person"};

struct StepWords {
    StepKind kind;
    std::string_view words;
};

constexpr std::array step_words{
    StepWords{StepKind::new_password, "a new one, typed twice"},
    StepWords{StepKind::expiry, "asks nothing; warns before a password expires"},
    StepWords{StepKind::authorisation, "asks nothing; may the account use the service?"},
    StepWords{StepKind::ticket, "a code that is sent by mail or by SMS, as the person chooses"},
    StepWords{StepKind::ticket_mail, "a code that is sent by mail"},
    StepWords{StepKind::ticket_sms, "a code that is sent by SMS"},
    StepWords{StepKind::send_names, "sends the names of those who have the address to that address"},
    StepWords{StepKind::new_address, "a new mail address or telephone number, and the code that is sent there"},
    StepWords{StepKind::new_mail, "a new mail address, and the code that is sent there"},
    StepWords{StepKind::new_phone, "a new telephone number, and the code that is sent there"},
};

std::string joined(const std::vector<std::string>& words, std::string_view between) {
    std::string text;
    for (const std::string& word : words) {
        text += (text.empty() ? std::string_view{} : between);
        text += word;
    }
    return text;
}

std::vector<std::string> names_of(const FlowItem& item) {
    std::vector<std::string> names;
    std::transform(item.steps.begin(), item.steps.end(), std::back_inserter(names),
                   [](const Step& step) { return step.name; });
    return names;
}

std::vector<std::string> methods_of(Proof proof) {
    std::vector<std::string> names;
    for (std::size_t method = 0; method < methods; ++method) {
        if ((proof.by >> method & 1U) != 0) {
            names.emplace_back(method_names.at(method));
        }
    }
    return names;
}

// The steps

/// "totp", "one of totp, recovery_codes", "2 of a, b, c"
std::string chosen_of(const FlowItem& item) {
    std::string names = joined(names_of(item), ", ");
    if (item.steps.size() == 1) {
        return names;
    }
    return (item.at_least > 1 ? std::to_string(item.at_least) : "one") + " of " + names;
}

bool gives_names_alone(const Flow& flow) {
    const PurposeSpec* purpose = find_purpose(flow.purpose);
    return purpose != nullptr && purpose->end == FlowEnd::names;
}

std::string words_of(const FlowItem& item) {
    if (item.steps.front().kind == StepKind::identify) {
        return item.steps.front().name + ": asks for "
               + (item.by.size() > 1                      ? "the name or the confirmed mail address"
                  : item.by.front() == IdentifiedBy::mail ? "the confirmed mail address"
                                                          : "the name");
    }
    if (item.required()) {
        for (const auto& [kind, words] : step_words) {
            if (kind == item.steps.front().kind) {
                return item.steps.front().name + ": " + std::string(words);
            }
        }
    }
    std::string words = item.enrols ? "sets up " + chosen_of(item) : chosen_of(item);
    if (item.at_least == 0) {
        words += item.enrols              ? ", or none"
                 : item.steps.size() == 1 ? ", from people who have set it up"
                                          : ", from people who have set one up";
    }
    if (item.trust_place.count() > 0) {
        words += "; not again at the same place for " + std::to_string(item.trust_place.count()) + " days";
    }
    return words;
}

std::string in_short(const FlowItem& item) {
    const std::string choice = joined(names_of(item), item.at_least > 1 ? ", " : " or ");
    const std::string names = item.at_least > 1 && item.at_least < item.steps.size()
                                  ? std::to_string(item.at_least) + " of (" + choice + ')'
                                  : choice;
    const std::string asked = item.enrols ? "set up " + names : names;
    return item.at_least == 0 ? '[' + asked + ']' : asked;
}

FlowReport::Item item_of(const FlowItem& item, const Config& config) {
    Proof proof;
    for (const Step& step : item.steps) {
        proof = proof | proof_of(step, config.plugins);
    }
    return {names_of(item), words_of(item), item.enrols ? std::vector<std::string>{} : methods_of(proof)};
}

// The verdict

FlowReport::Strength strength_of(const Flow& flow, const Config& config) {
    return {strength(flow, config.plugins, Owner::without_factors),
            strength(flow, config.plugins, Owner::with_factors)};
}

std::string counted(unsigned strength) {
    constexpr std::array<std::string_view, 3> words{"nothing", "one method", "two methods"};
    return std::string(words.at(strength));
}

/// "mailbox or telephone": what the weakest ways of that owner prove.
std::string weakest_ways(const Flow& flow, const Config& config, Owner owner) {
    const unsigned weakest = strength(flow, config.plugins, owner);
    std::vector<std::string> ways;
    for (const Proof way : ways_through(flow, config.plugins, owner)) {
        if (strength(way) == weakest) {
            ways.push_back(way.is_none() ? "nothing" : joined(methods_of(way), " and "));
        }
    }
    return joined(ways, " or ");
}

std::string weaker_verdict(const Flow& flow, const Config& config) {
    const bool without = is_weaker_than_login(flow, config, Owner::without_factors);
    const bool with = is_weaker_than_login(flow, config, Owner::with_factors);
    std::string verdict = "weaker than login";
    if (!without || !with) {
        verdict += with ? " for people with factors" : " for people without factors";
    }
    verdict += ": " + weakest_ways(flow, config, without ? Owner::without_factors : Owner::with_factors) + " alone";
    if (sets_a_secret(flow)) {
        return verdict + ", accepted by accept_weaker_than_login"; // else the configuration is refused
    }
    if (flow.purpose == spec_of(Purpose::unlock).name) {
        return verdict + ", which ends a lock and lets nobody in";
    }
    return flow.purpose == spec_of(Purpose::unlock_screen).name ? verdict + ", for a session that is open already"
                                                                : verdict;
}

bool is_the_login(const Flow& flow) {
    return flow.purpose == spec_of(Purpose::login).name && flow.service.empty();
}

std::string verdict_on(const Flow& flow, const Config& config, const FlowReport& report) {
    if (is_the_login(flow)) {
        std::string verdict = "the login: " + counted(report.strength.without_factors);
        return report.strength.with_factors == report.strength.without_factors
                   ? verdict
                   : verdict + ", and " + counted(report.strength.with_factors) + " from people with factors";
    }
    if (gives_names_alone(flow)) {
        return "proves nothing, and opens nothing: names go to the address that has them";
    }
    if (report.weaker) {
        return weaker_verdict(flow, config);
    }
    const bool equal_without = report.strength.without_factors == report.login.without_factors;
    const bool equal_with = report.strength.with_factors == report.login.with_factors;
    if (equal_without && equal_with) {
        return "as strong as login";
    }
    return equal_without || equal_with ? "at least as strong as login" : "stronger than login";
}

// Notes

bool one_telephone_may_hold_both(const Flow& flow, const Config& config) {
    const Proof both = Proof::of(Method::mailbox) | Proof::of(Method::telephone);
    for (const Owner owner : {Owner::without_factors, Owner::with_factors}) {
        for (const Proof way : ways_through(flow, config.plugins, owner)) {
            if ((way.by & ~Proof::knowledge.by) == both.by) {
                return true;
            }
        }
    }
    return false;
}

/// Of a step whose code no channel carries.
bool sends_nothing(const Flow& flow, const OutboxConfig& outbox) {
    return std::any_of(flow.items.begin(), flow.items.end(), [&](const FlowItem& item) {
        const StepKind kind = item.steps.front().kind;
        return (kind == StepKind::ticket && outbox.mail.empty() && outbox.sms.empty())
               || ((kind == StepKind::ticket_mail || kind == StepKind::send_names) && outbox.mail.empty())
               || (kind == StepKind::ticket_sms && outbox.sms.empty());
    });
}

std::vector<std::string> notes_on(const Flow& flow, const Config& config, bool weaker) {
    std::vector<std::string> notes;
    const PurposeSpec* purpose = find_purpose(flow.purpose);
    if (purpose != nullptr && purpose->self_service) {
        const std::vector<std::string>& services = config.self_service.services;
        notes.push_back(services.empty() ? "Nobody can begin it: [self_service] names no PAM service."
                                         : "It can be begun at " + joined(services, ", ") + '.');
    }
    if (sends_nothing(flow, config.outbox)) {
        notes.emplace_back("No channel sends its messages, so nobody gets through: name one in [outbox].");
    }
    if (one_telephone_may_hold_both(flow, config)) {
        notes.emplace_back("Mailbox and telephone count as two methods; one stolen telephone may hold both.");
    }
    if (flow.accept_weaker_than_login && !(weaker && sets_a_secret(flow))) {
        notes.emplace_back("accept_weaker_than_login is not needed here.");
    }
    return notes;
}

nlohmann::ordered_json json_of(const FlowReport::Strength& strength) {
    return {{"without_factors", strength.without_factors}, {"with_factors", strength.with_factors}};
}

} // namespace

std::string steps_in_short(const Flow& flow) {
    std::vector<std::string> items;
    std::transform(flow.items.begin(), flow.items.end(), std::back_inserter(items), in_short);
    return joined(items, ", ");
}

FlowReport report_of(const Flow& flow, const Config& config, const CodeLives& lives) {
    FlowReport report;
    report.name = flow.purpose + (flow.service.empty() ? "" : ".service." + flow.service);
    report.purpose = flow.purpose;
    report.service = flow.service;
    report.in_short = steps_in_short(flow);
    for (const FlowItem& item : flow.items) {
        report.items.push_back(item_of(item, config));
    }
    report.strength = strength_of(flow, config);
    if (const Flow* login = config.flow(spec_of(Purpose::login).name, "")) {
        report.login = strength_of(*login, config);
    }
    report.weaker = !gives_names_alone(flow) && is_weaker_than_login(flow, config);
    report.accepted = report.weaker && flow.accept_weaker_than_login;
    report.verdict = verdict_on(flow, config, report);
    report.against = findings(flow, config, lives);
    report.notes = notes_on(flow, config, report.weaker);
    return report;
}

std::string json_of(const FlowReport& report) {
    using Json = nlohmann::ordered_json;
    Json steps = Json::array();
    for (const FlowReport::Item& item : report.items) {
        steps.push_back({{"steps", item.steps}, {"words", item.words}, {"proves", item.proves}});
    }
    Json against = Json::array();
    for (const FlowRule& rule : report.against) {
        Json clauses = Json::array();
        for (const std::string_view clause : rule.clauses) {
            clauses.push_back(clause);
        }
        against.push_back(
            {{"rule", rule.id}, {"clauses", std::move(clauses)}, {"finding", rule.finding}, {"change", rule.change}});
    }
    const Json line{{"name", report.name},
                    {"purpose", report.purpose},
                    {"service", report.service},
                    {"verdict", report.verdict},
                    {"weaker_than_login", report.weaker},
                    {"accepted", report.accepted},
                    {"in_short", report.in_short},
                    {"steps", std::move(steps)},
                    {"strength", json_of(report.strength)},
                    {"login", json_of(report.login)},
                    {"against", std::move(against)},
                    {"notes", report.notes}};
    return line.dump(-1, ' ', true, Json::error_handler_t::replace);
}

} // namespace loquet::config
