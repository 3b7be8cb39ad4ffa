// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/api/manager_object.h"

#include "daemon/accounts/account_search.h"
#include "daemon/api/account_objects.h"
#include "daemon/api/conversation_objects.h"
#include "daemon/api/job_objects.h"
#include "daemon/api/list_rows.h"
#include "daemon/api/plugin_health.h"
#include "daemon/audit/audit_log.h"
#include "daemon/audit/chain.h"
#include "daemon/model/canonical_form.h"
#include "daemon/store/meta_table.h"
#include "lib/base/text.h"
#include "lib/protocol/turn_wire.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace loquet::api {

using accounts::Actor;
using base::Error;
using bus::Writer;
using model::Uid;

namespace {

constexpr std::size_t records_per_slice = 1000; ///< of the audit log; logins go on in between
constexpr std::size_t accounts_per_slice = 500; ///< of a search: some milliseconds
constexpr std::size_t health_bytes = 3000;      ///< the first faults; loquetctl takes no text above 4096
constexpr std::size_t cursor_bytes = 16;
constexpr std::size_t state_bytes = 16;
constexpr std::size_t filters = 16;

void require_page(std::uint32_t limit, std::size_t most, const char* of_what) {
    if (limit == 0 || limit > most) {
        throw Error(Error::Kind::invalid, "\"limit\" is from 1 to " + std::to_string(most) + " " + of_what);
    }
}

constexpr std::array<ManagerObject::Property, 5> manager_properties_table{{
    {"Version", "s", Action::anyone, [](Writer& w, const ManagerObject& m) { m.version(w); }, true},
    {"SchemaVersion", "u", Action::anyone, [](Writer& w, const ManagerObject& m) { m.schema_version(w); }, true},
    {"Profile", "s", Action::anyone, [](Writer& w, const ManagerObject& m) { m.profile(w); }},
    {"Plugins", "aa{sv}", Action::read_accounts, [](Writer& w, const ManagerObject& m) { m.plugin_list(w); }},
    {"Health", "s", Action::read_accounts, [](Writer& w, const ManagerObject& m) { m.health(w); }},
}};

} // namespace

Cursor Cursor::read(bus::Reader& reader) {
    const std::string_view after = reader.text(cursor_bytes);
    std::uint32_t number = 0;
    const auto [end, failure] = std::from_chars(after.data(), after.data() + after.size(), number);
    if (!after.empty() && (failure != std::errc() || end != after.data() + after.size())) {
        throw Error(Error::Kind::invalid, "\"after\" is not what an earlier call returned as \"next\"");
    }
    return {Uid{number}};
}

AccountFilter AccountFilter::read(bus::Reader& reader) {
    AccountFilter filter;
    reader.dictionary(filters, [&](const std::string& key, std::string_view signature) {
        if (key != "state" || signature != "s") {
            throw Error(Error::Kind::invalid, "accounts are filtered by \"state\" (s) alone");
        }
        filter.state = state_named(reader.text(state_bytes));
        return true;
    });
    return filter;
}

ManagerObject::ManagerObject(const Dependencies& deps) : deps_(deps) {
    deps_.connection.add_filter(bus::read_properties<ManagerObject>, this);
    deps_.connection.add_object(protocol::root_path, interface, bus::with_properties(manager_properties_table, members),
                                this);
}

const std::array<ManagerObject::Property, 5>& ManagerObject::properties() noexcept {
    return manager_properties_table;
}

base::Task<void> ManagerObject::begin(bus::Call& call, const Caller& caller, Purpose purpose, TypedName name,
                                      ClientDetails details) {
    details.set_caller(caller);
    if (details.client.locale.empty()) {
        details.client.locale = deps_.locale;
    }
    auto beginning = deps_.engine.begin(std::move(purpose.value), std::move(name.value), std::move(details.client),
                                        std::move(details.known));
    const conversation::Begun begun = co_await beginning;
    call.reply([&](Writer& writer) {
        writer.object_path(begun.dialog ? ConversationObjects::tree.path_of(*begun.dialog) : protocol::root_path);
        protocol::write_turn(writer, begun.turn);
    });
}

base::Task<void> ManagerObject::find_account(bus::Call& call, const Caller& /*caller*/, TypedName name) {
    const auto uid = deps_.accounts.find(name.value);
    if (!uid) {
        throw Error(Error::Kind::not_found, "there is no account of that name");
    }
    call.reply([&](Writer& writer) { writer.object_path(AccountObjects::tree.path_of(*uid)); });
    co_return;
}

