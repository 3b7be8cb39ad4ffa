// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/pager.h"

#include "lib/base/error.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <sstream>

namespace loquet::cli {

std::vector<std::string> pager_arguments(const char* pager, bool borrowed_rights) {
    std::vector<std::string> out;
    if (pager != nullptr && !borrowed_rights) {
        std::istringstream words{std::string(pager)};
        for (std::string word; words >> word;) {
            out.push_back(word);
        }
    }
    if (out.empty()) {
        out.emplace_back("less");
    }
    return out;
}

bool has_borrowed_rights() {
    return ::geteuid() != ::getuid() || std::getenv("SUDO_UID") != nullptr || std::getenv("PKEXEC_UID") != nullptr;
}

Pager::Pager(base::Fd input, std::unique_ptr<Process> process) noexcept
    : process_(std::move(process)), input_(std::move(input)) {}

std::optional<Pager> Pager::start(const std::vector<std::string>& arguments) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        throw base::system_error(errno, "opening a pipe to the pager");
    }
    base::Fd reader(ends[0]);
    base::Fd writer(ends[1]);
    try {
        const Process::Redirection input{reader.get(), STDIN_FILENO};
        // F: nothing to page, no pager; R: no escapes of ours to hide; S: lines are cut, not folded; K: Ctrl-C leaves.
        const std::vector<std::string> environment{"LESS=FRSXK", "LESSSECURE=1", "LESSCHARSET=utf-8"};
        auto process = std::make_unique<Process>(arguments, environment, std::span(&input, 1));
        std::signal(SIGINT, SIG_IGN); // the key belongs to the pager now
        return Pager(std::move(writer), std::move(process));
    } catch (const base::Error&) {
        return std::nullopt;
    }
}

void Pager::finish() {
    input_ = base::Fd();
    process_->wait();
    std::signal(SIGINT, SIG_DFL);
}

} // namespace loquet::cli
