// SPDX-License-Identifier: LGPL-2.1-or-later
// A drop that is one file of mails, each behind a line that begins with "From " (RFC 4155): locked while it is read, as
// mail servers lock it (fcntl), and emptied when all of it is kept. It must be for reports alone. One thread.
#pragma once

#include "lib/base/file.h"
#include "plugins/smtp/bounce_mailbox.h"

#include <sys/types.h>

#include <string>
#include <string_view>
#include <utility>

namespace loquet::plugins_smtp {

/// Takes the first mail off `text`, its "From " line included; what stands before that line is no mail, and is empty
/// here. Where `whole` is false and its end is not in sight, it is longer than all of `text`.
[[nodiscard]] std::string_view take_mail(std::string_view& text, bool whole);

class Mbox : public BounceMailbox {
public:
    explicit Mbox(std::string path) : path_(std::move(path)) {}

    void forget() override;
    [[nodiscard]] Mails read() override;

private:
    [[nodiscard]] off_t size_of(const base::Fd& file);
    /// What begins at kept_; `whole`: it is all of it.
    [[nodiscard]] Mails read_mails(std::string_view bytes, bool whole);

    std::string path_;
    // Where things are in the file that is `file_` now.
    ino_t file_ = 0;
    off_t kept_ = 0; ///< what stands before is done with
    off_t read_ = 0; ///< ... and this is how far was read last
};

} // namespace loquet::plugins_smtp
