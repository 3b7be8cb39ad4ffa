// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/out_of_service.h"

#include "daemon/api/list_rows.h"
#include "daemon/configuration.h"
#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/base/log.h"
#include "lib/protocol/names.h"

#include <systemd/sd-daemon.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <exception>
#include <string_view>

namespace loquet {

using base::Error;

namespace {

constexpr base::Milliseconds shortest_pause = std::chrono::seconds(2);
constexpr base::Milliseconds longest_pause = std::chrono::seconds(32);

/// By the bus, never by a parameter.
bool is_from_root(bus::Connection& connection, const std::string& sender) {
    sd_bus_creds* raw = nullptr;
    bus::check(sd_bus_get_name_creds(connection.raw(), sender.c_str(), SD_BUS_CREDS_EUID, &raw),
               "cannot ask the bus who calls");
    const base::Handle<sd_bus_creds, sd_bus_creds_unref> creds(raw);
    uid_t uid = 0;
    return sd_bus_creds_get_euid(raw, &uid) >= 0 && uid == 0;
}

bool asks_for_health(sd_bus_message* message) {
    if (sd_bus_message_is_method_call(message, "org.freedesktop.DBus.Properties", "Get") <= 0) {
        return false;
    }
    bus::Reader arguments(message);
    (void)arguments.text(limits::call_bytes); // of which interface
    return arguments.text(limits::call_bytes) == "Health";
}

} // namespace

OutOfService::OutOfService() : connection_(bus::Connection::system()), pause_(shortest_pause) {
    connection_.attach(loop_);
    connection_.on_disconnect([this] {
        bus_lost_ = true;
        loop_.stop();
    });
    connection_.add_filter(handle, this);
    bus::refuse_large_calls(connection_);
    signals_[0] = loop_.on_signal(SIGTERM, [this] { end_wait(false); });
    signals_[1] = loop_.on_signal(SIGINT, [this] { end_wait(false); });
    signals_[2] = loop_.on_signal(SIGHUP, [this] { end_wait(true); });
    connection_.own_name(protocol::bus_name);
}

/// What came before the name was given back is here when that is confirmed; nothing comes after it.
OutOfService::~OutOfService() {
    tell_reloads({});
    (void)sd_bus_release_name(connection_.raw(), protocol::bus_name); // fails only with the bus
    while (sd_bus_process(connection_.raw(), nullptr) > 0) {
    }
}

void OutOfService::tell_reloads(const std::vector<std::string>& mistakes) noexcept {
    for (bus::Call& call : reloads_) {
        try {
            call.reply([&](bus::Writer& writer) { api::write_outcome(writer, {mistakes, {}}); });
        } catch (const Error&) { // NOLINT(bugprone-empty-catch): its caller hears of it by the bus
        }
    }
    reloads_.clear();
}

void OutOfService::refuse_because(const std::string& reason) {
    tell_reloads(lines_of(reason));
    if (reason == reason_) {
        pause_ = std::min(pause_ * 2, longest_pause);
        return;
    }
    pause_ = shortest_pause;
    reason_ = reason;
    log_findings(log::id::start_failed, reason);
    sd_notify(0, ("READY=1\nSTATUS=takes no logins: " + in_one_line(reason)).c_str());
}

bool OutOfService::wait() {
    const bus::Source next = loop_.after(pause_, [this] { end_wait(true); });
    loop_.run();
    if (bus_lost_) {
        throw Error(Error::Kind::unavailable, "the bus closed the connection");
    }
    return !told_to_end_;
}

bool OutOfService::hand_over() {
    ending_ = true;
    loop_.run_once(base::Milliseconds(0));
    return !told_to_end_;
}

void OutOfService::end_wait(bool try_again) {
    if (!try_again) {
        told_to_end_ = true;
        std::for_each(reloads_.begin(), reloads_.end(), [](bus::Call& call) { call.leave_to_the_bus(); });
        reloads_.clear();
    }
    loop_.stop();
}

int OutOfService::handle(sd_bus_message* message, void* self, sd_bus_error* /*error*/) noexcept {
    if (sd_bus_message_is_method_call(message, nullptr, nullptr) <= 0
        || sd_bus_message_is_method_call(message, "org.freedesktop.DBus.Peer", nullptr) > 0) {
        return 0;
    }
    auto& service = *static_cast<OutOfService*>(self);
    try {
        bus::Call call(message);
        try {
            service.answer(message, call);
        } catch (const Error& error) {
            call.fail(error);
        }
    } catch (...) {
        service.loop_.fail(std::current_exception());
    }
    return 1;
}

void OutOfService::answer(sd_bus_message* message, bus::Call& call) {
    const bool by_root = is_from_root(connection_, call.sender());
    const std::string sentence = sentence_for(by_root);
    if (asks_for_health(message)) {
        call.reply([&](bus::Writer& writer) { writer.variant("s", [&] { writer.text(sentence); }); });
    } else if (by_root
               && sd_bus_message_is_method_call(message, protocol::manager_interface, "ReloadConfiguration") > 0) {
        if (ending_) {
            throw Error(Error::Kind::busy, "the service has just started: reload again");
        }
        if (reloads_.size() > limits::queued_reloads) {
            throw Error(Error::Kind::busy, "others wait for the same: try again later");
        }
        reloads_.push_back(std::move(call));
        end_wait(true);
    } else {
        throw Error(Error::Kind::unavailable, sentence);
    }
}

/// Advice first: a long text is cut at its end. What the files say is for who may read them.
std::string OutOfService::sentence_for(bool root) const {
    const std::string what = "the service takes no logins, because it could not start ";
    return root ? what
                      + "('loquetctl config check' lists every mistake of its files; it tries again by itself, and at "
                        "'systemctl reload loquetd'): "
                      + in_one_line(reason_)
                : what + "(an administrator learns why from 'loquetctl status')";
}

} // namespace loquet
