// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/smtp/mbox.h"

#include "lib/base/error.h"
#include "lib/base/file.h"
#include "plugins/smtp/report.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <utility>

namespace loquet::plugins_smtp {

namespace {

constexpr std::size_t most_bytes = 4 * longest_report; // read at once
constexpr std::string_view next_mail = "\nFrom ";

/// The file, locked until it is closed; nothing where it is missing, or where a mail is being written into it just now.
base::Fd open_and_lock(const std::string& path) {
    base::Fd file(::open(path.c_str(), O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (!file) {
        if (errno != ENOENT) {
            throw base::system_error(errno, "cannot read " + path);
        }
        return file;
    }
    struct stat found{};
    if (::fstat(file.get(), &found) != 0 || !S_ISREG(found.st_mode)) {
        throw std::runtime_error(path + " is neither a maildir nor a file of mails");
    }
    struct flock all{};
    all.l_type = F_WRLCK;
    all.l_whence = SEEK_SET;
    return ::fcntl(file.get(), F_SETLK, &all) == 0 ? std::move(file) : base::Fd();
}

} // namespace

std::string_view take_mail(std::string_view& text, bool whole) {
    const bool begins = text.starts_with(next_mail.substr(1));
    const std::size_t end = text.find(next_mail);
    const bool ends = end != std::string_view::npos;
    std::string_view mail = begins && (ends || whole) ? text.substr(0, end) : std::string_view();
    // The end of what is left may be the beginning of a "From ".
    const std::size_t left = whole ? 0 : std::min(text.size(), next_mail.size() - 1);
    text.remove_prefix(ends ? end + 1 : text.size() - left);
    mail.remove_prefix(std::min(mail.find('\n'), mail.size()));
    mail.remove_prefix(mail.empty() ? 0 : 1);
    return mail;
}

void Mbox::forget() {
    kept_ = read_;
}

Mails Mbox::read() {
    read_ = kept_;
    const base::Fd file = open_and_lock(path_);
    if (!file) {
        return {};
    }
    const off_t size = size_of(file);
    if (kept_ != 0 && kept_ == size) {
        if (::ftruncate(file.get(), 0) != 0) {
            throw base::system_error(errno, "cannot empty " + path_);
        }
        kept_ = read_ = 0;
        return {};
    }
    std::string bytes(std::min(static_cast<std::size_t>(size - kept_), most_bytes), '\0');
    const ssize_t got = ::pread(file.get(), bytes.data(), bytes.size(), kept_);
    if (got < 0) {
        throw base::system_error(errno, "cannot read " + path_);
    }
    return read_mails(std::string_view(bytes).substr(0, static_cast<std::size_t>(got)), kept_ + got == size);
}

off_t Mbox::size_of(const base::Fd& file) {
    struct stat found{};
    if (::fstat(file.get(), &found) != 0) {
        throw base::system_error(errno, "cannot read " + path_);
    }
    if (found.st_ino != file_ || found.st_size < kept_) { // another file, or somebody else emptied it
        file_ = found.st_ino;
        kept_ = read_ = 0;
    }
    return found.st_size;
}

Mails Mbox::read_mails(std::string_view bytes, bool whole) {
    Mails mails;
    std::string_view rest = bytes;
    for (std::size_t count = 0; count < most_mails && mails.receipts.size() < sdk::most_receipts; ++count) {
        if (rest.empty() || (!whole && count > 0 && rest.find(next_mail) == std::string_view::npos)) {
            break; // the next time, from its beginning
        }
        if (auto receipt = read_report(take_mail(rest, whole))) {
            mails.receipts.push_back(*std::move(receipt));
        }
    }
    read_ = kept_ + static_cast<off_t>(bytes.size() - rest.size());
    mails.more = !whole || !rest.empty();
    return mails;
}

} // namespace loquet::plugins_smtp
