// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/file/file_channel.h"

#include "lib/base/error.h"
#include "lib/base/file.h"
#include "lib/delivery/channel.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <iterator>
#include <string>
#include <utility>

namespace loquet::plugins_file {

using sdk::DeliveryOutcome;

namespace {

base::Fd opened(int descriptor, const std::string& path) {
    if (descriptor < 0) {
        throw base::system_error(errno, "cannot open " + path);
    }
    return base::Fd(descriptor);
}

} // namespace

Spool::Spool(std::string folder) : folder_(std::move(folder)) {
    if (folder_.empty() || folder_.front() != '/') {
        throw sdk::Refusal("folder must be an absolute path");
    }
}

std::string Spool::write(const sdk::Delivery& delivery) const {
    if (::mkdir(folder_.c_str(), 0700) != 0 && errno != EEXIST) {
        throw base::system_error(errno, "cannot make " + folder_);
    }
    const base::Fd folder = opened(::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC), folder_);
    const std::string name = std::string(delivery.reference()) + ".message";
    const std::string unfinished = "." + name + ".new"; // programs that collect the files pass over it
    // What an end in the middle left behind is not written into: it may be linked to something else by now.
    if (::unlinkat(folder.get(), unfinished.c_str(), 0) != 0 && errno != ENOENT) {
        throw base::system_error(errno, "cannot remove " + folder_ + "/" + unfinished);
    }
    const base::Fd file =
        opened(::openat(folder.get(), unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600),
               folder_ + "/" + unfinished);
    base::write_all(file.get(), delivery::message_head(delivery));
    base::write_all(file.get(), delivery.text()); // a secret, from where it lies
    if (::fsync(file.get()) != 0 || ::renameat(folder.get(), unfinished.c_str(), folder.get(), name.c_str()) != 0
        || ::fsync(folder.get()) != 0) {
        throw base::system_error(errno, "cannot write " + folder_ + "/" + name);
    }
    return name;
}

namespace {

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

} // namespace

const loquet_manifest& FileChannel::manifest() {
    return the_manifest;
}

FileChannel::FileChannel(sdk::Host /*host*/, const sdk::Options& options)
    : spool_(std::string(options.text("folder"))) {}

DeliveryOutcome FileChannel::deliver(const sdk::Delivery& delivery) {
    if (!sdk::is_reference(delivery.reference())) {
        return refused("the reference of the message is not 32 hexadecimal digits");
    }
    if (!sdk::is_mail_address(delivery.destination()) && !sdk::is_phone_number(delivery.destination())) {
        return refused("the destination is neither a mail address nor a telephone number");
    }
    if (delivery.subject().find_first_of("\r\n") != std::string_view::npos) {
        return refused("the subject is not one line");
    }
    if (delivery::milliseconds_now() >= delivery.expires()) {
        return refused("its time was over before it was written");
    }
    const std::string name = spool_.write(delivery);
    return {DeliveryOutcome::Kind::sent, name, 0, "written"};
}

} // namespace loquet::plugins_file

LOQUET_DEFINE_CHANNEL(loquet::plugins_file::FileChannel)