namespace {

model::AuditEvent search_event(const accounts::AccountSearch& search, const store::Store& store, std::uint32_t actor) {
    const accounts::SearchTerms& terms = search.terms();
    model::AuditEvent event;
    event.kind = model::AuditKind::accounts_searched;
    event.granted = true;
    event.actor = actor;
    event.detail = std::to_string(search.found().size()) + (search.more() ? " and more" : "") + " found by "
                   + std::string(to_text(terms.by)) + ' '
                   + base::to_hex(store.digest(store::DigestKind::identity, terms.normalised()).bytes);
    return event;
}

void write_found_account(Writer& writer, const AccountProperties& account) {
    const model::PublicAccount& public_part = account.view.account.public_part;
    const model::PrivateAccount& private_part = account.view.account.private_part;
    writer.dictionary([&] {
        writer.entry("path", "o", [&] { writer.object_path(AccountObjects::tree.path_of(public_part.uid)); });
        writer.entry("name", public_part.name).entry("uid", public_part.uid.value);
        writer.entry("display_name", public_part.display_name).entry("organisation", private_part.organisation);
        writer.entry("state", account.state).entry("mail", model::masked_mail(private_part.mail));
        writer.entry("phone", model::masked_phone(private_part.phone));
    });
}

} // namespace

base::Task<void> ManagerObject::search_accounts(bus::Call& call, const Caller& caller, SearchText text) {
    accounts::AccountSearch search(accounts::SearchTerms::read(text.value));
    const Searches::Search searching = searches_.search_for(caller.uid);
    const auto look_at_a_slice = [&](const store::ReadTxn& txn) { return search.advance(txn, accounts_per_slice); };
    while (!deps_.store.read(look_at_a_slice)) {
        auto letting_others_on = deps_.loop.sleep(base::Milliseconds(0));
        co_await letting_others_on;
    }
    model::AuditEvent event = search_event(search, deps_.store, caller.uid);
    event.time = deps_.clock.wall();
    auto recording = deps_.store.write([event](store::WriteTxn& txn) { audit::AuditLog::append(txn, event); });
    co_await recording; // nobody is told what no record says
    call.reply([&](Writer& writer) {
        writer.array("a{sv}", [&] {
            for (const Uid uid : search.found()) {
                if (auto view = deps_.accounts.show(uid)) {
                    write_found_account(writer,
                                        properties_of(*std::move(view), deps_.settings, deps_.steady, deps_.clock));
                }
            }
        });
        writer.boolean(search.more());
    });
}

base::Task<void> ManagerObject::list_accounts(bus::Call& call, const Caller& /*caller*/, Cursor after,
                                              std::uint32_t limit, AccountFilter filter) {
    require_page(limit, limits::accounts_per_page, "accounts");
    const accounts::Page page = deps_.accounts.list(after.after, limit, filter.state, deps_.steady.now(deps_.clock));
    call.reply([&](Writer& writer) {
        writer.array("a{sv}", [&] {
            for (const accounts::ListEntry& entry : page.entries) {
                writer.dictionary([&] {
                    writer.entry("path", "o",
                                 [&] { writer.object_path(AccountObjects::tree.path_of(entry.public_part.uid)); });
                    writer.entry("name", entry.public_part.name).entry("uid", entry.public_part.uid.value);
                    writer.entry("state", name_of(entry.state));
                });
            }
        });
        writer.text(page.next ? std::to_string(page.next->value) : "");
    });
    co_return;
}

base::Task<void> ManagerObject::create_account(bus::Call& call, const Caller& caller, AccountRequest request) {
    // Choosing a secret for somebody is for root alone; the helpdesk starts a reset instead (ASVS 6.4.6).
    if (request.password && !caller.is_root()) {
        throw Error(Error::Kind::denied, "only root may give an account its first password");
    }
    std::optional<accounts::ChosenPassword> chosen;
    if (request.password) {
        auto hashing = deps_.hasher.hash(std::move(*request.password), model::Digest{});
        std::string hash = co_await hashing;
        chosen = accounts::ChosenPassword{std::move(hash), request.must_change};
    }
    auto creating = deps_.accounts.create(std::move(request.account), std::move(chosen), Actor{caller.uid});
    const model::Account account = co_await creating;
    call.reply([&](Writer& writer) { writer.object_path(AccountObjects::tree.path_of(account.public_part.uid)); });
}

base::Task<void> ManagerObject::import(bus::Call& call, const Caller& caller, base::Fd lines, ImportRequest request) {
    // As in CreateAccount: a hash is a password that somebody chose for somebody.
    if (!caller.is_root() && !request.options.without_passwords) {
        throw Error(Error::Kind::denied, "only root may import passwords; say \"without_passwords\" to leave them out");
    }
    if (!deps_.callers.is_connected(caller)) {
        throw Error(Error::Kind::unavailable, "the import would end with its caller, who left the bus");
    }
    request.options.actor = caller.uid;
    const accounts::ImportId id = deps_.imports.start(std::move(lines), request.options, caller.sender);
    call.reply([&](Writer& writer) { writer.object_path(JobObjects::tree.path_of(id)); });
    co_return;
}

