// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/application.h"

#include "daemon/audit/audit_log.h"
#include "daemon/parts.h"
#include "daemon/store/meta_table.h"
#include "lib/base/error.h"
#include "lib/base/log.h"
#include "lib/bus/call.h"
#include "lib/protocol/names.h"

#include <systemd/sd-daemon.h>

#include <csignal>
#include <cstddef>
#include <exception>
#include <utility>

namespace loquet {

using base::Error;

namespace {

constexpr base::Milliseconds longest_farewell = std::chrono::seconds(5);

constexpr std::size_t failures_at_the_end = 16; ///< then what still goes on is cancelled

void log_failure(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const std::exception& error) {
        log::error(log::id::internal_error, error.what());
    }
}

model::SteadyTime steady_time(const store::Store& store, const base::Clock& clock) {
    return {store.read([](const store::ReadTxn& txn) { return store::MetaTable::steady_time(txn); }), clock};
}

} // namespace

Application::Application(Options options)
    : options_(std::move(options)), configuration_(options_), settings_(configuration_.start()),
      texts_(configuration_.start_texts()),
      store_({.folder = settings_.store.folder}, store::MasterKey::load(settings_.store.master_key), loop_),
      steady_(steady_time(store_, clock_)), hasher_(loop_, hashing_options(settings_.hashing)),
      plugins_(loop_, clock_, plugin_instances(settings_)), outbox_(outbox_settings(settings_.outbox), steady_, clock_),
      courier_({loop_, clock_, store_, outbox_, texts_, tasks_}, channel_bindings(settings_.outbox, plugins_)),
      receipts_({loop_, store_, outbox_, tasks_}, channel_bindings(settings_.outbox, plugins_)),
      notices_(outbox_, store_, clock_), directory_(directory_settings(settings_, store_), store_, loop_),
      names_(settings_.directory.folder), accounts_(account_settings(settings_), store_, names_, clock_, loop_),
      imports_(import_rules(settings_), store_, names_, clock_, loop_, tasks_),
      engine_({loop_, clock_, steady_, store_, hasher_, texts_, settings_, plugin_doors(settings_, plugins_, outbox_)}),
      connection_(bus::Connection::system()), callers_(connection_),
      manager_({loop_, connection_, callers_, engine_, accounts_, directory_, imports_, outbox_, courier_, store_,
                hasher_, plugins_, settings_, configuration_.refused(), steady_, clock_, options_.locale, tasks_}),
      conversations_(connection_, engine_, tasks_),
      account_objects_({connection_, callers_, accounts_, engine_, settings_, steady_, clock_, tasks_}),
      jobs_(connection_, imports_, tasks_), tasks_(log_failure) {
    log::set_level(settings_.log.level);
    connect_parts();
}

void Application::connect_parts() {
    connection_.attach(loop_);
    connection_.on_peer_gone([this](std::string_view name) {
        callers_.forget(name);
        engine_.forget_caller(name);
        imports_.forget_owner(name);
        account_objects_.forget(name);
    });
    connection_.on_disconnect([this] {
        bus_lost_ = true;
        loop_.stop();
    });
    bus::refuse_large_calls(connection_);
    accounts_.on_change([this](const accounts::Change& change) { tell(change); });
    accounts_.notify_owners([this](model::Uid uid, model::Notice notice) {
        return notices_.tell(uid, notice, {store_.digest(store::DigestKind::place, "helpdesk"), true, options_.locale});
    });
    imports_.on_progress([this](accounts::ImportId id, const std::string& owner) { jobs_.tell_progress(id, owner); });
    engine_.on_locked = [this](model::Uid uid, base::Milliseconds /*until*/, const std::string& reason) {
        tell({accounts::Change::Kind::locked, uid, reason});
    };
    plugins_.on_change([this](const plugins::PluginStatus& status) { note_plugin(status); });
    store_changes_ = store_.on<store::WritabilityChanged>([this](const auto& change) {
        if (change.writable()) {
            log::notice(log::id::store_writable_again, "the store can be written again");
            engine_.save_left_over();
        } else {
            log::error(log::id::store_unwritable, "the store cannot be written: " + change.why);
        }
        manager_.tell_health();
    });
    courier_.on_sent(
        [this](std::uint64_t number, const model::OutboxEntry& message) { receipts_.sent(number, message); });
    courier_.on_alarm([this](model::Medium medium, bool alarming) { note_codes(medium, alarming); });
    courier_.on_health(
        [this](const std::string& channel, const outbox::ChannelHealth& health) { note_channel(channel, health); });
    courier_.on_code_refused([](const model::OutboxEntry& message) { note_refused_code(message); });
    directory_.when_trouble_changes([this] { manager_.tell_health(); });
    signals_[0] = loop_.on_signal(SIGTERM, [this] { loop_.stop(); });
    signals_[1] = loop_.on_signal(SIGINT, [this] { loop_.stop(); });
    signals_[2] = loop_.on_signal(SIGHUP, [this] { reload(); });
}

void Application::tell(const accounts::Change& change) {
    manager_.tell(change);
    account_objects_.tell(change);
}

