// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/smtp/bounce_mailbox.h"

#include "lib/base/error.h"
#include "lib/base/file.h"
#include "lib/base/handle.h"
#include "plugins/smtp/report.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <optional>
#include <utility>

namespace loquet::plugins_smtp {

namespace {

constexpr int most_entries = 4096; // looked at at once, whatever they are

using Folder = base::Handle<DIR, closedir>;

/// The mail; empty where it is longer than a report. Nothing where it is no file, or has gone.
std::optional<std::string> read_mail(int folder, const char* name) {
    const base::Fd file(::openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    struct stat found{};
    if (!file || ::fstat(file.get(), &found) != 0 || !S_ISREG(found.st_mode)) {
        return std::nullopt;
    }
    std::string mail;
    if (found.st_size > static_cast<off_t>(longest_report)) {
        return mail;
    }
    mail.resize(static_cast<std::size_t>(found.st_size));
    const ssize_t size = ::pread(file.get(), mail.data(), mail.size(), 0);
    mail.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return mail;
}

/// A file of mails (mbox) is what administrators name most often, and is not read.
bool is_file(const std::string& path) {
    struct stat found{};
    return ::stat(path.c_str(), &found) == 0 && !S_ISDIR(found.st_mode);
}

} // namespace

BounceMailbox::BounceMailbox(std::string path) : path_(std::move(path)) {
    if (is_file(path_)) {
        throw sdk::Refusal(
            "bounces: " + path_
            + " is a file, and only a Maildir is read: name a folder that has new, cur and tmp, and have "
              "the mail server deliver there");
    }
}

void BounceMailbox::forget() {
    const std::string fresh = path_ + "/new/";
    int error = 0;
    for (const std::string& name : std::exchange(reports_, {})) {
        error = ::unlink((fresh + name).c_str()) != 0 && errno != ENOENT ? errno : error;
    }
    for (const std::string& name : std::exchange(others_, {})) {
        const std::string seen = path_ + "/cur/" + name + ":2,S";
        error = ::rename((fresh + name).c_str(), seen.c_str()) != 0 && errno != ENOENT ? errno : error;
    }
    if (error != 0) {
        throw base::system_error(error, "cannot take what was read out of " + fresh);
    }
}

Mails BounceMailbox::read() {
    reports_.clear();
    others_.clear();
    const std::string fresh = path_ + "/new";
    const Folder folder(::opendir(fresh.c_str()));
    if (!folder) {
        throw base::system_error(errno, "cannot read " + fresh);
    }
    Mails mails;
    for (int looked_at = 0; const dirent* entry = ::readdir(folder.get()); ++looked_at) { // NOLINT: one thread
        if (mails.receipts.size() == sdk::most_receipts || reports_.size() + others_.size() == most_mails
            || looked_at == most_entries) {
            mails.more = looked_at != most_entries;
            break;
        }
        const char* name = static_cast<const char*>(entry->d_name);
        const auto mail = name[0] == '.' ? std::nullopt : read_mail(::dirfd(folder.get()), name);
        if (!mail) {
            continue;
        }
        auto receipt = read_report(*mail);
        (receipt ? reports_ : others_).emplace_back(name);
        if (receipt) {
            mails.receipts.push_back(*std::move(receipt));
        }
    }
    return mails;
}

} // namespace loquet::plugins_smtp