base::Task<void> ManagerObject::read_audit(bus::Call& call, const Caller& /*caller*/, std::uint64_t after,
                                           std::uint32_t limit) {
    require_page(limit, limits::audit_records_per_page, "records");
    const auto entries =
        deps_.store.read([&](const store::ReadTxn& txn) { return audit::AuditLog::read(txn, after, limit); });
    call.reply([&](Writer& writer) { write_audit_rows(writer, entries); });
    co_return;
}

base::Task<void> ManagerObject::verify_audit(bus::Call& call, const Caller& /*caller*/) {
    audit::ChainCheck check;
    const auto look_at_a_slice = [&](const store::ReadTxn& txn) { return check.advance(txn, records_per_slice); };
    while (!deps_.store.read(look_at_a_slice)) {
        auto letting_others_on = deps_.loop.sleep(base::Milliseconds(0));
        co_await letting_others_on;
    }
    const audit::Verdict& verdict = check.verdict();
    call.reply([&](Writer& writer) { writer.boolean(verdict.intact).u64(verdict.records).text(verdict.problem); });
}

base::Task<void> ManagerObject::list_messages(bus::Call& call, const Caller& /*caller*/, std::uint64_t after,
                                              std::uint32_t limit, MessageQuestion question) {
    require_page(limit, limits::messages_per_page, "messages");
    if (!question.account.empty()) {
        question.filter.account = deps_.accounts.find(question.account);
        if (!question.filter.account) {
            throw Error(Error::Kind::not_found, "there is no account of that name");
        }
    }
    const auto page = deps_.store.read(
        [&](const store::ReadTxn& txn) { return outbox::list_messages(txn, after, limit, question.filter); });
    call.reply([&](Writer& writer) {
        write_message_rows(writer, page, deps_.outbox);
        writer.u64(page.next);
    });
    co_return;
}

base::Task<void> ManagerObject::retry_message(bus::Call& call, const Caller& /*caller*/, std::uint64_t number) {
    auto writing = deps_.store.write(deps_.outbox.bring_forward(number));
    co_await writing;
    call.reply();
}

base::Task<void> ManagerObject::reload_configuration(bus::Call& call, const Caller& /*caller*/) {
    auto reloading = deps_.reload();
    const ReloadOutcome outcome = co_await reloading;
    call.reply([&](Writer& writer) { write_outcome(writer, outcome); });
}

void ManagerObject::version(Writer& value) const {
    value.text(LOQUET_VERSION);
}
void ManagerObject::schema_version(Writer& value) const {
    value.u32(store::schema_version());
}
void ManagerObject::profile(Writer& value) const {
    value.text(deps_.settings.profile);
}

void ManagerObject::plugin_list(Writer& value) const {
    value.array("a{sv}", [&] {
        for (const plugins::PluginStatus& status : deps_.plugins.status()) {
            value.dictionary([&] {
                value.entry("instance", status.instance).entry("kind", std::string(protocol::to_text(status.kind)));
                value.entry("version", status.version).entry("state", std::string(plugins::to_text(status.state)));
                value.entry("detail", status.detail);
            });
        }
    });
}

void ManagerObject::health(Writer& value) const {
    std::string text;
    const auto add = [&](const std::string& problem) {
        text += (text.empty() || problem.empty() ? "" : "; ") + problem;
    };
    add(deps_.refused_configuration);
    add(deps_.store.why_unwritable());
    add(deps_.loop.has_few_descriptors() ? "hardly any file descriptor is left (LimitNOFILE of loquetd.service)" : "");
    add(deps_.directory.problem());
    const auto plugins = deps_.plugins.status();
    const bool policy_is_back = std::ranges::any_of(plugins, [&](const plugins::PluginStatus& status) {
        return status.instance == deps_.settings.lockout.plugin && status.state == plugins::PluginState::ready;
    });
    add(deps_.engine.on_fallback() && !policy_is_back // the next login asks it again
            ? "the lockout plugin does not answer: the strict policy judges"
            : "");
    for (const auto medium : {model::Medium::mail, model::Medium::sms}) {
        add(deps_.courier.alarming(medium)
                ? "few of the codes that are sent by " + std::string(to_text(medium)) + " are used"
                : "");
    }
    for (const auto& [channel, said] : deps_.courier.failing_channels()) {
        add(std::string("the channel ").append(channel).append(" takes no messages: ").append(said));
    }
    for (const std::string& missing : missing_plugins(deps_.settings, plugins)) {
        add(missing);
    }
    value.text(text.empty() ? "ok" : base::printable(text, health_bytes));
}

void ManagerObject::signal_account(const char* member, Uid uid) {
    const bus::Message signal = deps_.connection.signal(protocol::root_path, interface, member);
    Writer(signal.get()).object_path(AccountObjects::tree.path_of(uid));
    deps_.connection.send(signal);
}

