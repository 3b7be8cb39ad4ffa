// SPDX-License-Identifier: LGPL-2.1-or-later
// A text for a person before it is in anybody's language: the id of a message in the catalogues, and what its
// {variables} stand for. Plain value.
#pragma once

#include <string>
#include <vector>

namespace loquet::protocol {

/// A named value: an account fact, or a variable of a message.
struct NamedText {
    std::string name;
    std::string value;
    friend bool operator==(const NamedText&, const NamedText&) = default;
};

struct Message {
    std::string id;                   ///< "arithmetic.question"; at most limits::message_id_bytes of [a-z0-9_.-]
    std::vector<NamedText> variables; ///< at most limits::message_variables; values are shown literally
    friend bool operator==(const Message&, const Message&) = default;
};

} // namespace loquet::protocol
