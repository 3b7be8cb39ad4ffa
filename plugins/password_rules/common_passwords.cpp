// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/password_rules/common_passwords.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string_view>

namespace loquet::plugins_password_rules {
namespace {

struct CloseFile {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); } // NOLINT(cert-err33-c): only read from
};
using File = std::unique_ptr<std::FILE, CloseFile>;

[[noreturn]] void refuse(const std::string& path, const std::string& why) {
    throw std::runtime_error("common_passwords_file " + path + " " + why);
}

File open_trusted(const std::string& path, uid_t owner) {
    const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (descriptor < 0) {
        refuse(path, std::string("cannot be opened: ") + std::strerror(errno)); // NOLINT(concurrency-mt-unsafe)
    }
    File file(fdopen(descriptor, "rb"));
    struct stat status{};
    if (!file || fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
        refuse(path, "is not a plain file");
    }
    if (status.st_uid != owner || (status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        refuse(path, "must belong to root and be writable by nobody else: chown root, chmod 0644");
    }
    if (static_cast<std::uintmax_t>(status.st_size) > CommonPasswords::most_bytes) {
        refuse(path, "is larger than 16 MiB: shorten the list");
    }
    return file;
}

std::string read_all(const std::string& path, std::FILE* file) {
    std::string content(CommonPasswords::most_bytes + 1, '\0'); // a file that grew meanwhile is noticed, too
    content.resize(std::fread(content.data(), 1, content.size(), file));
    if (std::ferror(file) != 0 || content.size() > CommonPasswords::most_bytes) {
        refuse(path, "cannot be read to its end");
    }
    return content;
}

} // namespace

CommonPasswords::CommonPasswords(const std::string& path, const Alphabet& alphabet, uid_t owner) {
    const std::string content = read_all(path, open_trusted(path, owner).get());
    std::size_t lines = 0;
    for (std::size_t at = 0; at < content.size();) {
        const std::size_t end = std::min(content.find('\n', at), content.size());
        std::string_view line(content.data() + at, end - at);
        if (line.ends_with('\r')) {
            line.remove_suffix(1);
        }
        if (++lines > most_lines) {
            refuse(path, "has more than a million lines: shorten the list");
        }
        if (!line.empty()) {
            folded_.insert(alphabet.fold(read_characters(line)));
        }
        at = end + 1;
    }
}

} // namespace loquet::plugins_password_rules
