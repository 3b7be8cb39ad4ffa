// SPDX-License-Identifier: LGPL-2.1-or-later
// "account show": what a helpdesk is asked on the telephone, on one screen of 24 lines, and all of it for a program.
#include "cli/account.h"
#include "cli/client.h"
#include "lib/base/clock.h"
#include "lib/base/text.h"
#include "lib/bus/message.h"
#include "lib/protocol/names.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <pwd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace loquet::cli::account {

namespace {

using base::printable;
using Lines = std::vector<std::string>;

constexpr std::size_t screen_lines = 23; ///< of 24: the last one is the shell's
constexpr std::size_t line_cells = 79;   ///< of 80: none of them breaks a full line
constexpr std::size_t shown_messages = 3;
constexpr std::size_t shortest_text = 16; ///< of a line, in front of what to do

struct Shown {
    std::string_view property;
    std::string_view key;
    std::string_view title;
    bool time = false; ///< microseconds since 1970, 0 for never, UINT64_MAX for what only an unlock ends
};

constexpr std::array shown{
    Shown{"Name", "name", "Name"},
    Shown{"UID", "uid", "UID"},
    Shown{"GID", "gid", "GID"},
    Shown{"DisplayName", "display_name", "Display name"},
    Shown{"State", "state", "State"},
    Shown{"LockedUntil", "locked_until", "Locked until", true},
    Shown{"LockReason", "lock_reason", "Reason"},
    Shown{"RecoveryLockedUntil", "recovery_locked_until", "Recovery locked until", true},
    Shown{"PasswordSet", "password_set", "Has a password"},
    Shown{"PasswordChanged", "password_changed", "Password changed", true},
    Shown{"PasswordExpires", "password_expires", "Password expires", true},
    Shown{"PasswordMustChange", "password_must_change", "Change required"},
    Shown{"LastLogin", "last_login", "Last login", true},
    Shown{"MailMasked", "mail_masked", "Mail"},
    Shown{"PhoneMasked", "phone_masked", "Phone"},
    Shown{"MailConfirmed", "mail_confirmed", "Mail confirmed", true},
    Shown{"PhoneConfirmed", "phone_confirmed", "Phone confirmed", true},
    Shown{"Organisation", "organisation", "Organisation"},
    Shown{"Authorisations", "authorisations", "Allowed services"},
    Shown{"Factors", "factors", "Factors"},
};

Value as_time(std::uint64_t microseconds) {
    if (microseconds == 0) {
        return {};
    }
    if (microseconds == UINT64_MAX) {
        return std::string("unlocked");
    }
    return base::Milliseconds(static_cast<std::int64_t>(microseconds / 1000));
}

Value as_time(const Value& value) {
    const auto* microseconds = std::get_if<std::uint64_t>(&value);
    return microseconds == nullptr ? Value() : as_time(*microseconds);
}

struct Key {
    const char* name;
    enum class Type : std::uint8_t { text, number, truth, time } type = Type::text;
};
constexpr std::array ticket_keys{Key{"type"},
                                 Key{"medium"},
                                 Key{"issuer"},
                                 Key{"destination"},
                                 Key{"state"},
                                 Key{"why"},
                                 Key{"sent", Key::Type::number},
                                 Key{"issued", Key::Type::time},
                                 Key{"until", Key::Type::time},
                                 Key{"last_sent", Key::Type::time},
                                 Key{"opened", Key::Type::time}};
constexpr std::array message_keys{Key{"number", Key::Type::number},
                                  Key{"created", Key::Type::time},
                                  Key{"medium"},
                                  Key{"destination"},
                                  Key{"text"},
                                  Key{"step"},
                                  Key{"state"},
                                  Key{"why"},
                                  Key{"said"},
                                  Key{"attempts", Key::Type::number},
                                  Key{"changed", Key::Type::time}};
constexpr std::array event_keys{Key{"number", Key::Type::number},
                                Key{"time", Key::Type::time},
                                Key{"what"},
                                Key{"granted", Key::Type::truth},
                                Key{"actor", Key::Type::number},
                                Key{"purpose"},
                                Key{"service"},
                                Key{"place"},
                                Key{"detail"}};

Value value_of(const bus::Row& row, const Key& key) {
    switch (key.type) {
    case Key::Type::text:
        return row.text(key.name);
    case Key::Type::number: {
        const auto number = row.find_number(key.name);
        return number ? Value(*number) : Value();
    }
    case Key::Type::truth:
        return row.truth(key.name);
    case Key::Type::time:
        return as_time(row.number(key.name));
    }
    return {};
}

template <class Keys>
std::vector<Record> records_of(const std::vector<bus::Row>& rows, const Keys& keys) {
    std::vector<Record> records;
    for (const bus::Row& row : rows) {
        Record& record = records.emplace_back();
        for (const Key& key : keys) {
            record.fields.push_back({key.name, "", value_of(row, key)});
        }
    }
    return records;
}

/// Who acted, as this machine calls them.
std::string name_of_user(std::uint64_t uid) {
    const passwd* user = ::getpwuid(static_cast<uid_t>(uid)); // NOLINT(concurrency-mt-unsafe): one thread
    return user == nullptr ? fmt::format("UID {}", uid) : printable(user->pw_name);
}

/// What the service tells of one account, and how it reads on a screen.
class Page {
public:
    Page(const Properties& properties, const bus::Row& told, base::Milliseconds now)
        : properties_(properties), told_(told), now_(now), name_(text("Name")) {}

