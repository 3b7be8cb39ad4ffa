// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sdk/conformance/examination.h"

#include <loquet/lockout.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>
#include <optional>
#include <tuple>

namespace loquet::sdk_conformance {
namespace {

constexpr std::int64_t some_time = 1'764'000'000'000;
constexpr std::int64_t minute_ms = 60'000;
constexpr std::int64_t longest_ms = 366LL * 24 * 60 * minute_ms;
using Counters = std::array<std::optional<loquet_counter>, LOQUET_SCOPE_COUNT>;

/// What a policy answered, and whether it kept to lockout.h.
struct Answer {
    int decided = 0;
    int verdict = 0;
    std::int64_t until = 0;
    std::int64_t hold = 0;
    Counters counters; ///< as they are after the call
    Faults faults;

    static Answer& of(void* context) { return *static_cast<Answer*>(context); }
    static void decide(void* context, int verdict, std::int64_t until, loquet_text reason) {
        Answer& answer = of(context);
        const std::string_view word = sdk::view(reason);
        ++answer.decided;
        answer.verdict = verdict;
        answer.until = until;
        answer.faults.expect(verdict >= LOQUET_VERDICT_ALLOW && verdict <= LOQUET_VERDICT_DISABLED,
                             "a verdict is none");
        answer.faults.expect(
            word.size() <= 64
                && std::all_of(word.begin(), word.end(),
                               [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; }),
            "a reason is not at most 64 of [a-z0-9-]");
    }
    static void set_counter(void* context, int scope, const loquet_counter* counter) {
        Answer& answer = of(context);
        const bool known = scope >= 0 && scope < LOQUET_SCOPE_COUNT;
        answer.faults.expect(known && counter != nullptr, "it set a counter of no known scope");
        if (known && counter != nullptr) {
            auto& kept = answer.counters[static_cast<std::size_t>(scope)];
            answer.faults.expect(kept.has_value(), "it set a counter that the attempt does not have");
            answer.faults.expect(counter->disabled <= 1, "a counter's flag is not 0 or 1");
            kept = *counter;
        }
    }
    static void alert(void* context, loquet_text text) {
        of(context).faults.expect(is_clean_text(text, 256), "an alert is longer than 256 bytes or no clean text");
    }
    static void hold_until(void* context, std::int64_t until) { of(context).hold = until; }
    [[nodiscard]] bool lets_through() const {
        return verdict == LOQUET_VERDICT_ALLOW || verdict == LOQUET_VERDICT_DELAY;
    }
};

bool same_counter(const std::optional<loquet_counter>& a, const std::optional<loquet_counter>& b) {
    const auto values = [](const loquet_counter& c) {
        return std::tie(c.consecutive, c.since_lock, c.last_failure, c.last_success, c.locked_until, c.disabled,
                        c.pardoned, c.hour, c.pardoned_in_a_row);
    };
    return a && b ? values(*a) == values(*b)
                        && std::equal(std::begin(a->failed_in_hour), std::end(a->failed_in_hour),
                                      std::begin(b->failed_in_hour))
                  : a.has_value() == b.has_value();
}

class LockoutExam {
public:
    LockoutExam(Examination& exam, const loquet_lockout& table, void* self) : exam_(exam), table_(table), self_(self) {}

    Answer judge(int event, std::int64_t now, const Counters& counters, int axis = LOQUET_AXIS_LOGIN) {
        loquet_lockout_request request{
            sizeof request, event, axis, now, sdk::text("0123456789abcdef0123456789abcdef"), {}};
        for (std::size_t scope = 0; scope < counters.size(); ++scope) {
            const auto& counter = counters[scope];
            request.counters[scope] = counter ? &counter.value() : nullptr;
        }
        Answer answer;
        answer.counters = counters;
        const loquet_lockout_output output{sizeof output,        &answer,        &Answer::decide,
                                           &Answer::set_counter, &Answer::alert, &Answer::hold_until};
        const int result = exam_.call([&] { return table_.judge(self_, &request, &output); });
        answer.faults.rethrow();
        expect(result != 0 || answer.decided == 1, "a call that succeeds decides exactly once, but this one did "
                                                       + std::to_string(answer.decided) + " times");
        if (answer.verdict == LOQUET_VERDICT_DELAY || answer.verdict == LOQUET_VERDICT_LOCKED) {
            expect(answer.until > now, "it locks or delays until a time that is past");
            expect(answer.until - now <= longest_ms, "it locks or delays for more than a year");
        }
        expect(answer.hold <= now || answer.hold - now <= longest_ms, "it holds a refusal for more than a year");
        return answer;
    }

