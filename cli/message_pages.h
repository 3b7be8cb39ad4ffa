// SPDX-License-Identifier: LGPL-2.1-or-later
// The service's messages to people, a page at a time, so that neither side ever holds all of them. One thread.
#pragma once

#include "cli/client.h"

#include <cstdint>
#include <string>
#include <vector>

namespace loquet::cli {

/// A row of Manager.ListMessages (docs/bus.md); times are "nothing" where the service says 0.
struct ListedMessage {
    std::uint64_t number = 0;
    std::string state;
    std::string medium;
    std::uint32_t account = 0; ///< UID
    std::string destination;   ///< masked
    std::string text;          ///< id in the message catalogues
    std::string step;
    std::string why;
    std::string said;
    std::string channel;
    std::string gateway_reference;
    std::string reference;
    std::uint32_t attempts = 0;
    std::uint32_t unknown = 0;
    Value created;
    Value changed;
    Value due;
    Value expires;
};

class MessagePages {
public:
    struct Question {
        std::string account;     ///< empty: of all
        std::string state;       ///< empty: in any
        std::uint64_t after = 0; ///< only those with a number above
        std::uint64_t limit = 0; ///< 0: all of them
    };
    MessagePages(Client& client, Question question);

    /// The next page, oldest first; empty when there are no more.
    [[nodiscard]] std::vector<ListedMessage> next();

private:
    [[nodiscard]] bus::Message request(std::uint32_t count);

    Client& client_;
    Question question_;
    std::uint64_t left_;
    bool more_ = true;
};

} // namespace loquet::cli