void Application::run() {
    plugins_.connect();
    courier_.start();
    receipts_.start();
    connection_.own_name(protocol::bus_name);
    log::notice(log::id::started, "loquetd " LOQUET_VERSION " serves the profile " + settings_.profile);
    tell_systemd("READY=1");
    std::exception_ptr failure;
    try {
        loop_.run();
    } catch (const std::exception&) {
        failure = std::current_exception();
    }
    end_in_order();
    if (failure) {
        std::rethrow_exception(failure);
    }
    if (bus_lost_) {
        throw Error(Error::Kind::unavailable, "the bus closed the connection");
    }
    log::notice(log::id::stopped, "loquetd stops");
}

/// Takes no more work, cancels what waits, and gives what is being judged or written the time to come to its end.
void Application::end_in_order() {
    sd_notify(0, "STOPPING=1");
    signals_[2] = {}; // it is too late for a reload
    tasks_.close();
    imports_.cancel_all();
    courier_.stop();
    receipts_.stop();
    callers_.cancel_questions();
    engine_.stop();
    bool late = false;
    const bus::Source farewell = loop_.after(longest_farewell, [&late] { late = true; });
    for (std::size_t failures = 0; tasks_.active() != 0 && !late && failures < failures_at_the_end;) {
        try {
            loop_.run_once(longest_farewell);
        } catch (const std::exception&) {
            log_failure(std::current_exception());
            ++failures;
        }
    }
    tasks_.cancel_all(); // a caller who dallies is not waited for
}

void Application::reload() {
    sd_notify(0, "RELOADING=1");
    try {
        auto [loaded, texts] = configuration_.reload();
        // What was opened with the old values stays as it is until a restart.
        const bool needs_restart = loaded.store != settings_.store || loaded.directory != settings_.directory
                                   || loaded.runtime != settings_.runtime || loaded.hashing != settings_.hashing
                                   || loaded.accounts != settings_.accounts || loaded.plugins != settings_.plugins
                                   || loaded.lockout != settings_.lockout || loaded.outbox.mail != settings_.outbox.mail
                                   || loaded.outbox.sms != settings_.outbox.sms
                                   || loaded.password.rules != settings_.password.rules;
        texts_ = std::move(texts);
        log::set_level(loaded.log.level);
        settings_ = std::move(loaded);
        outbox::Settings messages = outbox_settings(settings_.outbox);
        messages.media = outbox_.settings().media; // those that the courier has channels for
        outbox_.set(std::move(messages));
        log::notice(log::id::configuration_loaded,
                    needs_restart
                        ? "the configuration was read; store, accounts, hashing and plugins change at a restart"
                        : "the configuration was read");
    } catch (const Error& error) {
        log::error(log::id::configuration_refused,
                   std::string("the configuration was not read, the old one stays: ") + error.what());
    }
    tell_systemd("READY=1");
    manager_.tell_health();
}

void Application::tell_systemd(const std::string& state) const {
    sd_notify(0, (state + "\nSTATUS=" + configuration_.refused()).c_str());
}

void Application::note_codes(model::Medium medium, bool alarming) {
    const std::string by(to_text(medium));
    if (alarming) {
        log::warning(log::id::codes_unused, "few of the codes that are sent by " + by
                                                + " are used: they do not arrive, or somebody earns by each");
    } else {
        log::notice(log::id::codes_used_again, "the codes that are sent by " + by + " are used again");
    }
    model::AuditEvent event;
    event.kind = model::AuditKind::codes_unused;
    event.granted = !alarming;
    event.time = clock_.wall();
    event.detail = by;
    tasks_.spawn(record(store_, std::move(event)));
    manager_.tell_health();
}

void Application::note_channel(const std::string& channel, const outbox::ChannelHealth& health) {
    if (health.fails()) {
        log::error(log::id::channel_failing, "the channel " + channel + " takes no messages: " + health.said());
    } else {
        log::notice(log::id::channel_delivers, "the channel " + channel + " takes messages again");
    }
    manager_.tell_health();
}

void Application::note_refused_code(const model::OutboxEntry& message) {
    const std::string account = std::to_string(message.account.value);
    log::warning(log::id::code_refused,
                 "a code for account " + account + " by " + std::string(to_text(message.medium)) + " was refused ("
                     + message.why + "): " + (message.said.empty() ? "nothing was said" : message.said),
                 {{"LOQUET_ACCOUNT", account}});
}

void Application::note_plugin(const plugins::PluginStatus& status) {
    const bool well = status.state == plugins::PluginState::ready;
    const bool shut_out = status.state == plugins::PluginState::quarantined;
    if (well) {
        log::notice(log::id::plugin_ready, "the plugin " + status.instance + " answers");
    } else if (status.state != plugins::PluginState::connecting) {
        log::error(shut_out ? log::id::plugin_quarantined : log::id::plugin_failed,
                   "the plugin " + status.instance + " does not do its work: " + status.detail);
    }
    if (shut_out) {
        model::AuditEvent event;
        event.kind = model::AuditKind::plugin_quarantined;
        event.time = clock_.wall();
        event.detail = status.instance;
        tasks_.spawn(record(store_, std::move(event)));
    }
    manager_.tell_plugin(status);
}

} // namespace loquet
