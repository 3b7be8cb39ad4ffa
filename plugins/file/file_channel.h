// SPDX-License-Identifier: LGPL-2.1-or-later
// The channel: each message becomes a file in a folder, and is sent when it is safely there.
#pragma once

#include "plugins/file/spool.h"

#include <loquet/channel.hpp>

namespace loquet::plugins_file {

class FileChannel : public sdk::ImmediateChannel {
public:
    static const loquet_manifest& manifest();

    FileChannel(sdk::Host host, const sdk::Options& options);

private:
    sdk::DeliveryOutcome deliver(const sdk::Delivery& delivery) override;

    Spool spool_;
};

} // namespace loquet::plugins_file
