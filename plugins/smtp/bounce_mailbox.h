// SPDX-License-Identifier: LGPL-2.1-or-later
// Where a mail server drops what comes back: a maildir, or a file of mails (mbox). What is read stays there until it is
// said to be kept, so that a process that ends in between loses nothing. A drop keeps no memory: a new one begins again
// with whatever is there. One thread.
#pragma once

#include <loquet/channel.hpp>

#include <memory>
#include <string>
#include <vector>

namespace loquet::plugins_smtp {

/// What is read at once.
struct Mails {
    std::vector<sdk::Receipt> receipts; ///< at most sdk::most_receipts
    bool more = false;                  ///< there is more to read
};

class BounceMailbox {
public:
    static constexpr std::size_t most_mails = 64; ///< at once: some milliseconds

    BounceMailbox() = default;
    BounceMailbox(const BounceMailbox&) = delete;
    BounceMailbox& operator=(const BounceMailbox&) = delete;
    virtual ~BounceMailbox() = default;

    /// What was read last is stored, and is done with.
    virtual void forget() = 0;
    /// The first mails, those that were not forgotten included. Throws std::runtime_error with a sentence for the
    /// operator.
    [[nodiscard]] virtual Mails read() = 0;
};

/// A maildir where `path` is a folder, else a file.
[[nodiscard]] std::unique_ptr<BounceMailbox> open_bounce_mailbox(const std::string& path);

} // namespace loquet::plugins_smtp
