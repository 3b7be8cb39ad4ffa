// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/plugins/plugin_client.h"

#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/base/text.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace loquet::plugins {

using base::Error;
using base::Milliseconds;

namespace {

/// A packet in the buffer, wiped whatever its reader throws.
class ReceivedPacket {
public:
    explicit ReceivedPacket(std::span<std::uint8_t> bytes) noexcept : bytes_(bytes) {}
    ReceivedPacket(const ReceivedPacket&) = delete;
    ReceivedPacket& operator=(const ReceivedPacket&) = delete;
    ~ReceivedPacket() { base::wipe(bytes_.data(), bytes_.size()); }
    [[nodiscard]] std::span<const std::uint8_t> bytes() const noexcept { return bytes_; }

private:
    std::span<std::uint8_t> bytes_;
};

} // namespace

/// The first call on every connection.
class PluginClient::DescribeCall final : public RemoteCall {
public:
    explicit DescribeCall(PluginClient& client) noexcept : client_(client) {}
    base::SecureBytes encode(const protocol::FrameHeader& header,
                             const protocol::DescribeResponse& /*plugin*/) override {
        return protocol::encode(header, protocol::DescribeRequest{});
    }
    void accept(const protocol::Frame& frame, const protocol::DescribeResponse& /*plugin*/) override {
        response_ = protocol::decode<protocol::DescribeResponse>(frame);
    }
    void finish() override { client_.described(std::move(response_)); }
    void fail(std::exception_ptr /*why*/) override {} // the connection's end, which its other calls are told
    [[nodiscard]] bool wanted() const noexcept override { return true; }

private:
    PluginClient& client_;
    protocol::DescribeResponse response_;
};

PluginClient::PluginClient(bus::Loop& loop, const base::Clock& clock, InstanceConfig config, base::Job changed)
    : loop_(loop), clock_(clock), config_(std::move(config)), changed_(std::move(changed)),
      pause_(config_.first_pause) {
    status_.instance = config_.name;
    status_.kind = config_.kind;
    buffer_.reset(new std::uint8_t[limits::plugin_frame_bytes]); // not make_unique(), which fills it
}

PluginClient::~PluginClient() {
    changed_ = {};
    close_and_fail("it is being shut down");
}

PluginStatus PluginClient::status() const {
    PluginStatus status = status_;
    const bool waits = status.state == PluginState::connecting || status.state == PluginState::absent;
    if (socket_ || !waits || nobody_listened_) {
        return status;
    }
    if (::access(config_.socket_path.c_str(), F_OK) != 0 && errno == ENOENT) {
        status.state = PluginState::absent;
        status.detail = "there is no socket " + base::printable(config_.socket_path);
    } else if (status.state == PluginState::absent) {
        status.state = PluginState::connecting; // somebody came since the last try
        status.detail.clear();
    } else if (config_.on_demand && !asked_) {
        status.state = PluginState::idle;
    }
    return status;
}

void PluginClient::begin() {
    if (!config_.on_demand) {
        connect();
    }
}

void PluginClient::connect() {
    if (!socket_ && breaker_.may_try(clock_.boottime())) {
        open();
    }
}

base::Future<std::string> PluginClient::introduce() {
    base::Promise<std::string> promise(loop_);
    auto answer = promise.future();
    introductions_.push_back(std::move(promise));
    if (plugin_) {
        introduced("");
        return answer;
    }
    introduction_timer_ = loop_.after(config_.introduction, [this] {
        if (!introductions_.empty()) {
            broken(lateness(config_.introduction));
        }
    });
    if (!socket_) {
        probing_ = true;
        open();
    }
    return answer;
}

void PluginClient::introduced(const std::string& why_not) {
    introduction_timer_ = bus::Source{};
    for (auto& waiting : std::exchange(introductions_, {})) {
        loop_.post([promise = std::move(waiting), why_not]() mutable { promise.set(why_not); });
    }
}

void PluginClient::submit(std::unique_ptr<RemoteCall> call) {
    const bool connected = socket_ && !(probing_ && !plugin_);
    if (!connected && !breaker_.may_try(clock_.boottime())) {
        call->fail(unavailable(status_.detail));
        return;
    }
    if (waiting_.size() >= limits::plugin_calls_waiting
        && std::erase_if(waiting_, [](const auto& waiting) { return !waiting->wanted(); }) == 0) {
        call->fail(std::make_exception_ptr(
            Error(Error::Kind::busy, "too many calls wait for the plugin \"" + config_.name + "\"")));
        return;
    }
    start_clock(*call, config_.deadline);
    waiting_.push_back(std::move(call));
    probing_ = false;
    connect();
    flush();
}

