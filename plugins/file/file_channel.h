// SPDX-License-Identifier: LGPL-2.1-or-later
// The channel: each message becomes a file in a folder, and is sent when it is safely there.
#pragma once

#include <loquet/channel.hpp>

#include <string>

namespace loquet::plugins_file {

/// The folder of messages: one file each, which is there whole or not at all, and readable by its owner alone.
class Spool {
public:
    /// Throws sdk::Refusal where `folder` is no absolute path. It is made (0700) when the first message comes.
    explicit Spool(std::string folder);

    /// Writes the message durably and returns the file's name, which follows from the reference: a message that is
    /// delivered again takes the place of what was written before. Throws base::Error; then there is no new file.
    std::string write(const sdk::Delivery& delivery) const;

private:
    std::string folder_;
};

class FileChannel : public sdk::ImmediateChannel {
public:
    static const loquet_manifest& manifest();

    FileChannel(sdk::Host host, const sdk::Options& options);

private:
    sdk::DeliveryOutcome deliver(const sdk::Delivery& delivery) override;

    Spool spool_;
};

} // namespace loquet::plugins_file
