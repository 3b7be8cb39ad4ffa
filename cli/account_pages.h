// SPDX-License-Identifier: LGPL-2.1-or-later
// All accounts of the service, a page at a time, so that neither side ever holds a whole site. One thread.
#pragma once

#include "cli/client.h"

#include <cstdint>
#include <string>
#include <vector>

namespace loquet::cli {

struct ListedAccount {
    std::string path;
    std::string name;
    std::uint32_t uid = 0;
    std::string state;
};

class AccountPages {
public:
    /// `state` empty: accounts in any state. `limit` 0: all of them.
    AccountPages(Client& client, std::string state, std::uint64_t limit);

    /// The next page; empty when there are no more.
    [[nodiscard]] std::vector<ListedAccount> next();

private:
    [[nodiscard]] bus::Message request(std::uint32_t count);

    Client& client_;
    std::string state_;
    std::uint64_t left_;
    std::string after_;
    bool more_ = true;
};

} // namespace loquet::cli
