// SPDX-License-Identifier: LGPL-2.1-or-later
// Lockout policies and password rules that the exam has to fail, each for its one reason. LOQUET_BAD_CLASS is the one
// that this .so exports, with LOQUET_BAD_DEFINE of its kind, and LOQUET_BAD_NAME what it calls itself.
#include <loquet/lockout.hpp>
#include <loquet/password_rules.hpp>

#include <atomic>

namespace loquet::sdk_conformance {
namespace {

constexpr loquet_manifest the_manifest{
    sizeof(loquet_manifest), LOQUET_BAD_NAME, "1", "Does one thing wrong.", nullptr, nullptr, 0};

/// A lockout policy that only ever slows down.
class NeverLocks {
public:
    NeverLocks(sdk::Host /*host*/, const sdk::Options& /*options*/) {}
    static const loquet_manifest& manifest() { return the_manifest; }
    void judge(const sdk::LockoutRequest& request, sdk::LockoutOutput& output) const {
        const loquet_counter* account = request.counter(LOQUET_SCOPE_ACCOUNT);
        loquet_counter changed = account == nullptr ? loquet_counter{} : *account;
        if (request.event() == LOQUET_LOCKOUT_FAILED && account != nullptr) {
            ++changed.since_lock;
            output.set_counter(LOQUET_SCOPE_ACCOUNT, changed);
        }
        if (changed.since_lock > 0) {
            output.decide(LOQUET_VERDICT_DELAY, request.now() + 1, "slowed-down");
        } else {
            output.decide(LOQUET_VERDICT_ALLOW, 0, "allowed");
        }
    }
};

/// A lockout policy that takes a recovery for nothing that concerns it.
class KeepsLocks {
public:
    KeepsLocks(sdk::Host /*host*/, const sdk::Options& /*options*/) {}
    static const loquet_manifest& manifest() { return the_manifest; }
    void judge(const sdk::LockoutRequest& request, sdk::LockoutOutput& output) const {
        const loquet_counter* account = request.counter(LOQUET_SCOPE_ACCOUNT);
        loquet_counter changed = account == nullptr ? loquet_counter{} : *account;
        if (request.event() == LOQUET_LOCKOUT_FAILED && account != nullptr && ++changed.consecutive > 4) {
            changed.disabled = 1;
        }
        if (account != nullptr) {
            output.set_counter(LOQUET_SCOPE_ACCOUNT, changed);
        }
        output.decide(changed.disabled != 0 ? LOQUET_VERDICT_DISABLED : LOQUET_VERDICT_ALLOW, 0, "five-in-a-row");
    }
};

/// Password rules that come to no end with a long candidate.
class Overstays {
public:
    Overstays(sdk::Host /*host*/, const sdk::Options& /*options*/) {}
    static const loquet_manifest& manifest() { return the_manifest; }
    void check(const sdk::RulesRequest& request, sdk::RulesOutput& output) const {
        while (request.candidate().size() > 30 && !finished_) {
        }
        output.rule(request.candidate().size() > 1 && !request.in_history(), sdk::Message(LOQUET_BAD_NAME ".rule"));
        output.level(0);
    }

private:
    std::atomic<bool> finished_ = false;
};

/// Password rules that repeat the candidate on the screen.
class ShowsCandidate {
public:
    ShowsCandidate(sdk::Host /*host*/, const sdk::Options& /*options*/) {}
    static const loquet_manifest& manifest() { return the_manifest; }
    void check(const sdk::RulesRequest& request, sdk::RulesOutput& output) const {
        output.rule(request.candidate().size() > 1 && !request.in_history(),
                    sdk::Message(LOQUET_BAD_NAME ".rule", {{"typed", std::string(request.candidate())}}));
        output.level(0);
    }
};

} // namespace
} // namespace loquet::sdk_conformance

LOQUET_BAD_DEFINE(loquet::sdk_conformance::LOQUET_BAD_CLASS)
