// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/file/file_channel.h"

#include <chrono>
#include <iterator>
#include <string>

namespace loquet::plugins_file {

namespace {

using sdk::DeliveryOutcome;

constexpr loquet_option options_offered[] = {
    {"folder", LOQUET_OPTION_TEXT, "\"/var/lib/loquet-channel/file\"",
     "The folder, an absolute path, that gets one file for each message.", 0, 0},
};
constexpr loquet_manifest the_manifest{sizeof(loquet_manifest),
                                       "file",
                                       "1.0",
                                       "Writes each message into a file, for tests and for sites without a network.",
                                       nullptr,
                                       options_offered,
                                       std::size(options_offered)};

DeliveryOutcome refused(std::string why) {
    return {DeliveryOutcome::Kind::refused, {}, 0, std::move(why)};
}

/// It becomes the name of a file.
bool is_reference(std::string_view text) {
    return text.size() == 32 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::int64_t milliseconds_now() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

} // namespace

const loquet_manifest& FileChannel::manifest() {
    return the_manifest;
}

FileChannel::FileChannel(sdk::Host /*host*/, const sdk::Options& options)
    : spool_(std::string(options.text("folder"))) {}

DeliveryOutcome FileChannel::deliver(const sdk::Delivery& delivery) {
    if (!is_reference(delivery.reference())) {
        return refused("the reference of the message is not 32 hexadecimal digits");
    }
    if (!sdk::is_mail_address(delivery.destination()) && !sdk::is_phone_number(delivery.destination())) {
        return refused("the destination is neither a mail address nor a telephone number");
    }
    if (delivery.subject().find_first_of("\r\n") != std::string_view::npos) {
        return refused("the subject is not one line");
    }
    if (milliseconds_now() >= delivery.expires()) {
        return refused("its time was over before it was written");
    }
    const std::string name = spool_.write(delivery);
    return {DeliveryOutcome::Kind::sent, name, 0, "written"};
}

} // namespace loquet::plugins_file