    void allows_a_first_attempt() {
        for (const Counters& counters : {fresh(), Counters{loquet_counter{}}}) {
            const Answer before = judge(LOQUET_LOCKOUT_BEFORE, some_time, counters);
            expect(before.verdict == LOQUET_VERDICT_ALLOW, "an account without any failure is held up");
            expect(judge(LOQUET_LOCKOUT_SUCCEEDED, some_time, counters).verdict == LOQUET_VERDICT_ALLOW,
                   "an account that has just logged in is held up");
        }
    }

    void stops_somebody_who_guesses() {
        (void)guess_until_stopped(fresh(), some_time, LOQUET_AXIS_LOGIN);
        (void)guess_until_stopped(fresh(), some_time, LOQUET_AXIS_RECOVERY);
    }

    /// Somebody fails from a thousand places; the owner comes to one where they succeeded before. Only of a policy that
    /// counts at known places: one that counts for the account alone was made so.
    void spares_a_known_place() {
        Counters known = fresh();
        known[LOQUET_SCOPE_KNOWN_PLACE]->last_success = some_time;
        known[LOQUET_SCOPE_ACCOUNT]->last_success = some_time;
        const Answer failed_there = judge(LOQUET_LOCKOUT_FAILED, some_time, known);
        if (same_counter(failed_there.counters[LOQUET_SCOPE_KNOWN_PLACE], known[LOQUET_SCOPE_KNOWN_PLACE])) {
            return;
        }
        std::int64_t now = some_time;
        for (int place = 0; place < 1000; ++place, now += 1000) {
            Counters there = fresh();
            there[LOQUET_SCOPE_KNOWN_PLACE].reset();
            there[LOQUET_SCOPE_ACCOUNT] = known[LOQUET_SCOPE_ACCOUNT];
            const Answer before = judge(LOQUET_LOCKOUT_BEFORE, now, there);
            const int event = before.lets_through() ? LOQUET_LOCKOUT_FAILED : LOQUET_LOCKOUT_REFUSED;
            known[LOQUET_SCOPE_ACCOUNT] = judge(event, now, before.counters).counters[LOQUET_SCOPE_ACCOUNT];
        }
        expect(judge(LOQUET_LOCKOUT_BEFORE, now, known).lets_through(),
               "failures at a thousand other places shut a place that the owner uses");
    }

    /// A recovery ends the lock of somebody who guessed, and gives them no more than the tries until the next one. A
    /// policy that does not know the event says so by an error, and the daemon does it.
    void ends_locks_when_lifted() {
        const Stopped stopped = guess_until_stopped(fresh(), some_time, LOQUET_AXIS_LOGIN);
        const Answer lifted = judge(LOQUET_LOCKOUT_LIFTED, stopped.now, stopped.counters);
        if (lifted.decided == 0) {
            return;
        }
        expect(lifted.lets_through() && judge(LOQUET_LOCKOUT_BEFORE, stopped.now, lifted.counters).lets_through(),
               "it shuts an account that a recovery gave a new password");
        (void)guess_until_stopped(lifted.counters, stopped.now, LOQUET_AXIS_LOGIN);
    }

    void is_pure() {
        const Counters counters = judge(LOQUET_LOCKOUT_FAILED, some_time, fresh()).counters;
        const auto ask = [&] { return judge(LOQUET_LOCKOUT_FAILED, some_time + 1000, counters); };
        const Answer first = ask();
        const Answer second = ask();
        const bool same =
            first.verdict == second.verdict && first.until == second.until
            && std::equal(first.counters.begin(), first.counters.end(), second.counters.begin(), same_counter);
        expect(same, "the same request was answered differently the second time");
    }

