// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/walk_scene.h"

#include "daemon/accounts/new_account.h"
#include "daemon/outbox/courier.h"
#include "daemon/store/accounts_table.h"
#include "daemon/store/counters_table.h"
#include "daemon/store/outbox_table.h"
#include "daemon/wiring.h"
#include "lib/base/random.h"
#include "lib/protocol/names.h"

#include <algorithm>
#include <filesystem>
#include <utility>

namespace loquet {

using base::Milliseconds;

namespace {

constexpr Milliseconds lock_time = std::chrono::minutes(20);
constexpr std::uint32_t failures_of_a_lock = 5;
constexpr std::int64_t hour_ms = 3'600'000;
constexpr const char* phone = "+33639980012"; // ARCEP keeps this range for films

void leave_out(config::Config& settings, const std::vector<std::string>& names) {
    for (config::Flow& flow : settings.flows) {
        for (config::FlowItem& item : flow.items) {
            std::erase_if(item.steps,
                          [&](const config::Step& step) { return std::ranges::find(names, step.name) != names.end(); });
            item.at_least = std::min(item.at_least, item.steps.size());
        }
        std::erase_if(flow.items, [](const config::FlowItem& item) { return item.steps.empty(); });
    }
}

base::Secret random_key() {
    base::SecureBytes bytes(store::MasterKey::size);
    base::fill_random(bytes);
    return base::Secret(std::move(bytes));
}

} // namespace

WalkScene::WalkScene(WalkSite& site, WalkKind kind, Challenges challenges, const std::vector<std::string>& factors)
    : site_(site), folder_(site.folder_.path() + "/store-" + std::to_string(++site.scenes_)),
      settings_(site.settings_) {
    if (challenges == Challenges::left_out) {
        leave_out(settings_, site.challenges());
    }
    settings_.store.folder = folder_;
    store_ =
        std::make_unique<store::Store>(store::Settings{.folder = folder_}, store::MasterKey(random_key()), site.loop_);
    steady_.emplace(Milliseconds(0), site.clock_);
    outbox_.emplace(outbox_settings(settings_), *steady_, site.clock_);
    tickets_.emplace(&*outbox_, *store_, *steady_, site.clock_);
    if (kind != WalkKind::unknown) {
        add_account(kind, factors);
    }
    if (kind == WalkKind::locked_by_failures) {
        lock_by_failures();
    }
    auto flows = std::make_shared<conversation::FlowSet>(
        conversation::FlowSet::Dependencies{*store_, *site.hasher_, site.clock_, site.texts_, *tickets_, &*outbox_},
        settings_, plugin_clients(settings_, site.plugins_->selection()));
    engine_.emplace(conversation::Engine::Dependencies{site.loop_,
                                                       site.clock_,
                                                       *steady_,
                                                       *store_,
                                                       site.texts_,
                                                       *tickets_,
                                                       &*outbox_,
                                                       std::move(flows),
                                                       {},
                                                       Milliseconds(0)});
}

WalkScene::~WalkScene() {
    engine_.reset();
    store_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

void WalkScene::add_account(WalkKind kind, const std::vector<std::string>& factors) {
    const Milliseconds wall = site_.clock_.wall();
    accounts::NewAccount wanted;
    wanted.name = name;
    wanted.display_name = "Camille Durand";
    wanted.authorisations = accounts::Authorisations{"*"};
    if (kind != WalkKind::no_address) {
        wanted.mail = mail;
        wanted.phone = phone;
    }
    model::Account account = accounts::make_account(wanted, account_settings(settings_).defaults);
    account.public_part.uid = model::Uid{settings_.accounts.uid_first};
    account.public_part.gid = settings_.accounts.uid_first;
    model::PrivateAccount& person = account.private_part;
    person.created = wall;
    if (kind != WalkKind::no_address && kind != WalkKind::unconfirmed) {
        person.mail_confirmed = person.phone_confirmed = wall;
    }
    if (kind == WalkKind::locked || kind == WalkKind::disabled) {
        person.state = kind == WalkKind::locked ? model::AccountState::locked : model::AccountState::disabled;
        person.state_reason = "walk";
    }
    if (kind == WalkKind::factors) {
        person.factors = factors;
    }
    model::Credential credential;
    if (kind != WalkKind::no_secret) {
        credential.password_hash = site_.hash_;
        credential.password_changed = wall;
        credential.own_before = true;
        credential.must_change = kind == WalkKind::expired;
    }
    if (site_.request().purpose == protocol::purpose::first_login) {
        credential.must_change = true;
        credential.own_before = false;
    }
    if (const auto days = settings_.password.expires_after; kind == WalkKind::expired && days.count() > 0) {
        credential.must_change = false;
        credential.password_changed = wall - days - std::chrono::days(1);
    }
    store_->write_now([&](store::WriteTxn& txn) {
        store::AccountsTable::put(txn, account.public_part);
        store::AccountsTable::put(txn, account.public_part.uid, account.private_part);
        store::AccountsTable::put(txn, account.public_part.uid, credential);
    });
}

/// As the policy left it: of the account, and of the place where they were.
void WalkScene::lock_by_failures() {
    const std::int64_t now = steady_->now(site_.clock_).count();
    model::Counter counter;
    counter.consecutive = failures_of_a_lock;
    counter.last_failure = now;
    counter.locked_until = now + lock_time.count();
    counter.hour = now / hour_ms;
    counter.failed_in_hour.front() = static_cast<std::uint16_t>(failures_of_a_lock);
    const model::FailureLock lock{counter.locked_until, false, "too-many-failures"};
    const model::Digest place = store_->digest(store::DigestKind::place, client(protocol::purpose::login).place());
    model::AttemptCounters counters;
    counters.account = counter;
    counters.lock = lock;
    counters.set_place(place, counter);
    counters.set_place_lock(place, lock);
    store_->write_now([&](store::WriteTxn& txn) {
        store::CountersTable::put_attempts(txn, store_->digest(store::DigestKind::name, name),
                                           store::CountersTable::Whose::account, counters);
    });
}

conversation::Client WalkScene::client(const std::string& purpose) const {
    conversation::Client client;
    client.sender = ":walk";
    client.service = site_.request().service;
    client.tty = "tty1";
    client.seat = "seat0";
    client.locale = site_.locale();
    if (conversation::is_for_an_owner(purpose)) {
        client.real_uid = settings_.accounts.uid_first; // passwd(1), started by its owner
    }
    return client;
}

protocol::Turn WalkScene::begin(const std::string& purpose) {
    conversation::Begun begun = site_.run(engine_->begin(purpose, name, client(purpose), {}));
    dialog_ = begun.dialog;
    return std::move(begun.turn);
}

protocol::Turn WalkScene::answer(protocol::Answers answers) {
    protocol::Turn turn = site_.run(engine_->answer(dialog_.value(), ":walk", std::move(answers)));
    if (!engine_->exists(*dialog_)) {
        dialog_.reset();
    }
    return turn;
}

void WalkScene::cancel() {
    if (dialog_) {
        engine_->cancel(*dialog_, ":walk");
        dialog_.reset();
    }
}

std::vector<WalkScene::Message> WalkScene::new_messages() {
    return store_->read([&](const store::ReadTxn& txn) {
        std::vector<Message> messages;
        store::OutboxTable::each(txn, seen_messages_ + 1, [&](std::uint64_t number, const model::OutboxEntry& entry) {
            seen_messages_ = number;
            Message& message = messages.emplace_back(Message{entry, {}, {}});
            auto content = store::OutboxTable::content(txn, number);
            if (!content) {
                return true;
            }
            for (const auto& variable : content->variables) {
                if (entry.code && variable.name == "code") {
                    message.code = variable.value.clone();
                }
            }
            const Milliseconds wall = site_.clock_.wall();
            const outbox::Term term{wall, wall + (entry.expires - steady_->now(site_.clock_))};
            message.request = outbox::render_message(entry, *std::move(content), site_.texts_, term);
            return true;
        });
        return messages;
    });
}

base::Secret WalkScene::operators_code() {
    const auto account = store_->read([](const store::ReadTxn& txn) { return store::AccountsTable::named(txn, name); });
    if (!account) {
        return {};
    }
    recovery::Tickets::Issue issue;
    issue.account = account->public_part.uid;
    issue.issuer = model::TicketIssuer::helpdesk;
    issue.purpose = protocol::purpose::recover_password;
    issue.step = "ticket";
    issue.proven = true;
    recovery::Tickets::Issued issued = tickets_->issue(issue);
    store_->write_now(std::move(issued.work));
    return std::move(issued.code);
}

} // namespace loquet