void ManagerObject::tell(const accounts::Change& change) {
    switch (change.kind) {
    case accounts::Change::Kind::added:
        return signal_account("AccountAdded", change.uid);
    case accounts::Change::Kind::changed:
        return signal_account("AccountChanged", change.uid);
    case accounts::Change::Kind::locked:
        return signal_account("AccountLocked", change.uid);
    case accounts::Change::Kind::unlocked:
        return signal_account("AccountUnlocked", change.uid);
    }
}

void ManagerObject::tell_plugin(const std::string& instance) {
    const bus::Message signal = deps_.connection.signal(protocol::root_path, interface, "PluginChanged");
    Writer(signal.get()).text(instance);
    deps_.connection.send(signal);
}

void ManagerObject::tell_plugins() {
    properties_changed("Plugins");
}

void ManagerObject::tell_health() {
    properties_changed("Health");
}

void ManagerObject::properties_changed(const char* name) {
    bus::check(sd_bus_emit_properties_changed(deps_.connection.raw(), protocol::root_path, interface, name, nullptr),
               "cannot tell that a property changed");
}

const sd_bus_vtable ManagerObject::members[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_METHOD_WITH_ARGS("Begin", SD_BUS_ARGS("s", purpose, "s", account, "a{sv}", client),
                            SD_BUS_RESULT("o", conversation, "s", state, "a(ysss)", prompts, "a{sv}", details),
                            (bus::method<&ManagerObject::begin, Action::anyone>),
                            SD_BUS_VTABLE_UNPRIVILEGED | SD_BUS_VTABLE_SENSITIVE),
    SD_BUS_METHOD_WITH_ARGS("FindAccount", SD_BUS_ARGS("s", name), SD_BUS_RESULT("o", account),
                            (bus::method<&ManagerObject::find_account, self_or(Action::read_accounts)>),
                            SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("SearchAccounts", SD_BUS_ARGS("s", text), SD_BUS_RESULT("aa{sv}", accounts, "b", more),
                            (bus::method<&ManagerObject::search_accounts, Action::read_accounts>),
                            SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("ListAccounts", SD_BUS_ARGS("s", after, "u", limit, "a{sv}", filter),
                            SD_BUS_RESULT("aa{sv}", accounts, "s", next),
                            (bus::method<&ManagerObject::list_accounts, Action::read_accounts>),
                            SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("CreateAccount", SD_BUS_ARGS("a{sv}", account), SD_BUS_RESULT("o", path),
                            (bus::method<&ManagerObject::create_account, Action::manage_accounts>),
                            SD_BUS_VTABLE_UNPRIVILEGED | SD_BUS_VTABLE_SENSITIVE),
    SD_BUS_METHOD_WITH_ARGS("Import", SD_BUS_ARGS("h", lines, "a{sv}", options), SD_BUS_RESULT("o", job),
                            (bus::method<&ManagerObject::import, Action::manage_accounts>), SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("ReadAudit", SD_BUS_ARGS("t", after, "u", limit), SD_BUS_RESULT("aa{sv}", records),
                            (bus::method<&ManagerObject::read_audit, Action::read_audit>), SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("VerifyAudit", SD_BUS_NO_ARGS, SD_BUS_RESULT("b", intact, "t", records, "s", problem),
                            (bus::method<&ManagerObject::verify_audit, Action::read_audit>),
                            SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("ListMessages", SD_BUS_ARGS("t", after, "u", limit, "a{sv}", filter),
                            SD_BUS_RESULT("aa{sv}", messages, "t", next),
                            (bus::method<&ManagerObject::list_messages, Action::read_accounts>),
                            SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("RetryMessage", SD_BUS_ARGS("t", number), SD_BUS_NO_RESULT,
                            (bus::method<&ManagerObject::retry_message, Action::start_reset>),
                            SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("ReloadConfiguration", SD_BUS_NO_ARGS, SD_BUS_RESULT("as", mistakes, "as", at_restart),
                            (bus::method<&ManagerObject::reload_configuration, Action::configure>),
                            SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_SIGNAL_WITH_ARGS("AccountAdded", SD_BUS_ARGS("o", account), 0),
    SD_BUS_SIGNAL_WITH_ARGS("AccountChanged", SD_BUS_ARGS("o", account), 0),
    SD_BUS_SIGNAL_WITH_ARGS("AccountLocked", SD_BUS_ARGS("o", account), 0),
    SD_BUS_SIGNAL_WITH_ARGS("AccountUnlocked", SD_BUS_ARGS("o", account), 0),
    SD_BUS_SIGNAL_WITH_ARGS("PluginChanged", SD_BUS_ARGS("s", instance), 0),
    SD_BUS_VTABLE_END,
};

} // namespace loquet::api