Milliseconds PluginClient::patience() const noexcept {
    if (plugin_) {
        return config_.deadline;
    }
    return introductions_.empty() ? std::min(config_.deadline, config_.introduction) : config_.introduction;
}

void PluginClient::start_clock(RemoteCall& call, Milliseconds within) {
    call.serial = ++last_serial_;
    call.within = within;
    call.due = clock_.boottime() + within;
    call.timer = loop_.after(within, [this, serial = call.serial] { expired(serial); });
}

void PluginClient::expired(std::uint32_t serial) {
    receive(); // where this loop was the late one, the answer is here already
    std::unique_ptr<RemoteCall> late;
    if (const auto flying = in_flight_.find(serial); flying != in_flight_.end()) {
        if (!plugin_) { // what it says of itself: somebody may have come who waits longer for that
            leave_if_stuck();
            return;
        }
        late = std::move(flying->second); // its place stays taken: the answer may still come
    } else {
        const auto queued =
            std::ranges::find_if(waiting_, [serial](const auto& call) { return call->serial == serial; });
        if (queued != waiting_.end()) {
            late = std::move(*queued);
            waiting_.erase(queued);
        }
    }
    leave_if_stuck();
    if (late) {
        late->fail(unavailable(lateness(late->within)));
    }
}

void PluginClient::leave_if_stuck() {
    if (in_flight_.empty()) {
        return;
    }
    // A call can be late because it stood behind others; the plugin is to blame when it owes an answer all the while.
    const Milliseconds silent = clock_.boottime() - progress_;
    if (silent >= patience()) {
        broken(lateness(patience()));
    } else {
        stuck_timer_ = loop_.after(patience() - silent, [this] {
            receive();
            leave_if_stuck();
        });
    }
}

std::string PluginClient::lateness(Milliseconds within) {
    return "it did not answer within " + std::to_string(within.count()) + " ms";
}

void PluginClient::ask_later() {
    Milliseconds pause = pause_.next();
    if (breaker_.quarantined() && !unintroduced_) { // what it says of itself does not show that it is cured
        pause = std::max(pause, breaker_.retry_at() - clock_.boottime());
    }
    retry_ = loop_.after(pause, [this] {
        if (!socket_) {
            probing_ = true;
            open();
        }
    });
}

void PluginClient::open() {
    asked_ = true;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (config_.socket_path.size() >= sizeof address.sun_path) {
        broken("the path of its socket is too long: " + config_.socket_path);
        return;
    }
    std::memcpy(address.sun_path, config_.socket_path.c_str(), config_.socket_path.size());
    socket_ = base::Fd(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket_) {
        no_socket(base::system_error(errno, "loquetd cannot create a socket").what());
        return;
    }
    if (::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        const int error = errno;
        const std::string detail = base::system_error(error, "cannot connect to " + config_.socket_path).what();
        if (error == ENOENT || error == ECONNREFUSED) {
            nobody_there(error, detail);
        } else {
            broken(detail);
        }
        return;
    }
    nobody_listened_ = false;
    if (status_.state == PluginState::absent) {
        set_state(PluginState::connecting, "");
    }
    watch(false);
    auto describe = std::make_unique<DescribeCall>(*this);
    start_clock(*describe, patience());
    waiting_.push_front(std::move(describe));
    flush();
}

void PluginClient::watch(bool for_writing) {
    if (watch_ && for_writing == watches_writing_) {
        return;
    }
    watches_writing_ = for_writing;
    const std::uint32_t events = for_writing ? EPOLLIN | EPOLLOUT : EPOLLIN;
    watch_ = bus::Source{};
    watch_ = loop_.watch(socket_.get(), events, [this](std::uint32_t happened) { ready(happened); });
}

