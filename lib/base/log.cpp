// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/base/log.h"

#include "lib/base/file.h"
#include "lib/base/text.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace loquet::log {

namespace {

std::atomic<Level> threshold{Level::info}; // NOLINT: one switch for the process

/// The journal's native datagram socket, present only when systemd started us with its standard error in the journal.
/// (systemd: "Native Journal Protocol"; one datagram of NAME=value lines.)
const base::Fd& journal() {
    static const base::Fd socket = [] {
        if (::getenv("JOURNAL_STREAM") == nullptr) { // NOLINT(concurrency-mt-unsafe): nothing here sets variables
            return base::Fd();
        }
        base::Fd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, "/run/systemd/journal/socket", sizeof address.sun_path - 1);
        if (!fd || ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
            return base::Fd();
        }
        return fd;
    }();
    return socket;
}

bool send_to_journal(Level level, const Id& id, const std::string& text, std::initializer_list<Field> fields) {
    if (!journal()) {
        return false;
    }
    std::string datagram = "MESSAGE=" + text + "\nMESSAGE_ID=" + std::string(id.uuid)
                           + "\nPRIORITY=" + std::to_string(static_cast<int>(level))
                           + "\nLOQUET_MESSAGE=" + std::string(id.name) + "\n";
    for (const Field& field : fields) {
        datagram += std::string(field.name) + "=" + base::printable(field.value) + "\n";
    }
    return ::send(journal().get(), datagram.data(), datagram.size(), MSG_NOSIGNAL) >= 0;
}

} // namespace

void set_level(Level level) noexcept {
    threshold = level;
}

void write(Level level, const Id& id, const std::string& text, std::initializer_list<Field> fields) {
    if (level > threshold.load()) {
        return;
    }
    const std::string shown = base::printable(text);
    if (send_to_journal(level, id, shown, fields)) {
        return;
    }
    std::string line = "<" + std::to_string(static_cast<int>(level)) + ">" + shown + " [" + std::string(id.name) + "]";
    for (const Field& field : fields) {
        line += " " + base::lower_ascii(field.name) + "=" + base::printable(field.value);
    }
    line += "\n";
    (void)!::write(STDERR_FILENO, line.data(), line.size());
}

} // namespace loquet::log