    [[nodiscard]] std::string verdict() const;
    [[nodiscard]] Lines lines() const;

private:
    [[nodiscard]] std::string text(std::string_view name) const { return cell_text(property(properties_, name)); }
    [[nodiscard]] std::uint64_t number(std::string_view name) const {
        const Value value = property(properties_, name);
        const auto* found = std::get_if<std::uint64_t>(&value);
        return found == nullptr ? 0 : *found;
    }
    [[nodiscard]] std::string time(std::uint64_t microseconds) const {
        return microseconds == 0 ? "never"
                                 : short_time(base::Milliseconds(static_cast<std::int64_t>(microseconds / 1000)), now_);
    }
    [[nodiscard]] std::string until(std::uint64_t microseconds) const {
        return microseconds == UINT64_MAX ? "until somebody unlocks it" : "until " + time(microseconds);
    }
    [[nodiscard]] std::string command(const char* verb) const {
        return fmt::format("'loquetctl account {} {}'", verb, name_);
    }
    [[nodiscard]] bool gets_back_in() const { return told_.text("recovery") == "open"; }

    [[nodiscard]] Lines what_to_do() const;
    [[nodiscard]] std::string account() const;
    void add_password(Lines& lines) const;
    void add_services(Lines& lines) const;
    void add_factors(Lines& lines) const;
    void add_address(Lines& lines, const char* label, const char* masked, const char* confirmed) const;
    void add_recovery(Lines& lines) const;
    void add_codes(Lines& lines) const;
    void add_messages(Lines& lines) const;
    void add_events(Lines& lines) const;