void PluginClient::ready(std::uint32_t events) {
    if ((events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0) {
        receive();
    }
    flush();
}

void PluginClient::receive() {
    for (std::size_t packets = 0; socket_ && packets < limits::plugin_calls_in_flight; ++packets) {
        iovec block{buffer_.get(), limits::plugin_frame_bytes};
        msghdr message{};
        message.msg_iov = &block;
        message.msg_iovlen = 1;
        const ssize_t size = ::recvmsg(socket_.get(), &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
        if (size < 0) {
            if (errno != EAGAIN && errno != EINTR) {
                hung_up();
            }
            return;
        }
        if (size == 0) {
            hung_up();
            return;
        }
        const ReceivedPacket packet({buffer_.get(), static_cast<std::size_t>(size)});
        if ((message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) {
            broken("it sent more than " + std::to_string(limits::plugin_frame_bytes) + " bytes at once, or files");
            return;
        }
        handle(packet.bytes());
    }
}

void PluginClient::handle(std::span<const std::uint8_t> packet) {
    std::unique_ptr<RemoteCall> call;
    bool refused = false;
    std::string said;
    try {
        const protocol::Frame frame = protocol::decode_frame(packet);
        const auto flying = in_flight_.find(frame.header.serial);
        if (flying == in_flight_.end()) {
            throw Error(Error::Kind::invalid, "it answered what nobody asked");
        }
        refused = frame.kind == protocol::FrameKind::error_response;
        if (refused) {
            said = protocol::decode<protocol::ErrorResponse>(frame).text;
        } else if (flying->second) {
            flying->second->accept(frame, described_as());
        }
        call = std::move(flying->second);
        in_flight_.erase(flying);
    } catch (const Error& error) {
        broken(error.what());
        return;
    }
    if (refused && !plugin_) {
        broken("it cannot work: " + said);
        return;
    }
    if (refused) {
        status_.detail = "its last call failed: " + said;
    }
    answered(refused);
    if (call && refused) {
        call->fail(unavailable(status_.detail));
    } else if (call) {
        call->finish();
    }
}

void PluginClient::answered(bool refused) {
    progress_ = clock_.boottime();
    if (!plugin_) {
        return; // what it says of itself proves nothing yet
    }
    if (!refused) {
        status_.detail.clear();
    }
    if (!std::exchange(proven_, true)) {
        breaker_.succeeded();
        pause_.reset();
        set_state(PluginState::ready, status_.detail);
    }
}

void PluginClient::described(protocol::DescribeResponse plugin) {
    if (plugin.instance != config_.name) {
        broken("it was started as \"" + plugin.instance + "\"");
        return;
    }
    if (plugin.kind != config_.kind) {
        broken("it is a plugin of the kind " + std::string(protocol::to_text(plugin.kind)) + ", but "
               + std::string(protocol::to_text(config_.kind)) + " is configured");
        return;
    }
    const std::string& configured = config_.plugin.empty() ? config_.name : config_.plugin;
    if (plugin.name != configured) {
        broken("it says that it is the plugin \"" + plugin.name + "\", but \"" + configured
               + "\" is configured: if the former is right, write plugin = \"" + plugin.name + "\" in [plugins."
               + config_.name + "] of loquet.toml");
        return;
    }
    status_.plugin = plugin.name;
    status_.version = plugin.version;
    plugin_ = std::move(plugin);
    described_at_ = clock_.boottime();
    if (std::exchange(unintroduced_, false)) {
        breaker_.succeeded();
    }
    if (std::exchange(probing_, false) || status_.state == PluginState::connecting) {
        settle(); // where a caller waits for more, its answer says how it is
    }
    introduced("");
    flush();
}

void PluginClient::settle() {
    if (!breaker_.quarantined()) {
        if (status_.state != PluginState::ready) {
            set_state(PluginState::ready, "");
        }
    } else if (status_.state != PluginState::quarantined) {
        set_state(PluginState::quarantined, "it failed in its calls, and has answered none since");
    }
}

void PluginClient::flush() {
    while (socket_ && !waiting_.empty()) {
        // A connection that has not answered yet gets one call at a time: a plugin that dies of the first one takes
        // no others with it, and after a quarantine that first one is the probe.
        const std::size_t most = proven_ ? limits::plugin_calls_in_flight : 1;
        if (in_flight_.size() >= most) {
            break;
        }
        std::unique_ptr<RemoteCall> call = std::move(waiting_.front());
        waiting_.pop_front();
        if (!call->wanted()) {
            continue;
        }
        try {
            const Sent sent = send(*call);
            if (sent == Sent::yes) {
                if (in_flight_.empty()) {
                    progress_ = clock_.boottime();
                }
                const std::uint32_t serial = call->serial;
                in_flight_.emplace(serial, std::move(call));
                continue;
            }
            if (sent == Sent::later) {
                waiting_.push_front(std::move(call));
                watch(true);
                return;
            }
            fail_later(std::move(call), unavailable(status_.detail));
        } catch (const Error&) {
            fail_later(std::move(call), std::current_exception());
        }
    }
    if (socket_) {
        watch(false);
    }
    if (plugin_ && in_flight_.empty() && waiting_.empty()) {
        settle(); // its caller left before it was asked
    }
}

const protocol::DescribeResponse& PluginClient::described_as() const noexcept {
    static const protocol::DescribeResponse nothing_known;
    return plugin_ ? *plugin_ : nothing_known;
}

PluginClient::Sent PluginClient::send(RemoteCall& call) {
    protocol::FrameHeader header;
    header.serial = call.serial;
    header.deadline = std::max(call.due - clock_.boottime(), Milliseconds(1));
    const base::SecureBytes packet = call.encode(header, described_as());
    if (::send(socket_.get(), packet.data(), packet.size(), MSG_NOSIGNAL | MSG_DONTWAIT) >= 0) {
        return Sent::yes;
    }
    return not_sent(errno);
}

PluginClient::Sent PluginClient::not_sent(int error) {
    if (error == EAGAIN || error == ENOBUFS || error == EINTR) {
        return Sent::later;
    }
    if (error == EMSGSIZE) {
        throw Error(Error::Kind::limited, "a plugin's message is longer than the kernel takes at once");
    }
    if (in_flight_.empty() && plugin_) {
        // It ended in peace (an update, an operator's restart) and was not noticed yet: this call is for its successor.
        hung_up();
        connect();
        return socket_ ? Sent::later : Sent::no_more;
    }
    broken(base::system_error(error, "cannot send to it").what());
    return Sent::no_more;
}

void PluginClient::hung_up() {
    if (!in_flight_.empty()) {
        broken("it ended in the middle of a call");
        return;
    }
    disconnect();
    const bool was_well = status_.state == PluginState::ready;
    const bool may_rest = config_.on_demand && was_well && waiting_.empty(); // connecting would start its host again
    if (may_rest) {
        asked_ = false;
        retry_ = bus::Source{};
    }
    if (was_well) {
        set_state(PluginState::connecting, "");
    }
    if (!may_rest) {
        ask_later();
    }
}

void PluginClient::disconnect() {
    stuck_timer_ = bus::Source{};
    watch_ = bus::Source{};
    socket_ = base::Fd{};
    if (plugin_ && clock_.boottime() - described_at_ >= RetryPause::longest) {
        pause_.reset(); // it served for long, whether somebody called or not
    }
    plugin_.reset();
    proven_ = false;
}

void PluginClient::broken(const std::string& detail) {
    unintroduced_ = !plugin_;
    if (!std::exchange(probing_, false)) {
        breaker_.failed(clock_.boottime());
    }
    const std::string shown = base::printable(detail);
    set_state(breaker_.quarantined() ? PluginState::quarantined : PluginState::failing, shown);
    close_and_fail(shown);
    ask_later();
}

void PluginClient::nobody_there(int error, const std::string& detail) {
    nobody_listened_ = error == ECONNREFUSED;
    breaker_.absent(clock_.boottime());
    const std::string shown = base::printable(detail);
    set_state(PluginState::absent, shown);
    close_and_fail(shown);
    ask_later();
}

/// Our own shortage says nothing about the plugin, which is tried again soon and not quarantined for it.
void PluginClient::no_socket(const std::string& detail) {
    breaker_.absent(clock_.boottime());
    set_state(PluginState::failing, detail);
    close_and_fail(detail);
    ask_later();
}

void PluginClient::close_and_fail(const std::string& detail) {
    disconnect();
    introduced(detail);
    for (auto& [serial, call] : std::exchange(in_flight_, {})) {
        if (call) {
            fail_later(std::move(call), unavailable(detail));
        }
    }
    for (auto& call : std::exchange(waiting_, {})) {
        fail_later(std::move(call), unavailable(detail));
    }
}

void PluginClient::fail_later(std::unique_ptr<RemoteCall> call, std::exception_ptr why) {
    call->timer = bus::Source{};
    loop_.post([call = std::move(call), why = std::move(why)] { call->fail(why); });
}

void PluginClient::set_state(PluginState state, const std::string& detail) {
    const bool another_state = std::exchange(status_.state, state) != state;
    const bool another_cause = state != PluginState::ready && status_.detail != detail;
    status_.detail = detail;
    if (another_state || another_cause) {
        status_.causes = another_state ? 1 : status_.causes + 1;
        if (changed_) {
            changed_();
        }
    }
}

std::exception_ptr PluginClient::unavailable(const std::string& why) const {
    return std::make_exception_ptr(
        Error(Error::Kind::unavailable, "the plugin \"" + config_.name + "\" cannot be used: " + why));
}

} // namespace loquet::plugins
