// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/outbox/channel_health.h"

namespace loquet::outbox {

bool ChannelHealth::delivered() {
    const bool failed = fails();
    *this = ChannelHealth();
    return failed;
}

bool ChannelHealth::put_off(std::string_view said) {
    return failed(said);
}

bool ChannelHealth::refused(model::Uid account, std::string_view said) {
    if (refused_last_ == account) {
        return false;
    }
    refused_last_ = account;
    return failed(said);
}

bool ChannelHealth::failed(std::string_view said) {
    said_ = said;
    if (fails()) {
        return false;
    }
    ++failures_;
    return fails();
}

} // namespace loquet::outbox
