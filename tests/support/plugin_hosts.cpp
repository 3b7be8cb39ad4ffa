// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/support/plugin_hosts.h"

#include "lib/base/error.h"
#include "lib/base/file.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <utility>

namespace loquet::tests {

namespace {

constexpr std::chrono::milliseconds between_looks{20};

bool somebody_listens(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) {
        return false;
    }
    std::memcpy(address.sun_path, path.c_str(), path.size());
    const base::Fd probe(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
    return ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

} // namespace

PluginHosts::PluginHosts(Places places) : places_(std::move(places)), watcher_([this] { watch(); }) {}

PluginHosts::~PluginHosts() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    watcher_.join();
}

void PluginHosts::start(const std::string& name) {
    {
        const std::lock_guard lock(mutex_);
        hosts_[name].wanted = true;
    }
    changed_.notify_all();
    std::string complaint;
    const bool ready = eventually([&] {
        const std::lock_guard lock(mutex_);
        Host& host = hosts_[name];
        if (host.process && !host.process->running()) {
            complaint = host.process->errors();
        }
        return (host.process && somebody_listens(socket(name))) || !complaint.empty();
    });
    if (!ready || !complaint.empty()) {
        throw base::Error(base::Error::Kind::unavailable, "the host of " + name + " did not start: " + complaint);
    }
}

void PluginHosts::stop(const std::string& name) {
    const std::lock_guard lock(mutex_);
    Host& host = hosts_[name];
    host.wanted = false;
    host.process.reset();
    ::unlink(socket(name).c_str());
}

void PluginHosts::signal(const std::string& name, int number) {
    const std::lock_guard lock(mutex_);
    if (Host& host = hosts_[name]; host.process) {
        host.process->signal(number);
    }
}

std::optional<pid_t> PluginHosts::pid(const std::string& name) {
    const std::lock_guard lock(mutex_);
    Host& host = hosts_[name];
    return host.process && host.process->running() ? std::optional(host.process->pid()) : std::nullopt;
}

int PluginHosts::restarts(const std::string& name) {
    const std::lock_guard lock(mutex_);
    return std::max(hosts_[name].starts - 1, 0);
}

/// All processes are started by this thread, because they end when the thread ends that started them.
void PluginHosts::watch() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        for (auto& [name, host] : hosts_) {
            if (host.wanted && (!host.process || !host.process->running())) {
                host.process = launch(name);
                ++host.starts;
            }
        }
        changed_.wait_for(lock, between_looks);
    }
    hosts_.clear();
}

std::unique_ptr<Process> PluginHosts::launch(const std::string& name) const {
    return std::make_unique<Process>(Command{{places_.program, "--listen", socket(name), "--plugin-dir",
                                              places_.modules, "--config-dir", places_.options, name},
                                             {},
                                             {}});
}

} // namespace loquet::tests
