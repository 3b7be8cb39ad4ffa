// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/unit/daemon/conversation/conversation_fixture.h"

#include "paths.h"

#include <atomic>

namespace {
std::atomic<int> computed{0};
}

extern "C" {
char* __real_crypt_rn(const char* phrase, const char* setting, void* data, int size); // NOLINT: ld's name
/// Counts the hashes that libxcrypt really computes (see --wrap in ld(1)).
char* __wrap_crypt_rn(const char* phrase, const char* setting, void* data, int size) { // NOLINT: ld's name
    char* hash = __real_crypt_rn(phrase, setting, data, size);
    computed += hash != nullptr ? 1 : 0;
    return hash;
}
}

namespace loquet::conversation {

using store::AccountsTable;
using store::Credentials;
using store::PrivateAccounts;

int hashes_computed() noexcept {
    return computed;
}

Answers answers(std::initializer_list<std::string_view> texts) {
    Answers all;
    for (const std::string_view text : texts) {
        all.emplace_back(text);
    }
    return all;
}

std::optional<Reason> refusal(const Turn& turn) {
    const auto* denied = std::get_if<Denied>(&turn);
    return denied == nullptr ? std::nullopt : std::optional(denied->reason);
}

bool is_granted(const Turn& turn) {
    return std::holds_alternative<Granted>(turn);
}

bool is_done(const Turn& turn) {
    return std::holds_alternative<protocol::Done>(turn);
}

std::vector<std::string> asked(const Turn& turn) {
    std::vector<std::string> names;
    if (const auto* ask = std::get_if<Ask>(&turn)) {
        for (const protocol::Prompt& prompt : ask->prompts) {
            names.push_back(prompt.name);
        }
    }
    return names;
}

std::vector<std::string> texts_of(const Turn& turn) {
    std::vector<std::string> texts;
    if (const auto* ask = std::get_if<Ask>(&turn)) {
        for (const protocol::Prompt& prompt : ask->prompts) {
            texts.push_back(prompt.text);
        }
    } else if (const auto* granted = std::get_if<Granted>(&turn)) {
        texts = granted->messages;
    } else if (const auto* done = std::get_if<protocol::Done>(&turn)) {
        texts = done->messages;
    } else if (const auto* denied = std::get_if<Denied>(&turn)) {
        texts = denied->messages;
    }
    return texts;
}

ConversationFixture::ConversationFixture()
    : ConversationFixture(tests::KeptIn::temporary_files, work::HashingOptions{"$y$", 1, 2, 0}) {}

ConversationFixture::ConversationFixture(Cheap /*cheap*/)
    : ConversationFixture(tests::KeptIn::memory, work::HashingOptions{"$6$", 1000, 2, 0}) {}

ConversationFixture::ConversationFixture(tests::KeptIn kept, const work::HashingOptions& hashing)
    : folder_(kept),
      store_(std::make_unique<store::Store>(store::Settings{.folder = folder_ / "store"}, store::test_key(), loop_)),
      steady_(base::Milliseconds(0), clock_), hasher_(loop_, hashing),
      texts_(messages::Catalogue::load({LOQUET_SOURCE_DIR "/etc/messages"})) {
    // Tests that want a second factor say so.
    settings_.flows = {config::flow_of_steps(purpose::login, {"password", "expiry", "authorisation"}),
                       config::flow_of_steps(purpose::unlock_screen, {"password"}),
                       config::flow_of_steps(purpose::change_password, {"password", "new_password"}),
                       config::flow_of_steps(purpose::first_login, {"password", "new_password"})};
    add(anna, "anna", canary::password);
}

ConversationFixture::~ConversationFixture() = default;

Engine& ConversationFixture::engine() {
    if (engine_ == nullptr) {
        engine_ =
            std::make_unique<Engine>(Engine::Dependencies{loop_, clock_, steady_, *store_, texts_, tickets(), sends_by_,
                                                          flow_set(hasher_), has_rights_, level_reply_});
    }
    return *engine_;
}

recovery::Tickets& ConversationFixture::tickets() {
    if (tickets_ == nullptr) {
        tickets_ = std::make_unique<recovery::Tickets>(sends_by_, *store_, steady_, clock_);
    }
    return *tickets_;
}

std::shared_ptr<const FlowSet> ConversationFixture::flow_set(work::Hasher& hasher) {
    PluginClients clients;
    clients.lockout = not_owned(lockout_);
    clients.rules = not_owned(rules_);
    for (const auto& [name, step] : plugin_steps_) {
        clients.steps[name] = not_owned(*step);
    }
    return std::make_shared<FlowSet>(FlowSet::Dependencies{*store_, hasher, clock_, texts_, tickets(), sends_by_},
                                     settings_, std::move(clients));
}

void ConversationFixture::add(model::Uid uid, const std::string& name, std::string_view password) {
    model::Credential credential;
    if (!password.empty()) {
        credential.password_hash = tests::wait_for(loop_, hasher_.hash(Secret(password), {}));
    }
    credential.password_changed = clock_.wall();
    store_->write_now([&](store::WriteTxn& txn) {
        AccountsTable::put(txn, store::account(uid.value, name));
        model::PrivateAccount private_part;
        private_part.authorisations = {"*"};
        AccountsTable::put(txn, uid, private_part);
        AccountsTable::put(txn, uid, credential);
    });
}

void ConversationFixture::set(model::Uid uid, const std::function<void(model::PrivateAccount&)>& change) {
    store_->write_now([&](store::WriteTxn& txn) {
        auto account = PrivateAccounts::get(txn, uid).value();
        change(account);
        AccountsTable::put(txn, uid, account);
    });
}

void ConversationFixture::set(model::Uid uid, const std::function<void(model::Credential&)>& change) {
    store_->write_now([&](store::WriteTxn& txn) {
        auto credential = Credentials::get(txn, uid).value();
        change(credential);
        AccountsTable::put(txn, uid, credential);
    });
}

FakeStep& ConversationFixture::add_step(const std::string& name, config::Proof proves) {
    settings_.plugins[name] = {.kind = config::PluginKind::step, .proves = proves};
    for (config::Flow& flow : settings_.flows) {
        if (flow.purpose == purpose::login) {
            flow.items.push_back(config::required_step(name));
        }
    }
    return *(plugin_steps_[name] = std::make_unique<FakeStep>());
}

Client ConversationFixture::root(const std::string& sender, const std::string& place) {
    Client client;
    client.sender = sender;
    client.service = "login";
    client.seat = place;
    return client;
}

Client ConversationFixture::user(std::uint32_t uid, const std::string& sender) {
    Client client;
    client.uid = uid;
    client.sender = sender;
    client.service = "screen-locker";
    return client;
}

Begun ConversationFixture::begin(const std::string& name, const Client& client, const std::string& for_purpose) {
    return done(engine().begin(for_purpose, name, client, {}));
}

Turn ConversationFixture::log_in(const std::string& name, std::string_view password, const Client& client) {
    return done(engine().begin(purpose::login, name, client, answers({password}))).turn;
}

Turn ConversationFixture::answer(DialogId id, std::initializer_list<std::string_view> texts,
                                 const std::string& sender) {
    return done(engine().answer(id, sender, answers(texts)));
}

model::PrivateAccount ConversationFixture::private_part(model::Uid uid) const {
    return store_->read([&](const store::ReadTxn& txn) { return PrivateAccounts::get(txn, uid).value(); });
}

model::Credential ConversationFixture::credential(model::Uid uid) const {
    return store_->read([&](const store::ReadTxn& txn) { return Credentials::get(txn, uid).value(); });
}

model::AttemptCounters ConversationFixture::counters(const std::string& name) const {
    const model::Digest identity = store_->digest(store::DigestKind::name, name);
    return store_->read([&](const store::ReadTxn& txn) { return store::CountersTable::attempts(txn, identity); });
}

std::vector<model::AuditEvent> ConversationFixture::records() const {
    std::vector<model::AuditEvent> events;
    for (audit::Entry& entry :
         store_->read([](const store::ReadTxn& txn) { return audit::AuditLog::read(txn, 0, 1000); })) {
        events.push_back(std::move(entry.event));
    }
    return events;
}

} // namespace loquet::conversation
