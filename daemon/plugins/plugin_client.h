// SPDX-License-Identifier: LGPL-2.1-or-later
// The daemon's end of one plugin's socket: connects when it is needed, asks the plugin what it is, sends calls without
// waiting for the answers of those before, and answers every caller within the deadline, whatever the plugin does.
// Loop thread; not to be destroyed by a coroutine that it resumes.
#pragma once

#include "daemon/plugins/circuit_breaker.h"
#include "daemon/plugins/plugin_status.h"
#include "daemon/plugins/remote_call.h"
#include "lib/base/file.h"
#include "lib/base/task.h"
#include "lib/bus/loop.h"
#include "lib/protocol/plugin_wire.h"

#include <deque>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace loquet::plugins {

class PluginClient {
public:
    /// `changed` is called each time the state becomes another one.
    PluginClient(bus::Loop& loop, const base::Clock& clock, InstanceConfig config, base::Job changed);
    PluginClient(const PluginClient&) = delete;
    PluginClient& operator=(const PluginClient&) = delete;
    ~PluginClient(); ///< calls still waiting end with Error::unavailable, by jobs of the loop

    [[nodiscard]] const InstanceConfig& config() const noexcept { return config_; }
    /// Another deadline or `on_demand`, for calls from now on; the rest stays as it is.
    void set(const InstanceConfig& config) noexcept {
        config_.deadline = config.deadline;
        config_.on_demand = config.on_demand;
    }
    /// Connects in the background, unless that has to wait until somebody needs the plugin.
    void begin();
    /// Why it is not what is configured, or does not say within InstanceConfig::introduction; empty once it has said
    /// that it is. Asks it at once, whatever it failed before. Answered by a job of the loop.
    [[nodiscard]] base::Future<std::string> introduce();

    template <class Response, class Request>
    [[nodiscard]] base::Task<Response> call(Request request) {
        auto call = std::make_unique<TypedCall<Request, Response>>(loop_, std::move(request));
        auto answer = call->future();
        submit(std::move(call));
        Response response = co_await answer;
        co_return response;
    }

    /// Where there is no connection, the socket in the file system says whether there is anybody to connect to; it is
    /// not touched, because that would start the plugin.
    [[nodiscard]] PluginStatus status() const;

private:
    class DescribeCall;
    using Calls = std::deque<std::unique_ptr<RemoteCall>>;

    /// Connects unless it is connected or has to wait.
    void connect();
    /// Asks by itself, after a pause, one that does not answer: what was mended is seen without a login.
    void ask_later();
    void submit(std::unique_ptr<RemoteCall> call);
    void start_clock(RemoteCall& call, base::Milliseconds within);
    /// How long it may owe an answer before it is given up.
    [[nodiscard]] base::Milliseconds patience() const noexcept;
    void introduced(const std::string& why_not);
    void expired(std::uint32_t serial);
    void leave_if_stuck();
    [[nodiscard]] static std::string lateness(base::Milliseconds within);

    void open();
    void watch(bool for_writing);
    void ready(std::uint32_t events);
    void receive();
    void handle(std::span<const std::uint8_t> packet);
    void described(protocol::DescribeResponse plugin);
    void answered(bool refused);
    /// Nothing more is awaited of it: it is ready, unless only a call can show that.
    void settle();
    [[nodiscard]] const protocol::DescribeResponse& described_as() const noexcept;
    void flush();
    enum class Sent { yes, later, no_more };
    [[nodiscard]] Sent send(RemoteCall& call);
    [[nodiscard]] Sent not_sent(int error);

    void hung_up();
    void disconnect();
    void broken(const std::string& detail);
    void nobody_there(int error, const std::string& detail);
    void no_socket(const std::string& detail);
    void close_and_fail(const std::string& detail);
    /// By a job of the loop: its caller resumes in no call of this object, and may outlive it.
    void fail_later(std::unique_ptr<RemoteCall> call, std::exception_ptr why);
    void set_state(PluginState state, const std::string& detail);
    [[nodiscard]] std::exception_ptr unavailable(const std::string& why) const;

    bus::Loop& loop_;
    const base::Clock& clock_;
    InstanceConfig config_;
    base::Job changed_;
    PluginStatus status_;
    bool nobody_listened_ = false; ///< at the last try, although the socket was there
    CircuitBreaker breaker_;
    RetryPause pause_;
    bus::Source retry_;
    bool asked_ = false;        ///< ever; where it need not run, since its end
    bool probing_ = false;      ///< nobody needs it now: a failure keeps no caller away
    bool unintroduced_ = false; ///< the last failure was that it did not say what it is

    base::Fd socket_;
    bus::Source watch_;
    bus::Source stuck_timer_; ///< set while a caller has given up and the plugin still owes the answer
    bool watches_writing_ = false;
    std::vector<base::Promise<std::string>> introductions_; ///< somebody waits for what it says of itself
    bus::Source introduction_timer_;
    /// For one packet of limits::plugin_frame_bytes, wiped after it. Not filled before: what no packet has reached
    /// takes no memory.
    std::unique_ptr<std::uint8_t[]> buffer_;           // NOLINT(modernize-avoid-c-arrays)
    std::optional<protocol::DescribeResponse> plugin_; ///< what is connected now says that it is
    base::Milliseconds described_at_{0};               ///< when it said so
    bool proven_ = false;                              ///< this connection has answered a call
    base::Milliseconds progress_{0};                   ///< when it last answered, or last began to owe an answer
    std::uint32_t last_serial_ = 0;
    Calls waiting_;
    std::map<std::uint32_t, std::unique_ptr<RemoteCall>> in_flight_; ///< null: its caller has given up
};

} // namespace loquet::plugins
