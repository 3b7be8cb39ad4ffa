// SPDX-License-Identifier: LGPL-2.1-or-later
// The boundary of the C contracts: values of lib/protocol lent to a plugin in the C form of the SDK, what a plugin
// hands over copied back, and the collector of one call. What is lent must outlive the call; what is copied is checked
// first, and Error::invalid says what a plugin did wrong. One thread.
#pragma once

#include "lib/base/error.h"
#include "lib/base/secret.h"
#include "lib/protocol/values.h"
#include "loquet/lockout.h"
#include "loquet/plugin.h"

#include <exception>
#include <string>
#include <string_view>
#include <vector>

namespace loquet::plugin_host {

[[nodiscard]] inline loquet_text lend(std::string_view text) noexcept {
    return {text.data(), text.size()};
}
[[nodiscard]] inline loquet_bytes lend(const base::SecureBytes& bytes) noexcept {
    return {bytes.data(), bytes.size()};
}
[[nodiscard]] std::vector<loquet_named_text> lend(const std::vector<protocol::NamedText>& texts);
[[nodiscard]] loquet_counter lend(const protocol::Counter& counter) noexcept;

[[nodiscard]] std::string copy(loquet_text text, std::size_t limit, const char* what);
[[nodiscard]] base::SecureBytes copy(loquet_bytes bytes, std::size_t limit, const char* what);
[[nodiscard]] protocol::Message copy(const loquet_message* message);
[[nodiscard]] protocol::Counter copy(const loquet_counter* counter);

/// Takes what a plugin says during one call. A plugin's mistake is remembered, not thrown, because the plugin's C
/// frames are in between; the call's end turns it into an Error.
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
