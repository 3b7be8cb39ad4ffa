// SPDX-License-Identifier: LGPL-2.1-or-later
// A lockout policy that only ever slows down.
#include "sdk/conformance/bad/bad_step.h"

#include <loquet/lockout.hpp>

namespace loquet::sdk_conformance {
namespace {

constexpr loquet_manifest the_manifest = bad_manifest("never_locks");

class Bad {
public:
    Bad(sdk::Host /*host*/, const sdk::Options& /*options*/) {}
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

} // namespace
} // namespace loquet::sdk_conformance

LOQUET_DEFINE_LOCKOUT(loquet::sdk_conformance::Bad)
