// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/hostile/helpdesk.h"

#include "lib/bus/message.h"
#include "lib/protocol/names.h"

#include <algorithm>
#include <utility>

namespace loquet::tests {

namespace {

constexpr base::Milliseconds bus_default{0};
constexpr std::uint32_t page = 1000;
constexpr std::size_t longest_text = 4096;
constexpr std::size_t longest_row = 64; ///< keys

bus::Message manager_call(bus::Connection& connection, const char* member) {
    return connection.method_call(protocol::bus_name, protocol::root_path, protocol::manager_interface, member);
}

bus::Message account_call(bus::Connection& connection, const std::string& account, const char* member) {
    return connection.method_call(protocol::bus_name, account.c_str(), protocol::account_interface, member);
}

bus::Message property(bus::Connection& connection, const std::string& path, const char* interface, const char* name) {
    const bus::Message question =
        connection.method_call(protocol::bus_name, path.c_str(), "org.freedesktop.DBus.Properties", "Get");
    bus::Writer(question.get()).text(interface).text(name);
    return connection.call(question, bus_default);
}

AuditRow audit_row(const bus::Row& row) {
    constexpr std::uint64_t nobody = UINT32_MAX;
    return {row.number("number"), row.text("what"),
            row.truth("granted"), static_cast<std::uint32_t>(row.find_number("account").value_or(nobody)),
            row.text("place"),    row.text("detail")};
}

} // namespace

std::vector<AuditRow> read_audit(bus::Connection& connection) {
    std::vector<AuditRow> rows;
    std::size_t before = 0;
    do {
        before = rows.size();
        const bus::Message question = manager_call(connection, "ReadAudit");
        bus::Writer(question.get()).u64(rows.empty() ? 0 : rows.back().sequence).u32(page);
        const bus::Message answer = connection.call(question, bus_default);
        bus::Reader reader(answer.get());
        for (const bus::Row& row : bus::read_rows(reader, page)) {
            rows.push_back(audit_row(row));
        }
    } while (rows.size() > before);
    return rows;
}

int count_logins(const std::vector<AuditRow>& rows, std::string_view detail) {
    return static_cast<int>(std::count_if(
        rows.begin(), rows.end(), [&](const AuditRow& row) { return row.kind == "login" && row.detail == detail; }));
}

std::string broken_audit(bus::Connection& connection) {
    const bus::Message answer = connection.call(manager_call(connection, "VerifyAudit"), bus_default);
    bus::Reader reader(answer.get());
    const bool intact = reader.boolean();
    const std::uint64_t records = reader.u64();
    const std::string problem(reader.text(longest_text));
    return intact ? "" : "after " + std::to_string(records) + " records: " + problem;
}

std::string health(bus::Connection& connection) {
    const bus::Message answer = property(connection, protocol::root_path, protocol::manager_interface, "Health");
    bus::Reader reader(answer.get());
    reader.enter(SD_BUS_TYPE_VARIANT, "s");
    return std::string(reader.text(longest_text));
}

std::string plugin_state(bus::Connection& connection, const std::string& instance) {
    const bus::Message answer = property(connection, protocol::root_path, protocol::manager_interface, "Plugins");
    bus::Reader reader(answer.get());
    std::string found;
    reader.enter(SD_BUS_TYPE_VARIANT, "aa{sv}");
    for (const bus::Row& row : bus::read_rows(reader, 256)) {
        found = row.text("instance") == instance ? row.text("state") : found;
    }
    return found;
}

std::uint64_t locked_until(bus::Connection& connection, const std::string& account) {
    const bus::Message answer = property(connection, account, protocol::account_interface, "LockedUntil");
    bus::Reader reader(answer.get());
    reader.enter(SD_BUS_TYPE_VARIANT, "t");
    return reader.u64();
}

std::string account_text(bus::Connection& connection, const std::string& account, const char* name) {
    const bus::Message answer = property(connection, account, protocol::account_interface, name);
    bus::Reader reader(answer.get());
    reader.enter(SD_BUS_TYPE_VARIANT, "s");
    return std::string(reader.text(longest_text));
}

std::vector<std::string> listed(bus::Connection& connection, const std::string& state) {
    const bus::Message question = manager_call(connection, "ListAccounts");
    bus::Writer writer(question.get());
    writer.text("").u32(page);
    writer.array("{sv}", [&] { writer.entry("state", state); });
    const bus::Message answer = connection.call(question, bus_default);
    bus::Reader reader(answer.get());
    std::vector<std::string> names;
    reader.array("a{sv}", page, [&] {
        reader.dictionary(longest_row, [&](const std::string& key, std::string_view signature) {
            if (key != "name" || signature != "s") {
                return false;
            }
            names.emplace_back(reader.text(longest_text));
            return true;
        });
    });
    return names;
}

void lock(bus::Connection& connection, const std::string& account) {
    const bus::Message request = account_call(connection, account, "Lock");
    bus::Writer(request.get()).text("a test asked for it");
    (void)connection.call(request, bus_default);
}

void start_reset(bus::Connection& connection, const std::string& account) {
    const bus::Message request = account_call(connection, account, "StartReset");
    bus::Writer writer(request.get());
    writer.array("{sv}", [] {});
    (void)connection.call(request, bus_default);
}

void unlock(bus::Connection& connection, const std::string& account) {
    (void)connection.call(account_call(connection, account, "Unlock"), bus_default);
}

void disable(bus::Connection& connection, const std::string& account) {
    const bus::Message request = account_call(connection, account, "Disable");
    bus::Writer(request.get()).text("a test asked for it");
    (void)connection.call(request, bus_default);
}

} // namespace loquet::tests
