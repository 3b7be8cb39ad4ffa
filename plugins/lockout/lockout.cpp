// SPDX-License-Identifier: LGPL-2.1-or-later
// lockout.so: the policy behind its C symbol. The decisions are in lockout_policy.cpp.
#include "plugins/lockout/lockout_policy.h"

#include <loquet/lockout.hpp>

#include <iterator>

namespace loquet::plugins_lockout {
namespace {

constexpr loquet_option options_offered[] = {
    {"tries", LOQUET_OPTION_INTEGER, "5", "Failures before a timed lock.", 1, 100},
    {"lock_minutes", LOQUET_OPTION_INTEGER, "20", "Length of that lock in minutes.", 1, 1440},
    {"by_place", LOQUET_OPTION_BOOLEAN, "true",
     "Count the tries of each account apart for each place; false: one count for the account, wherever it is tried.", 0,
     0},
    {"first_delay_ms", LOQUET_OPTION_INTEGER, "1000",
     "Milliseconds to wait after the second failure; each further one doubles the wait.", 0, 600'000},
    {"max_delay_ms", LOQUET_OPTION_INTEGER, "30000", "Milliseconds that this wait never exceeds.", 0, 600'000},
    {"tries_a_day", LOQUET_OPTION_INTEGER, "25",
     "Failures of an account in 24 hours, all places together, before it is locked until they age.", 1, 10'000},
    {"known_place_days", LOQUET_OPTION_INTEGER, "30",
     "Days during which a place where the owner logged in is judged by its own failures alone; 0: no place is.", 0,
     3650},
    {"tries_in_a_row", LOQUET_OPTION_INTEGER, "100",
     "Failures without a success before the account is disabled until recovery or helpdesk (NIST SP 800-63B: 100).", 1,
     100},
    {"place_failures_an_hour", LOQUET_OPTION_INTEGER, "60",
     "Failures at one place in an hour above which those who fail there repeatedly wait place_delay_ms.", 1, 65'535},
    {"place_delay_ms", LOQUET_OPTION_INTEGER, "4000", "That wait in milliseconds.", 0, 4000},
    {"site_alert_an_hour", LOQUET_OPTION_INTEGER, "500",
     "Failures at this machine in an hour above which the operator is alerted, once an hour.", 1, 65'535},
};

constexpr loquet_manifest the_manifest{
    sizeof(loquet_manifest),
    "lockout",
    "1.0",
    "Slows down, then locks, then disables an account that somebody guesses at; never for its owner at another place.",
    nullptr,
    options_offered,
    std::size(options_offered),
};

Options read(const sdk::Options& given) {
    Options options;
    const auto count = [&](const char* name) { return static_cast<std::uint32_t>(given.integer(name)); };
    options.tries = count("tries");
    options.lock_minutes = given.integer("lock_minutes");
    options.by_place = given.boolean("by_place");
    options.first_delay_ms = given.integer("first_delay_ms");
    options.max_delay_ms = given.integer("max_delay_ms");
    options.tries_a_day = count("tries_a_day");
    options.known_place_days = given.integer("known_place_days");
    options.tries_in_a_row = count("tries_in_a_row");
    options.place_failures_an_hour = count("place_failures_an_hour");
    options.place_delay_ms = given.integer("place_delay_ms");
    options.site_alert_an_hour = count("site_alert_an_hour");
    if (options.first_delay_ms > options.max_delay_ms) {
        throw sdk::Refusal("first_delay_ms is above max_delay_ms: lower the one or raise the other");
    }
    if (options.tries > options.tries_a_day || options.tries > options.tries_in_a_row) {
        throw sdk::Refusal(
            "tries is above tries_a_day or tries_in_a_row, so the timed lock would never begin: lower it");
    }
    return options;
}

class Lockout {
public:
    static const loquet_manifest& manifest() { return the_manifest; }

    Lockout(sdk::Host /*host*/, const sdk::Options& options) : options_(read(options)) {}

    void judge(const sdk::LockoutRequest& request, sdk::LockoutOutput& output) const {
        Counters counters;
        for (std::size_t scope = 0; scope < counters.size(); ++scope) {
            if (const auto* counter = request.counter(static_cast<loquet_lockout_scope>(scope))) {
                counters[scope] = *counter;
            }
        }
        const Decision decision = decide(request.event(), request.now(), counters);
        for (std::size_t scope = 0; scope < counters.size(); ++scope) {
            if (const auto& changed = decision.changed[scope]) {
                output.set_counter(static_cast<loquet_lockout_scope>(scope), *changed);
            }
        }
        if (!decision.alert.empty()) {
            output.alert(decision.alert);
        }
        if (decision.hold != 0) {
            output.hold(decision.hold);
        }
        output.decide(decision.verdict, decision.until, decision.reason);
    }

private:
    [[nodiscard]] Decision decide(int event, std::int64_t now, const Counters& counters) const {
        switch (event) {
        case LOQUET_LOCKOUT_BEFORE:
            return before(options_, now, counters);
        case LOQUET_LOCKOUT_FAILED:
            return failed(options_, now, counters);
        case LOQUET_LOCKOUT_SUCCEEDED:
            return succeeded(options_, now, counters);
        case LOQUET_LOCKOUT_REFUSED:
            return refused(options_, now, counters);
        case LOQUET_LOCKOUT_LIFTED:
            return lifted(options_, now, counters);
        case LOQUET_LOCKOUT_SENT: // this policy has no send budgets
            return {};
        default:
            throw std::invalid_argument("an event that this policy does not know");
        }
    }

    Options options_;
};

} // namespace
} // namespace loquet::plugins_lockout

LOQUET_DEFINE_LOCKOUT(loquet::plugins_lockout::Lockout)
