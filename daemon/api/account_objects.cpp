// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/api/account_objects.h"

#include "daemon/api/object_path.h"
#include "lib/base/limits.h"
#include "lib/bus/method.h"
#include "lib/protocol/names.h"

namespace loquet::api {

using accounts::Actor;
using base::Error;
using model::Uid;

namespace {

constexpr const char* properties_interface = "org.freedesktop.DBus.Properties";
constexpr const char* object_manager_interface = "org.freedesktop.DBus.ObjectManager";
constexpr std::size_t bus_name_bytes = 255;

/// A number above 32 bits names no account; cut short it would name another one's.
std::optional<Uid> uid_in(std::string_view path) {
    const auto number = number_in(path, protocol::account_prefix);
    return number && *number <= UINT32_MAX ? std::optional(Uid{static_cast<std::uint32_t>(*number)}) : std::nullopt;
}

} // namespace

AccountObjects::AccountObjects(const Parts& parts) : parts_(parts) {
    parts_.connection.add_filter(before_objects, this);
    parts_.connection.add_objects(protocol::account_prefix, protocol::account_interface, vtable, find, this);
}

std::string AccountObjects::path_of(Uid uid) {
    return std::string(protocol::account_prefix) + "/" + std::to_string(uid.value);
}

Uid AccountObjects::uid_of(const bus::Call& call) {
    const auto uid = uid_in(call.path());
    if (!uid) {
        throw Error(Error::Kind::not_found, "there is no such object");
    }
    return *uid;
}

AccountProperties AccountObjects::properties(Uid uid) const {
    auto view = parts_.accounts.show(uid);
    if (!view) {
        throw Error(Error::Kind::not_found, "there is no such account");
    }
    return properties_of(std::move(*view), parts_.settings, parts_.steady, parts_.clock);
}

int AccountObjects::find(sd_bus* /*bus*/, const char* path, const char* /*interface*/, void* self, void** found,
                         sd_bus_error* /*error*/) noexcept {
    // Whether the account exists is said by the method, after it is known that the caller may ask.
    *found = self;
    return uid_in(path) ? 1 : 0;
}

int AccountObjects::declared_only(sd_bus* /*bus*/, const char* /*path*/, const char* /*interface*/,
                                  const char* /*name*/, sd_bus_message* /*reply*/, void* /*self*/,
                                  sd_bus_error* error) noexcept {
    // Reading goes through before_objects(), where the caller is known; sd-bus itself comes here only for signals that
    // carry values, which accounts have none of.
    return sd_bus_error_set_const(error, SD_BUS_ERROR_ACCESS_DENIED, "ask for this property by Get or GetAll");
}

int AccountObjects::before_objects(sd_bus_message* message, void* self, sd_bus_error* error) noexcept {
    const char* path = sd_bus_message_get_path(message);
    if (path == nullptr) {
        return 0;
    }
    const bool reads = sd_bus_message_is_method_call(message, properties_interface, "Get") > 0
                       || sd_bus_message_is_method_call(message, properties_interface, "GetAll") > 0;
    if (reads && uid_in(path)) {
        return bus::method<&AccountObjects::read_properties>(message, self, error);
    }
    if (sd_bus_message_is_method_call(message, object_manager_interface, "GetManagedObjects") > 0) {
        return bus::method<&AccountObjects::list_objects>(message, self, error);
    }
    return 0;
}

base::Task<void> AccountObjects::read_properties(bus::Call& call) {
    const Uid uid = uid_of(call);
    auto requiring = parts_.callers.require_self_or(call, Action::read_accounts, uid);
    co_await requiring;
    auto reader = call.arguments();
    const std::string interface(reader.text(bus_name_bytes));
    if (!interface.empty() && interface != protocol::account_interface) {
        throw Error(Error::Kind::not_found, "accounts have no such interface");
    }
    const AccountProperties account = properties(uid);
    if (!call.is("Get")) {
        call.reply([&](bus::Writer& w) { w.array("{sv}", [&] { write_all_properties(w, account); }); });
        co_return;
    }
    const std::string name(reader.text(bus_name_bytes));
    call.reply([&](bus::Writer& w) { write_property(w, account, name); });
}

base::Task<void> AccountObjects::list_objects(bus::Call& call) {
    auto requiring = parts_.callers.require(call, Action::read_accounts);
    co_await requiring;
    const accounts::Page page =
        parts_.accounts.list(Uid{0}, limits::accounts_per_page, std::nullopt, parts_.steady.now(parts_.clock));
    if (page.next) {
        throw Error(Error::Kind::limited, "there are too many accounts for one answer: use ListAccounts");
    }
    call.reply([&](bus::Writer& w) {
        w.array("{oa{sa{sv}}}", [&] {
            for (const accounts::ListEntry& entry : page.entries) {
                const AccountProperties account = properties(entry.open.uid);
                w.pair("oa{sa{sv}}", [&] {
                    w.object_path(path_of(entry.open.uid));
                    w.array("{sa{sv}}", [&] {
                        w.pair("sa{sv}", [&] {
                            w.text(protocol::account_interface);
                            w.array("{sv}", [&] { write_all_properties(w, account); });
                        });
                    });
                });
            }
        });
    });
}

base::Task<void> AccountObjects::lock(bus::Call& call) {
    auto requiring = parts_.callers.require(call, Action::manage_accounts);
    const Caller caller = co_await requiring;
    std::string reason(call.arguments().text(limits::reason_bytes));
    auto locking = parts_.accounts.lock(uid_of(call), std::move(reason), Actor{caller.uid});
    co_await locking;
    call.reply();
}

base::Task<void> AccountObjects::unlock(bus::Call& call) {
    auto requiring = parts_.callers.require(call, Action::unlock);
    const Caller caller = co_await requiring;
    const Uid uid = uid_of(call);
    auto unlocking = parts_.engine.with_account_still(
        uid, [this, uid, caller] { return parts_.accounts.unlock(uid, Actor{caller.uid}); });
    co_await unlocking;
    call.reply();
}

base::Task<void> AccountObjects::disable(bus::Call& call) {
    auto requiring = parts_.callers.require(call, Action::manage_accounts);
    const Caller caller = co_await requiring;
    std::string reason(call.arguments().text(limits::reason_bytes));
    auto disabling = parts_.accounts.disable(uid_of(call), std::move(reason), Actor{caller.uid});
    co_await disabling;
    call.reply();
}

base::Task<void> AccountObjects::enable(bus::Call& call) {
    auto requiring = parts_.callers.require(call, Action::manage_accounts);
    const Caller caller = co_await requiring;
    const Uid uid = uid_of(call);
    auto enabling = parts_.engine.with_account_still(
        uid, [this, uid, caller] { return parts_.accounts.enable(uid, Actor{caller.uid}); });
    co_await enabling;
    call.reply();
}

base::Task<void> AccountObjects::start_reset(bus::Call& call) {
    auto requiring = parts_.callers.require(call, Action::start_reset);
    const Caller caller = co_await requiring;
    call.arguments().dictionary(32, [](const std::string&, std::string_view) { return false; });
    const Uid uid = uid_of(call);
    auto starting = parts_.engine.with_account_still(
        uid, [this, uid, caller] { return parts_.accounts.start_reset(uid, Actor{caller.uid}); });
    co_await starting;
    call.reply();
}

base::Task<void> AccountObjects::authorise(bus::Call& call) {
    auto requiring = parts_.callers.require(call, Action::manage_accounts);
    const Caller caller = co_await requiring;
    std::string service(call.arguments().text(limits::client_field_bytes));
    auto changing = parts_.accounts.authorise(uid_of(call), std::move(service), Actor{caller.uid});
    co_await changing;
    call.reply();
}

base::Task<void> AccountObjects::deauthorise(bus::Call& call) {
    auto requiring = parts_.callers.require(call, Action::manage_accounts);
    const Caller caller = co_await requiring;
    std::string service(call.arguments().text(limits::client_field_bytes));
    auto changing = parts_.accounts.deauthorise(uid_of(call), std::move(service), Actor{caller.uid});
    co_await changing;
    call.reply();
}

base::Task<void> AccountObjects::remove_factor(bus::Call& call) {
    auto requiring = parts_.callers.require(call, Action::manage_accounts);
    const Caller caller = co_await requiring;
    auto arguments = call.arguments();
    accounts::FactorRemoval removal;
    removal.factor = arguments.text(limits::step_name_bytes);
    removal.reason = arguments.text(limits::reason_bytes);
    const auto plugin = parts_.settings.plugins.find(removal.factor);
    removal.is_configured = plugin != parts_.settings.plugins.end() && plugin->second.kind == config::PluginKind::step;
    const Uid uid = uid_of(call);
    auto removing = parts_.engine.with_account_still(uid, [this, uid, caller, removal = std::move(removal)] {
        return parts_.accounts.remove_factor(uid, removal, Actor{caller.uid});
    });
    co_await removing;
    call.reply();
}

#define LOQUET_ACCOUNT_PROPERTY(name, signature)                                                                       \
    SD_BUS_PROPERTY(name, signature, AccountObjects::declared_only, 0, SD_BUS_VTABLE_PROPERTY_EXPLICIT)

const sd_bus_vtable AccountObjects::vtable[] = {
    SD_BUS_VTABLE_START(0),
    LOQUET_ACCOUNT_PROPERTY("Name", "s"),
    LOQUET_ACCOUNT_PROPERTY("UID", "u"),
    LOQUET_ACCOUNT_PROPERTY("GID", "u"),
    LOQUET_ACCOUNT_PROPERTY("DisplayName", "s"),
    LOQUET_ACCOUNT_PROPERTY("State", "s"),
    LOQUET_ACCOUNT_PROPERTY("LockedUntil", "t"),
    LOQUET_ACCOUNT_PROPERTY("LockReason", "s"),
    LOQUET_ACCOUNT_PROPERTY("PasswordSet", "b"),
    LOQUET_ACCOUNT_PROPERTY("PasswordChanged", "t"),
    LOQUET_ACCOUNT_PROPERTY("PasswordExpires", "t"),
    LOQUET_ACCOUNT_PROPERTY("PasswordMustChange", "b"),
    LOQUET_ACCOUNT_PROPERTY("LastLogin", "t"),
    LOQUET_ACCOUNT_PROPERTY("MailMasked", "s"),
    LOQUET_ACCOUNT_PROPERTY("PhoneMasked", "s"),
    LOQUET_ACCOUNT_PROPERTY("Organisation", "s"),
    LOQUET_ACCOUNT_PROPERTY("Authorisations", "as"),
    LOQUET_ACCOUNT_PROPERTY("Factors", "as"),
    SD_BUS_METHOD_WITH_ARGS("Lock", SD_BUS_ARGS("s", reason), SD_BUS_NO_RESULT, bus::method<&AccountObjects::lock>,
                            SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("Unlock", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT, bus::method<&AccountObjects::unlock>,
                            SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("StartReset", SD_BUS_ARGS("a{sv}", options), SD_BUS_NO_RESULT,
                            bus::method<&AccountObjects::start_reset>, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("Authorise", SD_BUS_ARGS("s", service), SD_BUS_NO_RESULT,
                            bus::method<&AccountObjects::authorise>, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("Deauthorise", SD_BUS_ARGS("s", service), SD_BUS_NO_RESULT,
                            bus::method<&AccountObjects::deauthorise>, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("Disable", SD_BUS_ARGS("s", reason), SD_BUS_NO_RESULT,
                            bus::method<&AccountObjects::disable>, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("Enable", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT, bus::method<&AccountObjects::enable>,
                            SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("RemoveFactor", SD_BUS_ARGS("s", factor, "s", reason), SD_BUS_NO_RESULT,
                            bus::method<&AccountObjects::remove_factor>, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_VTABLE_END,
};

} // namespace loquet::api
