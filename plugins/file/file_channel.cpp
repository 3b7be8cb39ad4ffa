// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/file/file_channel.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <iterator>
#include <string>
#include <system_error>
#include <utility>

namespace loquet::plugins_file {

using sdk::DeliveryOutcome;

namespace {

[[noreturn]] void fail(const std::string& what) {
    throw std::system_error(errno, std::generic_category(), what);
}

class Descriptor {
public:
    Descriptor(int descriptor, const std::string& path) : descriptor_(descriptor) {
        if (descriptor_ < 0) {
            fail("cannot open " + path);
        }
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() { ::close(descriptor_); }
    [[nodiscard]] int get() const { return descriptor_; }

private:
    int descriptor_;
};

void write_all(const Descriptor& file, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(file.get(), bytes.data(), bytes.size());
        if (written < 0 && errno != EINTR) {
            fail("cannot write a message");
        }
        bytes.remove_prefix(written > 0 ? static_cast<size_t>(written) : 0);
    }
}

/// RFC 3339, UTC, whole seconds.
std::string written_time(std::int64_t milliseconds) {
    const auto seconds = static_cast<std::time_t>(milliseconds / 1000);
    std::tm broken{};
    ::gmtime_r(&seconds, &broken);
    std::array<char, 40> text{};
    return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &broken)};
}

/// All but the secret, which is written from where it lies.
std::string head_of(const sdk::Delivery& delivery) {
    std::string head;
    const auto line = [&](const char* name, std::string_view value) {
        if (!value.empty()) {
            head.append(name).append(": ").append(value).append("\n");
        }
    };
    line("Reference", delivery.reference());
    line("To", delivery.destination());
    line("Subject", delivery.subject());
    line("Locale", delivery.locale());
    line("Attempt", std::to_string(delivery.attempt()));
    line("Date", written_time(delivery.now()));
    line("Expires", written_time(delivery.expires()));
    return head + "\n";
}

} // namespace

Spool::Spool(std::string folder) : folder_(std::move(folder)) {
    if (folder_.empty() || folder_.front() != '/') {
        throw sdk::Refusal("folder must be an absolute path");
    }
}

std::string Spool::write(const sdk::Delivery& delivery) const {
    if (::mkdir(folder_.c_str(), 0700) != 0 && errno != EEXIST) {
        fail("cannot make " + folder_);
    }
    const Descriptor folder(::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC), folder_);
    const std::string name = std::string(delivery.reference()) + ".message";
    const std::string unfinished = "." + name + ".new"; // whoever collects the files passes over it
    // What an end in the middle left behind is not ours to write into: it may be linked to something else by now.
    if (::unlinkat(folder.get(), unfinished.c_str(), 0) != 0 && errno != ENOENT) {
        fail("cannot remove " + folder_ + "/" + unfinished);
    }
    const Descriptor file(
        ::openat(folder.get(), unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600),
        folder_ + "/" + unfinished);
    write_all(file, head_of(delivery));
    write_all(file, delivery.text());
    if (::fsync(file.get()) != 0 || ::renameat(folder.get(), unfinished.c_str(), folder.get(), name.c_str()) != 0
        || ::fsync(folder.get()) != 0) {
        fail("cannot write " + folder_ + "/" + name);
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

LOQUET_DEFINE_CHANNEL(loquet::plugins_file::FileChannel)
