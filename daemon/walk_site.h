// SPDX-License-Identifier: LGPL-2.1-or-later
// What `loquetd --walk` walks on: the site's configuration and texts, its plugins in hosts of their own, and a folder
// that is gone afterwards. The site's store and accounts are not opened. One thread, which is the loop's.
#pragma once

#include "daemon/config/config.h"
#include "daemon/options.h"
#include "daemon/plugins/registry.h"
#include "daemon/work/hasher.h"
#include "lib/base/clock.h"
#include "lib/base/file.h"
#include "lib/base/task.h"
#include "lib/bus/loop.h"
#include "lib/messages/catalogue.h"

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace loquet {

/// Who the made-up person is.
enum class WalkKind : std::uint8_t {
    known,              ///< a password, confirmed addresses, no factor
    unknown,            ///< nobody has the name
    locked,             ///< by the helpdesk
    locked_by_failures, ///< by the lockout policy
    disabled,
    no_secret,   ///< no password was ever set
    no_address,  ///< neither mail nor telephone
    unconfirmed, ///< nobody has shown that the addresses are the person's
    factors,     ///< the site's second factors are set up
    expired,     ///< the password must be changed
};
inline constexpr std::array walk_kinds{
    WalkKind::known,    WalkKind::unknown,   WalkKind::locked,     WalkKind::locked_by_failures,
    WalkKind::disabled, WalkKind::no_secret, WalkKind::no_address, WalkKind::unconfirmed,
    WalkKind::factors,  WalkKind::expired};
[[nodiscard]] std::string_view to_text(WalkKind kind) noexcept;
/// Nothing where there is none of that name.
[[nodiscard]] std::optional<WalkKind> walk_kind_named(std::string_view name) noexcept;

/// The walk was told to end by this signal.
struct WalkInterrupted {
    int signal = 0;
};

class WalkSite {
public:
    /// Reads the configuration and starts a host for each plugin that a dialog needs. Throws Error with a line for each
    /// mistake, or with what a host said.
    explicit WalkSite(const Options& options);
    WalkSite(const WalkSite&) = delete;
    WalkSite& operator=(const WalkSite&) = delete;
    ~WalkSite(); ///< the hosts are killed, and the folder is gone

    /// What the task returns or throws. Throws WalkInterrupted.
    template <class T>
    T run(base::Task<T> task) {
        std::optional<T> value;
        std::exception_ptr failure;
        base::TaskGroup group([&](std::exception_ptr thrown) { failure = std::move(thrown); });
        group.spawn(keep(std::move(task), value));
        while (!value && !failure) {
            turn();
        }
        if (failure) {
            std::rethrow_exception(failure);
        }
        return *std::move(value);
    }
    void wait(base::Milliseconds time);
    /// The next line of standard input without its end; nothing at the end of it. Throws WalkInterrupted.
    [[nodiscard]] std::optional<std::string> read_line();

    /// Steps of plugins that prove nothing: what they ask has no answer that is known before.
    [[nodiscard]] std::vector<std::string> challenges() const;
    [[nodiscard]] const config::Config& settings() const noexcept { return settings_; }
    [[nodiscard]] const std::string& password() const noexcept { return password_; }
    [[nodiscard]] const messages::Catalogue& texts() const noexcept { return texts_; }
    /// Of the dialogs: what was asked for, else the machine's.
    [[nodiscard]] const std::string& locale() const noexcept { return options_.walk->language; }
    [[nodiscard]] const WalkRequest& request() const noexcept { return *options_.walk; }

private:
    friend class WalkScene;

    /// mkdtemp(3), and remove_all() at the end.
    class Folder {
    public:
        Folder();
        Folder(const Folder&) = delete;
        Folder& operator=(const Folder&) = delete;
        ~Folder();
        [[nodiscard]] const std::string& path() const noexcept { return path_; }

    private:
        std::string path_;
    };
    /// A process, killed at the latest when this dies.
    struct Host {
        std::string instance;
        pid_t pid = -1;
        base::Fd errors; ///< what it writes to standard error
    };

    template <class T>
    static base::Task<void> keep(base::Task<T> task, std::optional<T>& value) {
        T got = co_await task;
        value.emplace(std::move(got));
    }
    void turn();
    void require_flow() const;
    void start_hosts();
    [[nodiscard]] Host start_host(const std::string& instance) const;
    void require_host(const Host& host);
    void stop_hosts() noexcept;

    Options options_;
    config::Config settings_; ///< with the folders of the walk
    messages::Catalogue texts_;
    Folder folder_;
    base::SystemClock clock_;
    bus::Loop loop_;
    base::Fd signals_; ///< for while standard input is waited for
    std::array<bus::Source, 2> told_;
    int told_to_end_ = 0;
    std::vector<Host> hosts_;
    std::optional<work::Hasher> hasher_;
    std::optional<plugins::Registry> plugins_;
    std::string password_; ///< of every made-up person: nobody's secret, and printed
    std::string hash_;
    std::string typed_ahead_; ///< of standard input
    bool input_ended_ = false;
    std::uint64_t scenes_ = 0;
};

/// Random, of letters and digits with both cases; `size` of at least 4.
[[nodiscard]] std::string made_up_password(std::size_t size);

} // namespace loquet
