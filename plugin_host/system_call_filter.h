// SPDX-License-Identifier: LGPL-2.1-or-later
// A filter for system calls being made (seccomp(2)): what it does with a call that no rule names, then the rules, then
// load(). One thread.
#pragma once

#include "lib/base/error.h"
#include "lib/base/handle.h"

#include <seccomp.h>

#include <cstdint>

namespace loquet::plugin_host {

class SystemCallFilter {
public:
    /// Every function throws Error (unavailable) where the kernel or the library refuses.
    explicit SystemCallFilter(std::uint32_t otherwise) : filter_(seccomp_init(otherwise)) {
        if (!filter_) {
            throw base::Error(base::Error::Kind::unavailable, "cannot make a filter for system calls");
        }
        check(seccomp_attr_set(filter_.get(), SCMP_FLTATR_CTL_TSYNC, 1)); // also for threads that create() started
    }

    /// Where all conditions hold (SCMP_A0_64...), or always where there is none.
    template <class... Conditions>
    void add(std::uint32_t action, int call, Conditions... conditions) {
        check(seccomp_rule_add(filter_.get(), action, call, sizeof...(conditions), conditions...));
    }

    /// From now on it holds for this process, for good.
    void load() { check(seccomp_load(filter_.get())); }

private:
    static void check(int result) {
        if (result < 0) {
            throw base::system_error(-result, "cannot set the filter for system calls");
        }
    }

    base::Handle<void, seccomp_release> filter_;
};

} // namespace loquet::plugin_host
