// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/command/command_channel.h"

#include "lib/delivery/transfer.h"

#include <algorithm>
#include <chrono>
#include <system_error>

namespace loquet::plugins_command {

namespace {

using sdk::DeliveryOutcome;
using std::chrono::milliseconds;

/// Why it is not sent; empty where nothing speaks against it.
std::string objection(const sdk::Delivery& delivery) {
    if (!sdk::is_mail_address(delivery.destination()) && !sdk::is_phone_number(delivery.destination())) {
        return "the destination is neither a mail address nor a telephone number";
    }
    if (!sdk::is_reference(delivery.reference())) {
        return "the reference of the message is not 32 hexadecimal digits";
    }
    if ((std::string(delivery.subject()) + std::string(delivery.locale())).find_first_of("\r\n") != std::string::npos) {
        return "the subject is not one line";
    }
    if (delivery::milliseconds_now() >= delivery.expires()) {
        return "its time was over before it was sent";
    }
    return {};
}

} // namespace

const loquet_manifest& CommandChannel::manifest() {
    return Program::manifest();
}

CommandChannel::CommandChannel(sdk::Host host, const sdk::Options& options) : program_(options) {
    if (program_.path.empty()) {
        host.log(LOQUET_LOG_WARNING, "no program is configured, and no message is delivered");
    }
}

void CommandChannel::submit(std::uint64_t id, const sdk::Delivery& delivery) {
    if (const std::string why = objection(delivery); !why.empty()) {
        decided_.push_back({id, {DeliveryOutcome::Kind::refused, {}, 0, why}});
    } else if (program_.path.empty()) {
        decided_.push_back({id, {DeliveryOutcome::Kind::retry, {}, 0, "no program is configured"}});
    } else {
        try {
            runs_.emplace(id, std::make_unique<Run>(program_, delivery));
        } catch (const std::system_error& error) {
            decided_.push_back({id, {DeliveryOutcome::Kind::retry, {}, 0, error.what()}});
        }
    }
}

void CommandChannel::work(int wake, std::uint32_t timeout_ms, sdk::ChannelOutput& output) {
    const Run::Clock::time_point until = Run::Clock::now() + milliseconds(timeout_ms);
    while (!tell(output)) {
        Run::Clock::time_point next = until;
        std::vector<pollfd> descriptors{{wake, POLLIN, 0}}; // poll() passes over a negative one
        for (const auto& [id, run] : runs_) {
            run->add_to(descriptors);
            next = std::min(next, run->deadline());
        }
        if (Run::Clock::now() >= until) {
            return;
        }
        const auto left = std::max<std::int64_t>(std::chrono::ceil<milliseconds>(next - Run::Clock::now()).count(), 0);
        if (::poll(descriptors.data(), descriptors.size(), static_cast<int>(left)) > 0 && descriptors[0].revents != 0) {
            return;
        }
    }
}

bool CommandChannel::tell(sdk::ChannelOutput& output) {
    for (auto at = runs_.begin(); at != runs_.end();) {
        if (auto outcome = at->second->go_on()) {
            decided_.emplace_back(at->first, std::move(*outcome));
            at = runs_.erase(at);
        } else {
            ++at;
        }
    }
    for (const auto& [id, outcome] : decided_) {
        outcome.tell(id, output);
    }
    const bool told = !decided_.empty();
    decided_.clear();
    return told;
}

} // namespace loquet::plugins_command

LOQUET_DEFINE_CHANNEL(loquet::plugins_command::CommandChannel)