    void stands_garbage() {
        constexpr std::array<int, 8> events{LOQUET_LOCKOUT_BEFORE,
                                            LOQUET_LOCKOUT_FAILED,
                                            LOQUET_LOCKOUT_SUCCEEDED,
                                            LOQUET_LOCKOUT_SENT,
                                            LOQUET_LOCKOUT_REFUSED,
                                            LOQUET_LOCKOUT_LIFTED,
                                            0,
                                            99};
        for (int n = 0; n < random_requests; ++n) {
            Counters counters;
            for (auto& counter : counters) {
                if (exam_.random() % 4 != 0) {
                    counter = garbage_counter();
                }
            }
            const auto& account = counters[LOQUET_SCOPE_ACCOUNT];
            const bool disabled = account && account->disabled == 1 && !counters[LOQUET_SCOPE_KNOWN_PLACE];
            const int event = events[exam_.random() % events.size()];
            const int axis = exam_.random() % 2 == 0 ? LOQUET_AXIS_LOGIN : LOQUET_AXIS_RECOVERY;
            const Answer answer = judge(event, some_time + static_cast<std::int64_t>(exam_.random()), counters, axis);
            expect(!disabled || event != LOQUET_LOCKOUT_BEFORE || !answer.lets_through(),
                   "it lets a disabled account through at request " + std::to_string(n));
        }
    }

private:
    static Counters fresh() {
        Counters counters;
        counters.fill(loquet_counter{});
        return counters;
    }

    struct Stopped {
        Counters counters;
        std::int64_t now;
    };
    /// Fails until the policy stops it, which must hold.
    Stopped guess_until_stopped(Counters counters, std::int64_t now, int axis) {
        for (int failures = 0; failures < 1000; ++failures, now += 1000) {
            const Answer before = judge(LOQUET_LOCKOUT_BEFORE, now, counters, axis);
            if (!before.lets_through()) {
                expect_lock_holds(before, now, before.counters);
                return {before.counters, now};
            }
            now = std::max(now, before.verdict == LOQUET_VERDICT_DELAY ? before.until : now);
            counters = judge(LOQUET_LOCKOUT_FAILED, now, before.counters, axis).counters;
        }
        throw Fault("1000 failures in a row, a second apart, were not stopped");
    }

    void expect_lock_holds(const Answer& lock, std::int64_t now, const Counters& counters) {
        const std::int64_t last = lock.verdict == LOQUET_VERDICT_DISABLED ? now + minute_ms : lock.until - 1;
        for (const std::int64_t then : {now, now + (last - now) / 2, last}) {
            expect(!judge(LOQUET_LOCKOUT_BEFORE, then, counters).lets_through(), "a lock ends before its time");
        }
    }

    loquet_counter garbage_counter() {
        std::array<std::uint32_t, sizeof(loquet_counter) / sizeof(std::uint32_t)> words{};
        static_assert(sizeof words == sizeof(loquet_counter));
        for (auto& word : words) {
            const std::array<std::uint32_t, 5> some{0, 1, 0xFFFF'FFFF, 0x8000'0000,
                                                    static_cast<std::uint32_t>(exam_.random())};
            word = some[exam_.random() % some.size()];
        }
        loquet_counter counter{};
        std::memcpy(&counter, words.data(), sizeof counter);
        counter.disabled &= 1U; // the daemon keeps it as a truth value
        return counter;
    }

    Examination& exam_;
    const loquet_lockout& table_;
    void* self_;
};

} // namespace

void examine_lockout(Examination& exam, const Paper& paper) {
    examine<loquet_lockout>(
        exam, paper, "loquet_lockout_v1",
        [by_default = paper.given.empty()](Examination& e, const loquet_lockout& table, void* self,
                                           const std::string& when) {
            LockoutExam lockout(e, table, self);
            e.check("allows a first attempt" + when, [&] { lockout.allows_a_first_attempt(); });
            e.check("stops somebody who guesses, and keeps to it" + when,
                    [&] { lockout.stops_somebody_who_guesses(); });
            if (by_default) {
                e.check("spares a place that the owner uses" + when, [&] { lockout.spares_a_known_place(); });
            }
            e.check("ends a lock when a recovery lifts it" + when, [&] { lockout.ends_locks_when_lifted(); });
            e.check("answers the same request the same way" + when, [&] { lockout.is_pure(); });
            e.check("stands garbage, seed " + std::to_string(e.seed) + when, [&] { lockout.stands_garbage(); });
        });
}

} // namespace loquet::sdk_conformance
