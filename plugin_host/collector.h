// SPDX-License-Identifier: LGPL-2.1-or-later
// Takes what a plugin says during one call. A plugin's mistake is remembered, not thrown, because the plugin's C frames
// are in between; the call's end turns it into an Error. One thread.
#pragma once

#include "lib/base/error.h"

#include <exception>
#include <string>

namespace loquet::plugin_host {

class Collector {
public:
    /// Runs `take`; the first Error that leaves one is the call's fault, and nothing is taken after it.
    template <class F>
    void take(F take) noexcept {
        if (!fault_.empty()) {
            return;
        }
        try {
            take();
        } catch (const std::exception& error) {
            fault_ = error.what();
        }
    }

    /// Calls into the plugin. Throws Error::unavailable where it throws or says that it could not, Error::invalid for
    /// what it did wrong on the way.
    template <class F>
    void run(F plugin) {
        int result = 0;
        try {
            result = plugin();
        } catch (...) {
            throw base::Error(base::Error::Kind::unavailable, "the plugin threw an exception");
        }
        if (!fault_.empty()) {
            throw base::Error(base::Error::Kind::invalid, "the plugin broke its contract: " + fault_);
        }
        if (result != 0) {
            throw base::Error(base::Error::Kind::unavailable,
                              "the plugin says that it could not (" + std::to_string(result) + ")");
        }
    }

    /// The collector that a call of the plugin's is about: `context` is what it was handed.
    template <class T>
    [[nodiscard]] static T& of(void* context) noexcept {
        return *static_cast<T*>(context);
    }

    [[noreturn]] static void refuse(const char* what) { throw base::Error(base::Error::Kind::invalid, what); }

private:
    std::string fault_;
};

} // namespace loquet::plugin_host
