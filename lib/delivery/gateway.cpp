// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/delivery/gateway.h"

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

namespace {

bool is_word_character(char c) {
    // Bytes of letters beyond ASCII belong to words; a code may be written in groups with "-".
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c < 0;
}

bool could_be_a_code(std::string_view word) {
    const bool digit = std::ranges::any_of(word, [](char c) { return c >= '0' && c <= '9'; });
    return word.size() >= (digit ? 3U : 6U);
}

} // namespace

std::string quotable(std::string_view said, std::string_view text) {
    while (!text.empty()) {
        const auto begin = std::ranges::find_if(text, is_word_character);
        const auto end = std::find_if_not(begin, text.end(), is_word_character);
        const std::string_view word(begin, end);
        if (could_be_a_code(word) && said.find(word) != std::string_view::npos) {
            return "(it repeats the message, and is not quoted)";
        }
        text.remove_prefix(static_cast<std::size_t>(end - text.begin()));
    }
    return std::string(said);
}

std::string one_line(std::string_view said) {
    constexpr std::string_view white = " \t\r\n\v\f";
    std::string out;
    while (!said.empty()) {
        const std::size_t begin = std::min(said.find_first_not_of(white), said.size());
        const std::size_t end = std::min(said.find_first_of(white, begin), said.size());
        out.append(out.empty() || begin == end ? "" : " ").append(said.substr(begin, end - begin));
        said.remove_prefix(end);
    }
    return out;
}

} // namespace loquet::delivery
