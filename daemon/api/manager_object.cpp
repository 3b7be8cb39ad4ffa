// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/api/manager_object.h"

#include "daemon/api/account_objects.h"
#include "daemon/api/account_request.h"
#include "daemon/api/audit_rows.h"
#include "daemon/api/client_details.h"
#include "daemon/api/conversation_objects.h"
#include "daemon/api/job_objects.h"
#include "daemon/api/message_rows.h"
#include "daemon/api/plugin_health.h"
#include "daemon/audit/audit_log.h"
#include "daemon/audit/chain_check.h"
#include "daemon/store/schema.h"
#include "lib/base/limits.h"
#include "lib/base/text.h"
#include "lib/bus/method.h"
#include "lib/protocol/names.h"
#include "lib/protocol/turn_wire.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace loquet::api {

using accounts::Actor;
using base::Error;
using bus::Writer;
using model::Uid;

namespace {

constexpr std::size_t purpose_bytes = 64;
constexpr std::size_t records_per_slice = 1000; ///< of the audit log; logins go on in between
constexpr std::size_t health_bytes = 3000;      ///< the first troubles; loquetctl takes no text above 4096

/// The cursor of ListAccounts: the last number of the page before.
Uid cursor(std::string_view after) {
    std::uint32_t number = 0;
    const auto [end, failure] = std::from_chars(after.data(), after.data() + after.size(), number);
    if (!after.empty() && (failure != std::errc() || end != after.data() + after.size())) {
        throw Error(Error::Kind::invalid, "\"after\" is not what an earlier call returned as \"next\"");
    }
    return Uid{number};
}

std::optional<model::AccountState> state_filter(bus::Reader& reader) {
    std::optional<model::AccountState> state;
    reader.dictionary(16, [&](const std::string& key, std::string_view signature) {
        if (key != "state" || signature != "s") {
            throw Error(Error::Kind::invalid, "accounts are filtered by \"state\" (s) alone");
        }
        state = state_named(reader.text(16));
        return true;
    });
    return state;
}

} // namespace

ManagerObject::ManagerObject(const Parts& parts) : parts_(parts) {
    parts_.connection.add_object(protocol::root_path, protocol::manager_interface, vtable, this);
}

base::Task<void> ManagerObject::begin(bus::Call& call) {
    auto asking = parts_.callers.of(call);
    const Caller caller = co_await asking;
    auto reader = call.arguments();
    std::string purpose(reader.text(purpose_bytes));
    std::string name(reader.text(limits::typed_name_bytes));
    ClientDetails details = read_client_details(reader, caller);
    if (details.client.locale.empty()) {
        details.client.locale = parts_.locale;
    }
    auto beginning =
        parts_.engine.begin(std::move(purpose), std::move(name), std::move(details.client), std::move(details.known));
    const conversation::Begun begun = co_await beginning;
    call.reply([&](Writer& writer) {
        writer.object_path(begun.dialog ? ConversationObjects::path_of(*begun.dialog) : protocol::root_path);
        protocol::write_turn(writer, begun.turn);
    });
}

base::Task<void> ManagerObject::find_account(bus::Call& call) {
    auto asking = parts_.callers.of(call);
    const Caller caller = co_await asking;
    const auto uid = parts_.accounts.find(call.arguments().text(limits::typed_name_bytes));
    if (!uid || uid->value != caller.uid) {
        auto requiring = parts_.callers.require(call, Action::read_accounts);
        co_await requiring;
    }
    if (!uid) {
        throw Error(Error::Kind::not_found, "there is no account of that name");
    }
    call.reply([&](Writer& writer) { writer.object_path(AccountObjects::path_of(*uid)); });
}

base::Task<void> ManagerObject::list_accounts(bus::Call& call) {
    auto requiring = parts_.callers.require(call, Action::read_accounts);
    co_await requiring;
    auto reader = call.arguments();
    const Uid after = cursor(reader.text(16));
    const std::uint32_t limit = reader.u32();
    const auto state = state_filter(reader);
    if (limit == 0 || limit > limits::accounts_per_page) {
        throw Error(Error::Kind::invalid,
                    "\"limit\" is from 1 to " + std::to_string(limits::accounts_per_page) + " accounts");
    }
    const accounts::Page page = parts_.accounts.list(after, limit, state, parts_.steady.now(parts_.clock));
    call.reply([&](Writer& writer) {
        writer.array("(osus)", [&] {
            for (const accounts::ListEntry& entry : page.entries) {
                writer.structure("osus", [&] {
                    writer.object_path(AccountObjects::path_of(entry.open.uid)).text(entry.open.name);
                    writer.u32(entry.open.uid.value).text(name_of(entry.state));
                });
            }
        });
        writer.text(page.next ? std::to_string(page.next->value) : "");
    });
}

