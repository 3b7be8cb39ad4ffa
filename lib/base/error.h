// SPDX-License-Identifier: LGPL-2.1-or-later
// The one exception type. Throw what should not happen; return what may (an absent key is an optional, a wrong
// password a Denied). Any thread.
#pragma once

#include <source_location>
#include <stdexcept>
#include <string>
#include <string_view>

namespace loquet::base {

class Error : public std::runtime_error {
public:
    /// What the caller can do about it; lib/bus/error_names turns each into one bus error name.
    enum class Kind {
        not_found,   ///< the named thing does not exist
        denied,      ///< the caller may not do this
        busy,        ///< too much is going on at once; the same call may succeed later
        invalid,     ///< the input is wrong; the text says how to mend it
        limited,     ///< a limit that protects others was reached
        unavailable, ///< a part we need does not answer, or the disk refuses
        conflict,    ///< the state changed, or the thing exists already
        corrupt,     ///< bytes that we wrote, or that claim to be ours, cannot be read
        internal,    ///< internal error
    };

    /// `text` is a sentence that the reader can act on. It never holds a secret: errors end in logs.
    Error(Kind kind, const std::string& text, std::source_location where = std::source_location::current())
        : std::runtime_error(text), kind_(kind), where_(where) {}

    [[nodiscard]] Kind kind() const noexcept { return kind_; }
    [[nodiscard]] const std::source_location& where() const noexcept { return where_; }

private:
    Kind kind_;
    std::source_location where_;
};

/// An Error of kind `unavailable` (or `denied`, `not_found` where errno says so): "doing: strerror".
[[nodiscard]] Error system_error(int error_number, std::string_view doing,
                                 std::source_location where = std::source_location::current());

} // namespace loquet::base
