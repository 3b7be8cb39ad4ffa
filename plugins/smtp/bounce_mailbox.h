// SPDX-License-Identifier: LGPL-2.1-or-later
// The Maildir to which a mail server delivers what comes back: one file for each mail. What is read stays there until
// it is said to be kept, so that a process that ends in between loses nothing: a new object begins again with
// everything that is there. Then a report is removed; any other mail is put among those that were read (cur/), where a
// person may look at it. Anything but a file is left alone. One thread.
#pragma once

#include <loquet/channel.hpp>

#include <string>
#include <utility>
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

    /// `path` need not be there yet. Throws sdk::Refusal where it is a file.
    explicit BounceMailbox(std::string path);

    /// What was read last is stored, and is done with.
    void forget();
    /// The first mails, those that were not forgotten included. Throws std::runtime_error with a sentence for the
    /// operator.
    [[nodiscard]] Mails read();

private:
    std::string path_;
    std::vector<std::string> reports_; ///< names in new/ of what was read last
    std::vector<std::string> others_;
};

} // namespace loquet::plugins_smtp