base::Task<void> ManagerObject::create_account(bus::Call& call) {
    auto requiring = parts_.callers.require(call, Action::manage_accounts);
    const Caller caller = co_await requiring;
    auto reader = call.arguments();
    AccountRequest request = read_account_request(reader);
    // Choosing a secret for somebody is for root alone; the helpdesk starts a reset instead (ASVS 6.4.6).
    if (request.password && !caller.is_root()) {
        throw Error(Error::Kind::denied, "only root may give an account its first password");
    }
    std::optional<accounts::ChosenPassword> chosen;
    if (request.password) {
        auto hashing = parts_.hasher.hash(std::move(*request.password), model::Digest{});
        std::string hash = co_await hashing;
        chosen = accounts::ChosenPassword{std::move(hash), request.must_change};
    }
    auto creating = parts_.accounts.create(std::move(request.account), std::move(chosen), Actor{caller.uid});
    const model::Account account = co_await creating;
    call.reply([&](Writer& writer) { writer.object_path(AccountObjects::path_of(account.open.uid)); });
}

base::Task<void> ManagerObject::import(bus::Call& call) {
    auto requiring = parts_.callers.require(call, Action::manage_accounts);
    const Caller caller = co_await requiring;
    auto reader = call.arguments();
    base::Fd input = reader.fd();
    const accounts::ImportOptions options = read_import_options(reader, caller.uid);
    // As in CreateAccount: a hash is a password that somebody chose for somebody.
    if (!caller.is_root() && !options.without_passwords) {
        throw Error(Error::Kind::denied, "only root may import passwords; say \"without_passwords\" to leave them out");
    }
    const accounts::ImportId id = parts_.imports.start(std::move(input), options, caller.sender);
    call.reply([&](Writer& writer) { writer.object_path(JobObjects::path_of(id)); });
}

base::Task<void> ManagerObject::read_audit(bus::Call& call) {
    auto requiring = parts_.callers.require(call, Action::read_audit);
    co_await requiring;
    auto reader = call.arguments();
    const std::uint64_t after = reader.u64();
    const std::uint32_t limit = std::min<std::uint32_t>(reader.u32(), limits::audit_records_per_page);
    const auto entries =
        parts_.store.read([&](const store::ReadTxn& txn) { return audit::AuditLog::read(txn, after, limit); });
    call.reply([&](Writer& writer) { write_audit_rows(writer, entries); });
}

base::Task<void> ManagerObject::verify_audit(bus::Call& call) {
    auto requiring = parts_.callers.require(call, Action::read_audit);
    co_await requiring;
    audit::ChainCheck check;
    const auto look_at_a_slice = [&](const store::ReadTxn& txn) { return check.advance(txn, records_per_slice); };
    while (!parts_.store.read(look_at_a_slice)) {
        auto letting_others_on = parts_.loop.sleep(base::Milliseconds(0));
        co_await letting_others_on;
    }
    const audit::Verdict& verdict = check.verdict();
    call.reply([&](Writer& writer) { writer.boolean(verdict.intact).u64(verdict.records).text(verdict.problem); });
}

base::Task<void> ManagerObject::list_messages(bus::Call& call) {
    auto requiring = parts_.callers.require(call, Action::read_accounts);
    co_await requiring;
    auto reader = call.arguments();
    const std::uint64_t after = reader.u64();
    const std::uint32_t limit = reader.u32();
    MessageQuestion question = read_message_question(reader);
    if (limit == 0 || limit > limits::messages_per_page) {
        throw Error(Error::Kind::invalid,
                    "\"limit\" is from 1 to " + std::to_string(limits::messages_per_page) + " messages");
    }
    if (!question.account.empty()) {
        question.filter.account = parts_.accounts.find(question.account);
        if (!question.filter.account) {
            throw Error(Error::Kind::not_found, "there is no account of that name");
        }
    }
    const auto page = parts_.store.read(
        [&](const store::ReadTxn& txn) { return outbox::list_messages(txn, after, limit, question.filter); });
    call.reply([&](Writer& writer) { write_message_rows(writer, page, parts_.outbox); });
}

