// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/application.h"

#include "daemon/audit/audit_log.h"
#include "daemon/store/meta_table.h"
#include "daemon/wiring.h"
#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/base/log.h"
#include "lib/base/text.h"
#include "lib/bus/call.h"
#include "lib/protocol/names.h"

#include <systemd/sd-daemon.h>

#include <algorithm>
#include <csignal>
#include <cstddef>
#include <exception>
#include <iterator>
#include <map>
#include <ranges>
#include <set>
#include <utility>

namespace loquet {

using base::Error;

namespace {

constexpr base::Milliseconds longest_farewell = std::chrono::seconds(5);

constexpr std::size_t longest_detail = 256;

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
      plugins_(loop_, clock_, plugin_instances(settings_)), outbox_(outbox_settings(settings_), steady_, clock_),
      tickets_(&outbox_, store_, steady_, clock_), resets_(tickets_, store_, outbox_, steady_, clock_),
      acts_(tickets_, store_, outbox_, steady_, clock_),
      courier_({loop_, clock_, store_, outbox_, texts_, tasks_},
               channel_bindings(settings_.outbox, plugins_.selection())),
      receipts_({loop_, store_, outbox_, tasks_}, channel_bindings(settings_.outbox, plugins_.selection())),
      notices_(outbox_, store_, clock_), directory_(directory_settings(settings_, store_), store_, loop_),
      names_(settings_.directory.folder), accounts_(account_settings(settings_), store_, names_, clock_, loop_),
      imports_(import_rules(settings_), store_, names_, clock_, loop_, tasks_),
      engine_({loop_, clock_, steady_, store_, texts_, tickets_, &outbox_, flow_set(settings_, plugins_.selection()),
               [this](std::string name, std::vector<std::string> groups, model::Digest place) {
                   return accounts_.is_in_one_of(std::move(name), std::move(groups), place);
               }}),
      connection_(bus::Connection::system()), callers_(connection_), watchers_(connection_),
      manager_({loop_, connection_, callers_, engine_, accounts_, directory_, imports_, outbox_, courier_, store_,
                hasher_, plugins_, settings_, configuration_.refused(), steady_, clock_, options_.locale, tasks_,
                [this] { return reload_for_caller(); }}),
      conversations_(connection_, watchers_, engine_, tasks_),
      account_objects_({connection_, callers_, watchers_, accounts_, imports_, engine_, resets_, acts_, tickets_,
                        outbox_, store_, loop_, settings_, steady_, clock_, tasks_}),
      jobs_(connection_, watchers_, imports_, tasks_), reloading_(loop_), tasks_(log_failure),
      reloads_([](const std::exception_ptr&) {}) {
    log::set_level(settings_.log.level);
    connect_parts();
}

void Application::connect_parts() {
    connection_.attach(loop_);
    connection_.on_peer_gone([this](std::string_view name) {
        callers_.forget(name);
        engine_.forget_caller(name);
        imports_.forget_owner(name);
        watchers_.forget(name);
    });
    connection_.on_disconnect([this] {
        bus_lost_ = true;
        loop_.stop();
    });
    bus::refuse_large_calls(connection_);
    loop_.on_few_descriptors([this](bool few) { note_descriptors(few); });
    accounts_.on_change([this](const accounts::Change& change) { tell(change); });
    const auto notify = [this](model::Uid uid, model::Notice notice) {
        return notices_.tell(uid, notice,
                             {store_.digest(store::DigestKind::place, "helpdesk"), "", true, options_.locale});
    };
    accounts_.notify_owners(notify);
    resets_.notify_owners(notify);
    imports_.observe(
        {.begun = [this](accounts::ImportId id, const std::string& owner) { jobs_.tell_begun(id, owner); },
         .progress = [this](accounts::ImportId id, const std::string& owner) { jobs_.tell_progress(id, owner); },
         .forgotten = [this](accounts::ImportId id, const std::string& owner) { jobs_.tell_forgotten(id, owner); },
         .made = [this](model::Uid uid) { tell({accounts::Change::Kind::added, uid, {}}); }});
    engine_.on_dialog = [this](conversation::DialogId id, const std::string& caller, bool there) {
        conversations_.tell(id, caller, there);
    };
    engine_.on_locked = [this](model::Uid uid, base::Milliseconds /*until*/, const std::string& reason) {
        tell({accounts::Change::Kind::locked, uid, reason});
    };
    engine_.on_fallback_changed = [this](bool fallback, const std::string& why) { note_fallback(fallback, why); };
    plugins_.on_change([this](const plugins::PluginStatus& status) { note_plugin(status); });
    store_changes_ = store_.on<store::WritabilityChanged>([this](const auto& change) {
        if (change.writable()) {
            log::notice(log::id::store_writable_again, "the store can be written again");
            engine_.save_unsaved();
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
    directory_.when_problem_changes([this] { manager_.tell_health(); });
    signals_[0] = loop_.on_signal(SIGTERM, [this] { loop_.stop(); });
    signals_[1] = loop_.on_signal(SIGINT, [this] { loop_.stop(); });
    signals_[2] = loop_.on_signal(SIGHUP, [this] {
        if (reloading_.waiting() == 0) { // one that is in line reads the files when its turn comes
            (void)reloads_.run(loop_, reload());
        }
    });
}

void Application::tell(const accounts::Change& change) {
    manager_.tell(change);
    account_objects_.tell(change);
}

void Application::wait_for_name() {
    connection_.wait_for_name(protocol::bus_name);
    waits_for_name_ = true;
}

void Application::run() {
    plugins_.connect();
    courier_.start();
    receipts_.start();
    if (!waits_for_name_) {
        connection_.own_name(protocol::bus_name);
    }
    log::notice(log::id::started, "loquetd " LOQUET_VERSION " serves the profile " + settings_.profile);
    note_weak_flows();
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
    reloads_.cancel_all();
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
    if (tasks_.active() != 0) {
        log::warning(log::id::stopped, "loquetd stops before all calls have come to their end");
    }
    tasks_.cancel_all(); // a caller who dallies is not waited for
}

base::Task<api::ReloadOutcome> Application::reload() {
    auto locking = reloading_.lock();
    const auto lock = co_await locking;
    sd_notify(0, "RELOADING=1");
    api::ReloadOutcome outcome;
    try {
        auto using_it = use(configuration_.read());
        outcome.at_restart = co_await using_it;
        note_weak_flows();
    } catch (const Error& error) {
        configuration_.refuse(error);
        outcome.mistakes = lines_of(error.what());
        log::error(log::id::configuration_refused, "the configuration was not read, the old one stays:");
        log_findings(log::id::configuration_refused, error.what());
    } catch (const std::exception& error) {
        outcome.mistakes = {"the service failed: the journal says more"};
        log::error(log::id::internal_error, error.what());
    }
    tell_systemd("READY=1");
    manager_.tell_plugins();
    manager_.tell_health();
    co_return outcome;
}

/// Goes on where its caller leaves: what became of it is in Health.
base::Future<api::ReloadOutcome> Application::reload_for_caller() {
    if (reloading_.waiting() >= limits::queued_reloads) {
        throw Error(Error::Kind::busy,
                    "the configuration is being reloaded, and others wait for that: try again later");
    }
    return reloads_.run(loop_, reload());
}

base::Task<void> Application::require_answers(const Configuration::Loaded& loaded,
                                              const plugins::Registry::Selection& next) {
    const auto in_force = config::plugin_uses(settings_);
    std::vector<config::PluginUse> uses;
    std::set<std::string> asked;
    for (const config::PluginUse& use : loaded.uses) {
        if (!plugins_.uses(next, use.instance) || !config::depends_already(in_force, use)) {
            uses.push_back(use);
            asked.insert(use.instance);
        }
    }
    auto introducing = plugins::Registry::introduce(next, std::move(asked));
    const std::map<std::string, std::string> failed = co_await introducing;
    std::string text;
    for (const config::PluginUse& use : uses) {
        if (const auto why = failed.find(use.instance); why != failed.end()) {
            const auto missing = config::missing_part(use, loaded.settings.runtime, options_.plugins);
            text += (text.empty() ? "" : "\n")
                    + config::complaint(use, "does not answer: "
                                                 + missing.value_or(why->second + "; 'loquetctl plugin check "
                                                                    + use.instance + "' tests it"));
        }
    }
    if (!text.empty()) {
        throw Error(Error::Kind::invalid, text);
    }
}

base::Task<std::vector<std::string>> Application::use(Configuration::Loaded loaded) {
    std::vector<std::string> later = config::keep_until_restart(settings_, loaded.settings);
    auto plugins = plugins_.select(plugin_instances(loaded.settings));
    const auto bindings = channel_bindings(loaded.settings.outbox, plugins);
    auto flows = flow_set(loaded.settings, plugins);
    auto answering = require_answers(loaded, plugins);
    co_await answering;
    std::set<std::string> others; // plugins that come or go, or are another under the same name
    std::ranges::set_symmetric_difference(std::views::keys(settings_.plugins),
                                          std::views::keys(loaded.settings.plugins),
                                          std::inserter(others, others.end()));
    std::ranges::copy_if(std::views::keys(loaded.settings.plugins), std::inserter(others, others.end()),
                         [&](const std::string& name) { return !plugins_.uses(plugins, name); });
    // Nothing below fails.
    settings_ = std::move(loaded.settings);
    texts_ = std::move(loaded.texts);
    log::set_level(settings_.log.level);
    plugins_.use(std::move(plugins));
    outbox_.set(outbox_settings(settings_));
    courier_.use(bindings);
    receipts_.use(bindings);
    accounts_.set_history(settings_.password.history);
    engine_.use(std::move(flows));
    for (const plugins::PluginStatus& status : plugins_.status()) {
        if (status.state == plugins::PluginState::ready && others.contains(status.instance)) {
            log::notice(log::id::plugin_ready, "the plugin " + status.instance + " answers");
        }
    }
    std::ranges::for_each(others, [this](const std::string& name) { manager_.tell_plugin(name); });
    std::string text = "the configuration was read";
    for (const std::string& key : later) {
        text += (&key == &later.front() ? "; at a restart changes " : ", ") + key;
    }
    log::notice(log::id::configuration_loaded, text);
    configuration_.accept(loaded.sources);
    co_return later;
}

std::shared_ptr<const conversation::FlowSet> Application::flow_set(const config::Config& settings,
                                                                   const plugins::Registry::Selection& plugins) {
    return std::make_shared<conversation::FlowSet>(
        conversation::FlowSet::Dependencies{store_, hasher_, clock_, texts_, tickets_, &outbox_}, settings,
        plugin_clients(settings, plugins));
}

void Application::note_weak_flows() {
    for (const config::Flow* flow : config::weaker_than_login(settings_)) {
        const std::string name = config::name_of(*flow);
        log::warning(log::id::configuration_weakened,
                     name + " proves less than flow.login, which the configuration accepts: it is a way around it");
        record_own(model::AuditKind::configuration_weakened, true, name);
    }
    if (settings_.helpdesk.accept_unverified_callers) {
        log::warning(log::id::configuration_weakened,
                     "helpdesk.accept_unverified_callers: an operator may give a code for an account to any caller");
        record_own(model::AuditKind::configuration_weakened, true, "helpdesk.accept_unverified_callers");
    }
    if (settings_.withholds_recovery) {
        log::notice(
            log::id::configuration_weakened,
            "the profile's flow.recover-password proves less than flow.login of this site, and is not offered: "
            "write one that proves as much, and people who forgot their password can get back in by themselves");
    }
}

void Application::note_fallback(bool fallback, const std::string& why) {
    record_own(model::AuditKind::policy_fallback, !fallback, why);
    manager_.tell_health();
}

void Application::record_own(model::AuditKind kind, bool granted, const std::string& detail) {
    model::AuditEvent event;
    event.kind = kind;
    event.granted = granted;
    event.time = clock_.wall();
    event.detail = base::printable(detail, longest_detail);
    tasks_.spawn(record(store_, std::move(event)));
}

void Application::tell_systemd(const std::string& state) const {
    sd_notify(0, (state + "\nSTATUS=" + configuration_.refused()).c_str());
}

void Application::note_descriptors(bool few) {
    if (few) {
        log::error(
            log::id::descriptors_few,
            "the service has hardly any file descriptor left: what it may have is LimitNOFILE of loquetd.service");
    } else {
        log::notice(log::id::descriptors_enough, "the service has enough file descriptors again");
    }
    manager_.tell_health();
}

void Application::note_codes(model::Medium medium, bool alarming) {
    const std::string by(to_text(medium));
    if (alarming) {
        log::warning(log::id::codes_unused, "few of the codes that are sent by " + by
                                                + " are used: they do not arrive, or somebody earns by each");
    } else {
        log::notice(log::id::codes_used_again, "the codes that are sent by " + by + " are used again");
    }
    record_own(model::AuditKind::codes_unused, !alarming, by);
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
    if (well) {
        log::notice(log::id::plugin_ready, "the plugin " + status.instance + " answers");
    } else if (plugins::is_new_failure(status)) {
        const bool shut_out = status.state == plugins::PluginState::quarantined;
        log::error(shut_out ? log::id::plugin_quarantined : log::id::plugin_failed,
                   "the plugin " + status.instance + " does not do its work: " + status.detail);
    }
    if (plugins::begins_quarantine(status)) {
        record_own(model::AuditKind::plugin_quarantined, false, status.instance);
    }
    manager_.tell_plugin(status.instance);
    manager_.tell_plugins();
    manager_.tell_health();
}

} // namespace loquet
