// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/delivery/gateway_secret.h"

#include "lib/base/handle.h"

#include <loquet/channel.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace loquet::delivery {

namespace {

using File = base::Handle<std::FILE, std::fclose>;

[[noreturn]] void refuse(const std::string& path, const std::string& why) {
    throw sdk::Refusal(path + ": " + why);
}

void check_owner_and_mode(const std::string& path, const struct stat& status) {
    if (!S_ISREG(status.st_mode)) {
        refuse(path, "is no regular file");
    }
    if (status.st_uid != 0 && status.st_uid != ::geteuid()) {
        refuse(path, "holds a secret, and must belong to root");
    }
    // The group's bits are not looked at where systemd gives a credential by an access list: they are its mask there.
    if ((status.st_mode & (S_IRWXO | S_IWGRP)) != 0) {
        refuse(path, "holds a secret, and others may read or write it; chmod 0600 or 0640");
    }
}

} // namespace

GatewaySecret::GatewaySecret(const std::string& path) {
    std::string from = path;
    if (from.empty()) {
        const char* folder = std::getenv("CREDENTIALS_DIRECTORY"); // NOLINT(concurrency-mt-unsafe)
        from = folder == nullptr ? std::string() : std::string(folder) + "/secret";
        if (from.empty() || ::access(from.c_str(), F_OK) != 0) {
            return;
        }
    }
    const File file(std::fopen(from.c_str(), "re"));
    struct stat status{};
    if (!file || ::fstat(::fileno(file.get()), &status) != 0) {
        refuse(from, std::strerror(errno)); // NOLINT(concurrency-mt-unsafe)
    }
    check_owner_and_mode(from, status);
    std::setvbuf(file.get(), nullptr, _IONBF, 0); // no copy that nobody wipes
    text_.resize(longest + 2);
    text_.resize(std::fread(text_.data(), 1, text_.size(), file.get()));
    if (!text_.empty() && text_.back() == '\n') {
        text_.pop_back();
    }
    const bool sound = !text_.empty() && text_.size() <= longest
                       && std::ranges::none_of(text_, [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; });
    if (!sound) {
        sdk::wipe(text_);
        refuse(from, "is not one line of 1 to " + std::to_string(longest) + " bytes without control characters");
    }
}

GatewaySecret::~GatewaySecret() {
    sdk::wipe(text_);
}

} // namespace loquet::delivery