base::Task<void> ManagerObject::retry_message(bus::Call& call) {
    auto requiring = parts_.callers.require(call, Action::start_reset);
    co_await requiring;
    auto writing = parts_.store.write(parts_.outbox.bring_forward(call.arguments().u64()));
    co_await writing;
    call.reply([](Writer&) {});
}

void ManagerObject::version(Writer& value) {
    value.text(LOQUET_VERSION);
}
void ManagerObject::schema_version(Writer& value) {
    value.u32(store::schema_version());
}
void ManagerObject::profile(Writer& value) {
    value.text(parts_.settings.profile);
}

void ManagerObject::plugin_list(Writer& value) {
    value.array("(sssss)", [&] {
        for (const plugins::PluginStatus& status : parts_.plugins.status()) {
            value.structure("sssss", [&] {
                value.text(status.instance).text(std::string(protocol::to_text(status.kind))).text(status.version);
                value.text(std::string(plugins::to_text(status.state))).text(status.detail);
            });
        }
    });
}

void ManagerObject::health(Writer& value) {
    std::string text;
    const auto add = [&](const std::string& trouble) {
        text += (text.empty() || trouble.empty() ? "" : "; ") + trouble;
    };
    add(parts_.refused_configuration);
    add(parts_.store.why_unwritable());
    add(parts_.directory.trouble());
    add(parts_.engine.on_fallback() ? "the lockout plugin does not answer: the strict policy judges" : "");
    for (const auto medium : {model::Medium::mail, model::Medium::sms}) {
        add(parts_.courier.alarming(medium)
                ? "few of the codes that are sent by " + std::string(to_text(medium)) + " are used"
                : "");
    }
    for (const auto& [channel, said] : parts_.courier.failing_channels()) {
        add("the channel " + channel + " takes no messages: " + said);
    }
    for (const std::string& missing : missing_plugins(parts_.settings, parts_.plugins.status())) {
        add(missing);
    }
    value.text(text.empty() ? "ok" : base::printable(text, health_bytes));
}

void ManagerObject::signal_account(const char* member, Uid uid) {
    const bus::Message signal = parts_.connection.signal(protocol::root_path, protocol::manager_interface, member);
    Writer(signal.get()).object_path(AccountObjects::path_of(uid));
    parts_.connection.send(signal);
}

void ManagerObject::tell(const accounts::Change& change) {
    switch (change.kind) {
    case accounts::Change::Kind::added:
        return signal_account("AccountAdded", change.uid);
    case accounts::Change::Kind::changed:
        return signal_account("AccountChanged", change.uid);
    case accounts::Change::Kind::locked:
        return tell_locked(change.uid, base::Milliseconds(0), change.reason);
    case accounts::Change::Kind::unlocked:
        return signal_account("AccountUnlocked", change.uid);
    }
}

void ManagerObject::tell_locked(Uid uid, base::Milliseconds until, const std::string& reason) {
    const bus::Message signal =
        parts_.connection.signal(protocol::root_path, protocol::manager_interface, "AccountLocked");
    Writer writer(signal.get());
    writer.object_path(AccountObjects::path_of(uid));
    writer.u64(base::microseconds(until)).text(reason);
    parts_.connection.send(signal);
}

void ManagerObject::tell_plugin(const plugins::PluginStatus& status) {
    const bus::Message signal =
        parts_.connection.signal(protocol::root_path, protocol::manager_interface, "PluginChanged");
    Writer writer(signal.get());
    writer.text(status.instance).text(std::string(plugins::to_text(status.state))).text(status.detail);
    parts_.connection.send(signal);
    properties_changed("Plugins");
    tell_health();
}

void ManagerObject::tell_health() {
    properties_changed("Health");
}

void ManagerObject::tell_import(accounts::ImportId id, const accounts::Import::Progress& progress) {
    const bus::Message signal =
        parts_.connection.signal(protocol::root_path, protocol::manager_interface, "ImportProgress");
    Writer(signal.get()).object_path(JobObjects::path_of(id)).u64(progress.bytes_done).u64(progress.bytes_in_all);
    parts_.connection.send(signal);
}

