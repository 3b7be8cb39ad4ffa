// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/config/flow_findings.h"

#include "daemon/config/config.h"

#include <algorithm>
#include <array>
#include <chrono>

namespace loquet::config {

namespace {

constexpr base::Milliseconds longest_out_of_band = std::chrono::minutes(10); // ASVS 6.5.5; NIST 4.2.1.2 for an SMS
constexpr base::Milliseconds longest_by_mail = std::chrono::hours(24);       // NIST 4.2.1.2; CNIL 2022-100

constexpr Proof mailbox = Proof::of(Method::mailbox);
constexpr Proof telephone = Proof::of(Method::telephone);
constexpr Proof sent = mailbox | telephone;

constexpr bool has(Proof proof, Proof methods) {
    return (proof.by & methods.by) != 0;
}

struct Subject {
    const Flow& flow;
    const Config& config;
    const CodeLives& lives;

    [[nodiscard]] bool is(Purpose purpose) const { return flow.purpose == spec_of(purpose).name; }
    /// Of somebody who cannot log in.
    [[nodiscard]] bool is_recovery() const {
        const PurposeSpec* purpose = find_purpose(flow.purpose);
        return purpose != nullptr && purpose->self_service && purpose->end != FlowEnd::names;
    }
    template <class Predicate>
    [[nodiscard]] bool has_item(Predicate predicate) const {
        return std::any_of(flow.items.begin(), flow.items.end(), predicate);
    }
    /// Asked, not set up.
    template <class Predicate>
    [[nodiscard]] bool has_step(Predicate predicate) const {
        return has_item([&](const FlowItem& item) {
            return !item.enrols && std::any_of(item.steps.begin(), item.steps.end(), predicate);
        });
    }
    [[nodiscard]] bool has_step(StepKind kind) const {
        return has_step([kind](const Step& step) { return step.kind == kind; });
    }
    [[nodiscard]] bool proves_by(Proof methods) const {
        return has_step([&](const Step& step) { return has(proof_of(step, config.plugins), methods); });
    }
    [[nodiscard]] bool trusts_a_place() const {
        return has_item([](const FlowItem& item) { return item.trust_place.count() > 0; });
    }
};

bool asks_a_question(const Subject& subject) {
    return subject.proves_by(Proof::of(Method::question));
}

bool logs_in_by_one_method(const Subject& subject) {
    return subject.is(Purpose::login) && strength(subject.flow, subject.config.plugins) < 2;
}

bool is_a_weaker_login(const Subject& subject) {
    return subject.is(Purpose::login) && is_weaker_than_login(subject.flow, subject.config);
}

bool logs_in_by_mail(const Subject& subject) {
    return !subject.is_recovery() && subject.proves_by(mailbox);
}

bool sends_an_sms(const Subject& subject) {
    return subject.proves_by(telephone);
}

/// A code by mail is no stronger one.
bool has_nothing_beside_an_sms(const Subject& subject) {
    const auto proof = [&](const Step& step) { return proof_of(step, subject.config.plugins); };
    const auto is_better = [&](const Step& step) {
        return !proof(step).is_none() && !has(proof(step), sent | Proof::of(Method::question));
    };
    return !subject.is_recovery() && subject.has_item([&](const FlowItem& item) {
        return !item.enrols && std::any_of(item.steps.begin(), item.steps.end(), [&](const Step& step) {
            return has(proof(step), telephone);
        }) && std::none_of(item.steps.begin(), item.steps.end(), is_better);
    });
}

bool recovers_by_less(const Subject& subject) {
    return subject.is_recovery() && is_weaker_than_login(subject.flow, subject.config);
}

bool recovers_by_two_sent_codes(const Subject& subject) {
    const auto two_sent = [&](Owner owner) {
        const Flow* login = subject.config.flow(spec_of(Purpose::login).name, "");
        const auto ways = ways_through(subject.flow, subject.config.plugins, owner);
        return login != nullptr && strength(*login, subject.config.plugins, owner) > 1
               && std::any_of(ways.begin(), ways.end(),
                              [](Proof way) { return (way.by & ~Proof::knowledge.by) == sent.by; });
    };
    return subject.is_recovery() && (two_sent(Owner::without_factors) || two_sent(Owner::with_factors));
}

bool recovers_at_a_trusted_place(const Subject& subject) {
    return subject.is_recovery() && subject.trusts_a_place();
}

bool mails_a_code(const Subject& subject) {
    return subject.has_step(StepKind::ticket) || subject.has_step(StepKind::ticket_mail);
}

bool sends_a_code_by_sms(const Subject& subject) {
    return subject.has_step(StepKind::ticket) || subject.has_step(StepKind::ticket_sms);
}

bool mails_a_code_of_more_than_minutes(const Subject& subject) {
    return mails_a_code(subject) && subject.lives.mail > longest_out_of_band;
}

bool sends_a_code_for_too_long(const Subject& subject) {
    return (mails_a_code(subject) && subject.lives.mail > longest_by_mail)
           || (sends_a_code_by_sms(subject) && subject.lives.sms > longest_out_of_band);
}

bool changes_after_less_than_a_login(const Subject& subject) {
    return sets_a_secret(subject.flow) && !subject.is_recovery()
           && (subject.trusts_a_place() || is_weaker_than_login(subject.flow, subject.config));
}

bool lets_passwords_expire(const Subject& subject) {
    return subject.has_step(StepKind::expiry) && subject.config.password.expires_after.count() > 0;
}

bool accepts_every_password(const Subject& subject) {
    return subject.has_step(StepKind::new_password) && subject.config.password.rules.empty();
}

bool tells_nobody(const Subject& subject) {
    return sets_a_secret(subject.flow) && subject.config.outbox.mail.empty() && subject.config.outbox.sms.empty();
}

bool discloses(const Subject& subject) {
    return !subject.config.disclose.empty();
}

using Clauses = std::span<const std::string_view>;
constexpr std::array<std::string_view, 2> of_questions{"NIST SP 800-63B-4, 3.1.1.2", "ASVS 5.0, 6.4.2"};
constexpr std::array<std::string_view, 1> of_one_method{"ASVS 5.0, 6.3.3 (level 2)"};
constexpr std::array<std::string_view, 1> of_weaker_logins{"ASVS 5.0, 6.3.4 (level 2)"};
constexpr std::array<std::string_view, 2> of_mail{"NIST SP 800-63B-4, 3.1.3.1", "ASVS 5.0, 6.3.6 (level 3)"};
constexpr std::array<std::string_view, 1> of_sms{"ANSSI-PG-078, R8"};
constexpr std::array<std::string_view, 2> of_sms_alone{"NIST SP 800-63B-4, 3.1.3.3", "ASVS 5.0, 6.6.1 (level 2)"};
constexpr std::array<std::string_view, 2> of_recovery{"NIST SP 800-63B-4, 4.2.2.2", "ASVS 5.0, 6.4.3 (level 2)"};
constexpr std::array<std::string_view, 1> of_two_codes{"NIST SP 800-63B-4, 4.2.2.2"};
constexpr std::array<std::string_view, 1> of_trust{"ASVS 5.0, 6.4.3 (level 2)"};
constexpr std::array<std::string_view, 1> of_minutes{"ASVS 5.0, 6.5.5 (level 2)"};
constexpr std::array<std::string_view, 2> of_lives{"NIST SP 800-63B-4, 4.2.1.2", "CNIL 2022-100"};
constexpr std::array<std::string_view, 1> of_changes{"ASVS 5.0, 7.5.1 (level 2)"};
constexpr std::array<std::string_view, 4> of_expiry{"NIST SP 800-63B-4, 3.1.1.2", "ASVS 5.0, 6.2.10 (level 2)",
                                                    "CNIL 2022-100", "ANSSI-PG-078, R24"};
constexpr std::array<std::string_view, 5> of_rules{"NIST SP 800-63B-4, 3.1.1.2", "ASVS 5.0, 6.2.1", "ASVS 5.0, 6.2.4",
                                                   "CNIL 2022-100", "ANSSI-PG-078, R27"};
constexpr std::array<std::string_view, 2> of_notices{"NIST SP 800-63B-4, 4.6", "ASVS 5.0, 6.3.7 (level 3)"};
constexpr std::array<std::string_view, 2> of_disclosure{"ASVS 5.0, 6.3.8 (level 3)", "ANSSI-PG-078, R14"};

struct Row {
    FlowRule rule;
    bool (*goes_against)(const Subject&);
};

constexpr std::array rows{
    Row{{"question", of_questions, "A secret question counts as a proof; others find its answer or guess it.",
         "Take its step out, or ask for something else."},
        asks_a_question},
    Row{{"one-method", of_one_method, "One method is enough to log in, at least for people without a factor.",
         "Ask everybody for a second one: { any = [\"totp\", \"recovery_codes\"], at_least = 1 }."},
        logs_in_by_one_method},
    Row{{"weaker-login", of_weaker_logins, "This PAM service asks for less than the other logins.",
         "Give it the steps of flow.login, or take its table out."},
        is_a_weaker_login},
    Row{{"mail-as-factor", of_mail, "A code that is sent by mail counts as a factor of a login.",
         "Ask for a device or a saved code in its place."},
        logs_in_by_mail},
    Row{{"sms", of_sms, "A code can be sent by SMS, which others can read or have redirected.",
         "Send it by mail, or ask for a device or a saved code."},
        sends_an_sms},
    Row{{"sms-alone", of_sms_alone, "Nothing stronger is offered beside the code by SMS.",
         "Offer a device or a saved code in a group with it: { any = [\"STEP\", \"totp\"] }."},
        has_nothing_beside_an_sms},
    Row{{"recovery-by-less", of_recovery, "A recovery proves less than the login that it opens.",
         "Ask for a factor too: { any = [\"totp\", \"recovery_codes\"], at_least = 0 }, or 1 where a login does."},
        recovers_by_less},
    Row{{"two-sent-codes", of_two_codes, "Two codes that were both sent count as one method.",
         "Ask for a device or a saved code beside one of them."},
        recovers_by_two_sent_codes},
    Row{{"recovery-at-a-trusted-place", of_trust, "At a trusted place a recovery leaves the factor out.",
         "Take trust_place_days out of this flow."},
        recovers_at_a_trusted_place},
    Row{{"minutes-by-mail", of_minutes, "A code that is sent by mail can be typed for more than 10 minutes.",
         "Use ticket_sms, or accept it: mail is slower than that."},
        mails_a_code_of_more_than_minutes},
    Row{{"life-of-codes", of_lives, "A code can be typed for more than 24 hours (by mail) or 10 minutes (by SMS).",
         "Use a medium whose codes live shorter."},
        sends_a_code_for_too_long},
    Row{{"change-after-less", of_changes, "A password or a factor can be changed after less than a whole login.",
         "Ask for what flow.login asks, without trust_place_days."},
        changes_after_less_than_a_login},
    Row{{"expiry", of_expiry, "Passwords expire by time alone.", "Set expires_after_days = 0 in [password]."},
        lets_passwords_expire},
    Row{{"no-password-rules", of_rules, "Every new password is accepted, short and common ones too.",
         "Set rules = \"password_rules\" in [password]."},
        accepts_every_password},
    Row{{"no-notice", of_notices, "Nobody is told that their password or factor was changed: no channel sends it.",
         "Name a channel in [outbox], as in mail = [\"smtp\"]."},
        tells_nobody},
    Row{{"disclosure", of_disclosure, "Who fails is told that the account is locked or disabled.",
         "Set disclose = []."},
        discloses},
};

} // namespace

std::vector<FlowRule> flow_rules() {
    std::vector<FlowRule> rules;
    std::transform(rows.begin(), rows.end(), std::back_inserter(rules), [](const Row& row) { return row.rule; });
    return rules;
}

std::vector<FlowRule> findings(const Flow& flow, const Config& config, const CodeLives& lives) {
    const Subject subject{flow, config, lives};
    std::vector<FlowRule> found;
    for (const Row& row : rows) {
        if (row.goes_against(subject)) {
            found.push_back(row.rule);
        }
    }
    return found;
}

} // namespace loquet::config
