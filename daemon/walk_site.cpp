// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/walk_site.h"

#include "daemon/configuration.h"
#include "daemon/conversation/flow_set.h"
#include "daemon/conversation/self_service.h"
#include "daemon/wiring.h"
#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/base/log.h"
#include "lib/base/random.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <set>

namespace loquet {

using base::Error;
using base::Milliseconds;

namespace {

constexpr std::array<std::string_view, walk_kinds.size()> kind_names{
    "known",       "unknown", "locked", "locked-by-failures", "disabled", "no-secret", "no-address",
    "unconfirmed", "factors", "expired"};

constexpr Milliseconds longest_turn = std::chrono::seconds(1);
constexpr Milliseconds between_looks_at_hosts{10};

/// In memory where that can be: nothing of a walk is to last, and its many stores are written durably.
std::string temporary_folder() {
    const char* folder = std::getenv("TMPDIR"); // NOLINT(concurrency-mt-unsafe): one thread yet
    if (folder != nullptr && *folder == '/') {
        return folder;
    }
    return ::access("/dev/shm", W_OK | X_OK) == 0 ? "/dev/shm" : "/tmp";
}

/// Beside this program, as it is installed; else where the build has it.
std::string host_program() {
    std::array<char, PATH_MAX> own{};
    const ssize_t length = ::readlink("/proc/self/exe", own.data(), own.size());
    const std::string folder =
        std::filesystem::path(std::string(own.data(), length > 0 ? static_cast<std::size_t>(length) : 0)).parent_path();
    for (const char* place : {"/loquet-plugin", "/../plugin_host/loquet-plugin"}) {
        if (::access((folder + place).c_str(), X_OK) == 0) {
            return folder + place;
        }
    }
    throw Error(Error::Kind::not_found, "the program loquet-plugin is not beside loquetd: is loquet installed whole?");
}

bool somebody_listens(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) {
        throw Error(Error::Kind::limited,
                    "the path " + path + " is too long for a socket: set TMPDIR to a shorter one");
    }
    std::memcpy(address.sun_path, path.c_str(), path.size());
    const base::Fd probe(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
    return ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

std::string read_all(int fd) {
    std::string text(limits::program_output_bytes, '\0');
    const ssize_t got = ::pread(fd, text.data(), text.size(), 0);
    text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    while (text.ends_with('\n')) {
        text.pop_back();
    }
    return text;
}

sigset_t signals_to_end() {
    sigset_t set;
    ::sigemptyset(&set);
    ::sigaddset(&set, SIGTERM);
    ::sigaddset(&set, SIGINT);
    return set;
}

/// In the child, between fork() and exec(): what a thread of ours may hold is not touched.
[[noreturn]] void become_host(char* const* arguments, int errors) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    struct sigaction usual{};
    usual.sa_handler = SIG_DFL;
    ::sigaction(SIGPIPE, &usual, nullptr);
    ::sigaction(SIGXFSZ, &usual, nullptr);
    const int nothing = ::open("/dev/null", O_RDWR);
    if (nothing < 0) {
        ::_exit(127);
    }
    ::dup2(nothing, STDIN_FILENO);
    ::dup2(nothing, STDOUT_FILENO);
    ::dup2(errors, STDERR_FILENO);
    ::execv(arguments[0], arguments);
    ::_exit(127);
}

Options with_language(Options options) {
    if (options.walk->language.empty()) {
        options.walk->language = options.locale;
    }
    if (options.walk->service.empty()) {
        options.walk->service = conversation::is_for_an_owner(options.walk->purpose) ? "passwd" : "login";
    }
    return options;
}

/// Those that a dialog, or its policy, may call.
std::set<std::string> instances_of_dialogs(const std::vector<config::PluginUse>& uses) {
    std::set<std::string> instances;
    for (const config::PluginUse& use : uses) {
        if (use.kind != config::PluginKind::channel) {
            instances.insert(use.instance);
        }
    }
    return instances;
}

std::vector<plugins::InstanceConfig> instances_without_channels(const config::Config& settings) {
    auto instances = plugin_instances(settings);
    std::erase_if(instances, [](const auto& each) { return each.kind == protocol::PluginKind::channel; });
    return instances;
}

} // namespace

std::string_view to_text(WalkKind kind) noexcept {
    return kind_names[static_cast<std::size_t>(kind)];
}

std::optional<WalkKind> walk_kind_named(std::string_view name) noexcept {
    const auto* const place = std::find(kind_names.begin(), kind_names.end(), name);
    return place == kind_names.end()
               ? std::nullopt
               : std::optional(walk_kinds.at(static_cast<std::size_t>(place - kind_names.begin())));
}

std::string made_up_password(std::size_t size) {
    constexpr std::array<std::string_view, 3> alphabets{"abcdefghijkmnopqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ",
                                                        "23456789"};
    std::vector<std::uint8_t> random(size);
    base::fill_random(random);
    std::string password;
    for (std::size_t i = 0; i < size; ++i) {
        // Six letters among eight characters, however long it is.
        const std::string_view alphabet = alphabets[i % 4 == 3 ? 2 : i % 4 == 0 ? 1 : 0];
        password += alphabet[random[i] % alphabet.size()];
    }
    return password;
}

WalkSite::Folder::Folder() : path_(temporary_folder() + "/loquet-walk-XXXXXX") {
    if (::mkdtemp(path_.data()) == nullptr) {
        throw base::system_error(errno, "cannot make a folder for the walk in " + temporary_folder());
    }
}

WalkSite::Folder::~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

WalkSite::WalkSite(const Options& options) : options_(with_language(options)) {
    auto loaded = Configuration(options_).read();
    settings_ = std::move(loaded.settings);
    texts_ = std::move(loaded.texts);
    log::set_level(log::Level::error);
    settings_.runtime.folder = folder_.path();
    require_flow();
    const sigset_t set = signals_to_end();
    signals_ = base::Fd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
    told_ = {loop_.on_signal(SIGTERM, [this] { told_to_end_ = SIGTERM; }),
             loop_.on_signal(SIGINT, [this] { told_to_end_ = SIGINT; })};
    base::make_folder(folder_.path() + "/plugins", 0700);
    try {
        for (const std::string& instance : instances_of_dialogs(loaded.uses)) {
            hosts_.push_back(start_host(instance));
        }
        start_hosts();
    } catch (...) {
        stop_hosts();
        throw;
    }
}

WalkSite::~WalkSite() {
    plugins_.reset();
    stop_hosts();
}

/// With the list of those that there are.
void WalkSite::require_flow() const {
    const WalkRequest& wanted = request();
    if (config::find_purpose(wanted.purpose) == nullptr) {
        std::string names;
        for (const config::PurposeSpec& row : config::purposes) {
            names += (names.empty() ? "" : ", ") + std::string(row.name);
        }
        throw Error(Error::Kind::not_found, "there is no purpose '" + wanted.purpose + "'; there are " + names);
    }
    conversation::Client client;
    client.service = wanted.service;
    (void)conversation::items_for(settings_, wanted.purpose, client);
    conversation::require_may_begin(settings_, wanted.purpose, client);
    if (!wanted.as.empty() && !walk_kind_named(wanted.as)) {
        std::string names;
        for (const std::string_view name : kind_names) {
            names += (names.empty() ? "" : ", ") + std::string(name);
        }
        throw Error(Error::Kind::invalid, "there is nobody of the kind '" + wanted.as + "'; there are " + names);
    }
}

/// Before the first thread of ours, but for the loop's. What it says at the start is kept.
WalkSite::Host WalkSite::start_host(const std::string& instance) const {
    std::vector<std::string> words{host_program(),
                                   "--listen",
                                   settings_.runtime.folder + "/plugins/" + instance + ".sock",
                                   "--plugin-dir",
                                   options_.plugins.modules,
                                   "--config-dir",
                                   options_.plugins.options,
                                   instance};
    std::vector<char*> arguments;
    arguments.reserve(words.size() + 1);
    for (std::string& word : words) {
        arguments.push_back(word.data());
    }
    arguments.push_back(nullptr);
    Host host{instance, -1, base::Fd(::memfd_create("errors", MFD_CLOEXEC))};
    host.pid = ::fork();
    if (host.pid < 0) {
        throw base::system_error(errno, "cannot start the host of the plugin " + instance);
    }
    if (host.pid == 0) {
        become_host(arguments.data(), host.errors.get());
    }
    return host;
}

void WalkSite::require_host(const Host& host) {
    const Milliseconds give_up = clock_.boottime() + limits::plugin_introduction;
    while (!somebody_listens(settings_.runtime.folder + "/plugins/" + host.instance + ".sock")) {
        if (::waitpid(host.pid, nullptr, WNOHANG) == host.pid) {
            const std::string said = read_all(host.errors.get());
            std::erase_if(hosts_, [ended = host.pid](const Host& each) { return each.pid == ended; });
            throw Error(Error::Kind::unavailable, said.empty() ? "the host of a plugin ended and said nothing" : said);
        }
        if (clock_.boottime() > give_up) {
            throw Error(Error::Kind::unavailable,
                        "the host of the plugin " + host.instance + " does not come to listen");
        }
        wait(between_looks_at_hosts);
    }
}

void WalkSite::start_hosts() {
    std::set<std::string> asked;
    for (std::size_t i = 0; i < hosts_.size(); ++i) {
        asked.insert(hosts_[i].instance);
        require_host(hosts_[i]);
    }
    hasher_.emplace(loop_, hashing_options(settings_.hashing));
    plugins_.emplace(loop_, clock_, instances_without_channels(settings_));
    const auto failed = run(plugins::Registry::introduce(plugins_->selection(), asked));
    std::string text;
    for (const auto& [instance, why] : failed) {
        text.append(text.empty() ? "" : "\n").append("the plugin ").append(instance);
        text.append(" does not answer: ").append(why);
    }
    if (!text.empty()) {
        throw Error(Error::Kind::unavailable, text);
    }
    constexpr std::size_t usual_size = 20;
    password_ = made_up_password(usual_size);
    const auto hashing = [](work::Hasher& hasher, std::string password) -> base::Task<std::string> {
        auto made = hasher.hash(base::Secret(password), {});
        std::string hash = co_await made;
        co_return hash;
    };
    hash_ = run(hashing(*hasher_, password_));
}

void WalkSite::stop_hosts() noexcept {
    for (const Host& host : hosts_) {
        ::kill(host.pid, SIGKILL);
        ::waitpid(host.pid, nullptr, 0);
    }
    hosts_.clear();
}

void WalkSite::turn() {
    loop_.run_once(longest_turn);
    if (told_to_end_ != 0) {
        throw WalkInterrupted{told_to_end_};
    }
}

void WalkSite::wait(Milliseconds time) {
    bool over = false;
    const bus::Source timer = loop_.after(time, [&over] { over = true; });
    while (!over) {
        turn();
    }
}

std::optional<std::string> WalkSite::read_line() {
    for (;;) {
        if (const auto end = typed_ahead_.find('\n'); end != std::string::npos) {
            std::string line = typed_ahead_.substr(0, end);
            typed_ahead_.erase(0, end + 1);
            return line;
        }
        if (input_ended_) {
            return typed_ahead_.empty() ? std::nullopt : std::optional(std::exchange(typed_ahead_, {}));
        }
        if (typed_ahead_.size() > limits::answer_bytes) {
            throw Error(Error::Kind::limited, "a line of standard input is longer than an answer may be");
        }
        std::array<pollfd, 2> waits{{{STDIN_FILENO, POLLIN, 0}, {signals_.get(), POLLIN, 0}}};
        if (::poll(waits.data(), waits.size(), -1) < 0 && errno != EINTR) {
            throw base::system_error(errno, "cannot read standard input");
        }
        if (signalfd_siginfo signal{}; (waits[1].revents & POLLIN) != 0
                                       && ::read(signals_.get(), &signal, sizeof signal) == ssize_t{sizeof signal}) {
            throw WalkInterrupted{static_cast<int>(signal.ssi_signo)};
        }
        std::array<char, 4096> room{};
        const ssize_t got = ::read(STDIN_FILENO, room.data(), room.size());
        input_ended_ = got <= 0;
        typed_ahead_.append(room.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
    }
}

std::vector<std::string> WalkSite::challenges() const {
    std::vector<std::string> names;
    for (const auto& [name, instance] : settings_.plugins) {
        if (instance.kind == config::PluginKind::step && instance.proves == config::Proof::challenge) {
            names.push_back(name);
        }
    }
    return names;
}

} // namespace loquet