void ManagerObject::properties_changed(const char* name) {
    bus::check(sd_bus_emit_properties_changed(parts_.connection.raw(), protocol::root_path, protocol::manager_interface,
                                              name, nullptr),
               "cannot tell that a property changed");
}

const sd_bus_vtable ManagerObject::vtable[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_PROPERTY("Version", "s", bus::property<&ManagerObject::version>, 0, SD_BUS_VTABLE_PROPERTY_CONST),
    SD_BUS_PROPERTY("SchemaVersion", "u", bus::property<&ManagerObject::schema_version>, 0,
                    SD_BUS_VTABLE_PROPERTY_CONST),
    SD_BUS_PROPERTY("Profile", "s", bus::property<&ManagerObject::profile>, 0, 0),
    SD_BUS_PROPERTY("Plugins", "a(sssss)", bus::property<&ManagerObject::plugin_list>, 0,
                    SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
    SD_BUS_PROPERTY("Health", "s", bus::property<&ManagerObject::health>, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
    SD_BUS_METHOD_WITH_ARGS("Begin", SD_BUS_ARGS("s", purpose, "s", account, "a{sv}", client),
                            SD_BUS_RESULT("o", conversation, "s", state, "a(yss)", prompts, "a{sv}", details),
                            bus::method<&ManagerObject::begin>, SD_BUS_VTABLE_UNPRIVILEGED | SD_BUS_VTABLE_SENSITIVE),
    SD_BUS_METHOD_WITH_ARGS("FindAccount", SD_BUS_ARGS("s", name), SD_BUS_RESULT("o", account),
                            bus::method<&ManagerObject::find_account>, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("ListAccounts", SD_BUS_ARGS("s", after, "u", limit, "a{sv}", filter),
                            SD_BUS_RESULT("a(osus)", accounts, "s", next), bus::method<&ManagerObject::list_accounts>,
                            SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("CreateAccount", SD_BUS_ARGS("a{sv}", account), SD_BUS_RESULT("o", path),
                            bus::method<&ManagerObject::create_account>,
                            SD_BUS_VTABLE_UNPRIVILEGED | SD_BUS_VTABLE_SENSITIVE),
    SD_BUS_METHOD_WITH_ARGS("Import", SD_BUS_ARGS("h", lines, "a{sv}", options), SD_BUS_RESULT("o", job),
                            bus::method<&ManagerObject::import>, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("ReadAudit", SD_BUS_ARGS("t", after, "u", limit), SD_BUS_RESULT(LOQUET_AUDIT_ROWS, records),
                            bus::method<&ManagerObject::read_audit>, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("VerifyAudit", SD_BUS_NO_ARGS, SD_BUS_RESULT("b", intact, "t", records, "s", problem),
                            bus::method<&ManagerObject::verify_audit>, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("ListMessages", SD_BUS_ARGS("t", after, "u", limit, "a{sv}", filter),
                            SD_BUS_RESULT(LOQUET_MESSAGE_ROWS, messages, "t", next),
                            bus::method<&ManagerObject::list_messages>, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("RetryMessage", SD_BUS_ARGS("t", number), SD_BUS_NO_RESULT,
                            bus::method<&ManagerObject::retry_message>, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_SIGNAL_WITH_ARGS("AccountAdded", SD_BUS_ARGS("o", account), 0),
    SD_BUS_SIGNAL_WITH_ARGS("AccountChanged", SD_BUS_ARGS("o", account), 0),
    SD_BUS_SIGNAL_WITH_ARGS("AccountLocked", SD_BUS_ARGS("o", account, "t", until, "s", reason), 0),
    SD_BUS_SIGNAL_WITH_ARGS("AccountUnlocked", SD_BUS_ARGS("o", account), 0),
    SD_BUS_SIGNAL_WITH_ARGS("ImportProgress", SD_BUS_ARGS("o", job, "t", done, "t", total), 0),
    SD_BUS_SIGNAL_WITH_ARGS("PluginChanged", SD_BUS_ARGS("s", instance, "s", state, "s", detail), 0),
    SD_BUS_VTABLE_END,
};

} // namespace loquet::api