    const Properties& properties_;
    const bus::Row& told_;
    base::Milliseconds now_;
    std::string name_;
};

/// "Label     what it is: what to do"; what to do is never cut.
void add(Lines& lines, std::string_view label, std::string_view what, const std::string& to_do = {}) {
    const std::string tail = to_do.empty() ? std::string() : ": " + to_do;
    const std::string head = fmt::format("{:<11}", label);
    const std::size_t taken = display_width(head) + display_width(tail);
    const std::size_t left = line_cells > taken + shortest_text ? line_cells - taken : shortest_text;
    lines.push_back(cut_to_width(head + cut_to_width(what, left) + tail, line_cells));
}

std::string in_brackets(const std::string& text) {
    return text.empty() ? std::string() : " (" + text + ")";
}

std::string Page::verdict() const {
    const std::string word = told_.text("login");
    const std::string reason = in_brackets(printable(told_.text("reason")));
    if (word == "open" || word == "change") {
        return fmt::format("{} can log in here{}.", name_,
                           word == "change" ? ", and has to choose a new password then" : "");
    }
    if (word == "failures") {
        return fmt::format("{} cannot log in: locked by failures {}.", name_, until(told_.number("login_until")));
    }
    if (word == "locked") {
        return fmt::format("{} cannot log in: locked by the helpdesk{}.", name_, reason);
    }
    if (word == "disabled") {
        return fmt::format("{} cannot log in: disabled by an administrator{}.", name_, reason);
    }
    if (word == "no-password") {
        return fmt::format("{} cannot log in: the account has no password.", name_);
    }
    return fmt::format("{} cannot log in: the account may use no service.", name_);
}

Lines Page::what_to_do() const {
    const std::string word = told_.text("login");
    const std::string back = "\"Forgotten password\" at the prompt works now.";
    const std::string unlock = command("unlock") + " ends the lock.";
    const bool lets_in = word == "open" || word == "change";
    const std::uint64_t place = told_.number("place_locked_until");
    if (lets_in && place != 0) {
        const std::string reason = in_brackets(printable(told_.text("reason")));
        return {"At one place it is locked by failures " + until(place) + reason + ".", unlock};
    }
    if (word == "failures") {
        const std::string why = printable(told_.text("reason"))
                                + (told_.truth("known_places") ? "; not where its owner usually logs in." : ".");
        return gets_back_in() ? Lines{why, back, unlock} : Lines{why, unlock};
    }
    if (lets_in) {
        return gets_back_in() ? Lines{back} : Lines{};
    }
    if (word == "locked") {
        return {unlock};
    }
    if (word == "disabled") {
        return {"An administrator has to enable it."};
    }
    if (word == "no-password") {
        return {gets_back_in() ? command("reset --by mail") + " sends a code for one."
                               : fmt::format("An administrator gives it one: 'loquetctl passwd {}'.", name_)};
    }
    return {"An administrator has to authorise it for one."};
}

std::string Page::account() const {
    std::string line = name_;
    for (const char* name : {"DisplayName", "Organisation"}) {
        const std::string part = text(name);
        line += part.empty() ? "" : ", " + part;
    }
    return line + fmt::format(", UID {}, last login {}", text("UID"), time(number("LastLogin")));
}

void Page::add_password(Lines& lines) const {
    if (text("PasswordSet") != "yes") {
        return add(lines, "Password", "none");
    }
    const std::uint64_t expires = number("PasswordExpires");
    const std::uint64_t changed = number("PasswordChanged");
    std::string line = changed == 0 ? "set" : "changed " + time(changed);
    if (text("PasswordMustChange") == "yes") {
        line += "; a new one is due at the next login";
    } else if (expires != 0) {
        const bool over = base::Milliseconds(static_cast<std::int64_t>(expires / 1000)) <= now_;
        line += (over ? "; expired " : "; expires ") + time(expires);
    }
    add(lines, "Password", line);
}

void Page::add_services(Lines& lines) const {
    const std::string services = text("Authorisations");
    add(lines, "Services", services == "*" ? "all" : services.empty() ? "none" : services);
}

void Page::add_factors(Lines& lines) const {
    const Value value = property(properties_, "Factors");
    const auto* factors = std::get_if<std::vector<std::string>>(&value);
    const bool second = factors != nullptr && std::ranges::any_of(*factors, [](const std::string& factor) {
                            return factor != "password";
                        });
    const std::string all = cell_text(value);
    add(lines, "Factors", all.empty() ? "none" : all, second ? "lost: " + command("factor remove") : "");
}

void Page::add_address(Lines& lines, const char* label, const char* masked, const char* confirmed) const {
    const std::string address = text(masked);
    const std::uint64_t since = number(confirmed);
    if (address.empty()) {
        add(lines, label, "none");
    } else if (since == 0) {
        add(lines, label, address + ", not confirmed", command("confirm"));
    } else {
        add(lines, label, address + ", confirmed " + time(since));
    }
}

void Page::add_recovery(Lines& lines) const {
    const std::string word = told_.text("recovery");
    if (word == "open") {
        add(lines, "Recovery", fmt::format("open: a code by {}", fmt::join(told_.texts("recovery_media"), " or ")));
    } else if (word == "locked") {
        add(lines, "Recovery", "locked by failures " + until(told_.number("recovery_until")), command("unlock"));
    } else if (word == "no-address") {
        add(lines, "Recovery", "not possible: no confirmed address that this site sends to");
    } else if (word == "held") {
        add(lines, "Recovery", "not yet: codes are held back " + until(told_.number("recovery_until")),
            command("reset --by code"));
    } else if (word == "shared-address") {
        add(lines, "Recovery", "not possible: other accounts have the address, too", command("reset"));
    } else if (word == "privileged") {
        add(lines, "Recovery", "takes two: it has rights over the machine", command("reset"));
    } else if (word == "names-unavailable") {
        add(lines, "Recovery", "not now: the machine's sources of names do not answer");
    } else if (word == "not-active") {
        add(lines, "Recovery", "not possible: the account is not active");
    } else {
        add(lines, "Recovery", "not offered here");
    }
}

void Page::add_codes(Lines& lines) const {
    std::string_view label = "Codes";
    for (const bus::Row& ticket : told_.rows("tickets")) {
        const bool opened = ticket.text("state") == "opened";
        if (!opened && ticket.text("state") != "waiting") {
            continue;
        }
        const std::string medium = ticket.text("medium");
        const std::string way =
            medium.empty() ? "read out" : fmt::format("by {} to {}", medium, printable(ticket.text("destination")));
        const std::string when = opened ? "typed " + time(ticket.number("opened")) : until(ticket.number("until"));
        add(lines, std::exchange(label, ""), fmt::format("{} {}, {}", ticket.text("type"), when, way),
            opened ? "it still goes on" : "in place of the password");
    }
    if (!label.empty()) {
        add(lines, label, "none that is still good");
    }
}

void Page::add_messages(Lines& lines) const {
    std::string_view label = "Messages";
    const std::vector<bus::Row> messages = told_.rows("messages");
    for (std::size_t i = 0; i < std::min(messages.size(), shown_messages); ++i) {
        const bus::Row& message = messages[i];
        const std::string state = message.text("state");
        const std::string why = message.text("why");
        std::string to_do;
        if (state == "deferred") {
            to_do = fmt::format("'loquetctl message retry {}'", message.number("number"));
        } else if (!why.empty()) {
            to_do = fmt::format("'loquetctl message show {}'", message.number("number"));
        }
        add(lines, std::exchange(label, ""),
            fmt::format("{} {}{} {} {}", time(message.number("created")), state, in_brackets(printable(why)),
                        printable(message.text("destination")), printable(message.text("text"))),
            to_do);
    }
    if (!label.empty()) {
        add(lines, label, "none");
    }
}

void Page::add_events(Lines& lines) const {
    std::string_view label = "Events";
    const std::uint64_t own = number("UID");
    for (const bus::Row& event : told_.rows("events")) {
        if (lines.size() == screen_lines) {
            return;
        }
        std::string line = time(event.number("time")) + ' ' + event.text("what");
        const std::string place = event.text("place");
        const std::string service = event.text("service");
        line += service.empty() ? "" : " " + printable(service);
        line += place.empty() || place == service ? "" : " at " + printable(place);
        if (const auto actor = event.find_number("actor"); actor && *actor != own && event.text("purpose").empty()) {
            line += " by " + name_of_user(*actor);
        }
        line += event.truth("granted") ? "" : " refused";
        const std::string detail = event.text("detail");
        add(lines, std::exchange(label, ""), line + in_brackets(printable(detail)));
    }
    const std::uint64_t since = told_.number("events_since");
    if (lines.size() < screen_lines && (since != 0 || !label.empty())) {
        add(lines, label, since == 0 ? "none" : "none else since " + time(since));
    }
}

Lines Page::lines() const {
    Lines lines{cut_to_width(verdict(), line_cells)};
    for (const std::string& advice : what_to_do()) {
        lines.push_back(cut_to_width(advice, line_cells));
    }
    lines.emplace_back();
    add(lines, "Account", account());
    add_password(lines);
    add(lines, "Login asks", printable(told_.text("login_asks")));
    add_services(lines);
    add_factors(lines);
    add_address(lines, "Mail", "MailMasked", "MailConfirmed");
    add_address(lines, "Phone", "PhoneMasked", "PhoneConfirmed");
    add_recovery(lines);
    add_codes(lines);
    add_messages(lines);
    add_events(lines);
    return lines;
}

Record record_of(const Properties& properties, const bus::Row& told, std::string verdict) {
    Record record{{{"verdict", "", std::move(verdict)},
                   {"login", "", told.text("login")},
                   {"login_until", "", as_time(told.number("login_until"))},
                   {"place_locked_until", "", as_time(told.number("place_locked_until"))},
                   {"known_places", "", told.truth("known_places")},
                   {"recovery", "", told.text("recovery")},
                   {"recovery_media", "", told.texts("recovery_media")},
                   {"login_asks", "", told.text("login_asks")}}};
    for (const Shown& item : shown) {
        Value value = property(properties, item.property);
        record.fields.push_back(
            {std::string(item.key), std::string(item.title), item.time ? as_time(value) : std::move(value)});
    }
    record.fields.push_back({"tickets", "", records_of(told.rows("tickets"), ticket_keys)});
    record.fields.push_back({"messages", "", records_of(told.rows("messages"), message_keys)});
    record.fields.push_back({"events", "", records_of(told.rows("events"), event_keys)});
    record.fields.push_back({"events_since", "", as_time(told.number("events_since"))});
    return record;
}

} // namespace

ExitCode show(Client& client, Output& output, const std::string& name) {
    client.let_polkit_ask();
    const std::string path = client.find_account(name);
    const bus::Message reply = client.call(client.request(path, protocol::account_interface, "Describe"));
    bus::Reader reader(reply.get());
    const bus::Row told = bus::Row::read(reader);
    const Properties properties = client.properties(path, protocol::account_interface);
    const Page page(properties, told, base::SystemClock().wall());
    if (output.form() == Output::Form::program) {
        output.show(record_of(properties, told, page.verdict()));
    } else {
        output.lines(page.lines());
    }
    return ExitCode::done;
}

} // namespace loquet::cli::account
