// SPDX-License-Identifier: LGPL-2.1-or-later
// A drop with one file for each mail. A report is removed when it is kept; any other mail is put among those that were
// read (cur/), where a person may look at it. Whatever is no file is left alone. One thread.
#pragma once

#include "plugins/smtp/bounce_mailbox.h"

#include <string>
#include <utility>
#include <vector>

namespace loquet::plugins_smtp {

class Maildir : public BounceMailbox {
public:
    explicit Maildir(std::string path) : path_(std::move(path)) {}

    void forget() override;
    [[nodiscard]] Mails read() override;

private:
    std::string path_;
    std::vector<std::string> reports_; ///< names in new/ of what was read last
    std::vector<std::string> others_;
};

} // namespace loquet::plugins_smtp
