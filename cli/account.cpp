// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/account.h"

#include "cli/answerer.h"
#include "cli/client.h"
#include "cli/helpdesk.h"
#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/base/text.h"
#include "lib/bus/message.h"
#include "lib/bus/object_tree.h"
#include "lib/protocol/names.h"
#include "lib/protocol/sealed_texts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace loquet::cli::account {

AccountPages::AccountPages(Client& client, std::string state, std::uint64_t limit)
    : client_(client), state_(std::move(state)), left_(limit == 0 ? std::numeric_limits<std::uint64_t>::max() : limit) {
}

bus::Message AccountPages::request(std::uint32_t count) {
    bus::Message message = client_.request(protocol::root_path, protocol::manager_interface, "ListAccounts");
    bus::Writer writer(message.get());
    writer.text(after_).u32(count).array("{sv}", [&] {
        if (!state_.empty()) {
            writer.entry("state", state_);
        }
    });
    return message;
}

std::vector<ListedAccount> AccountPages::next() {
    std::vector<ListedAccount> page;
    // A page may be empty before the end: the service may have looked at a pageful and found none in that state.
    while (more_ && left_ > 0 && page.empty()) {
        const auto count = static_cast<std::uint32_t>(std::min<std::uint64_t>(left_, limits::accounts_per_page));
        const bus::Message reply = client_.call(request(count));
        bus::Reader reader(reply.get());
        for (const bus::Row& row : bus::read_rows(reader, limits::accounts_per_page)) {
            page.push_back(
                {row.text("path"), row.text("name"), static_cast<std::uint32_t>(row.number("uid")), row.text("state")});
        }
        std::string after(reader.text(limits::account_name_bytes));
        if (!after.empty() && after == after_) {
            throw base::Error(base::Error::Kind::internal, "the service's list of accounts does not come to an end");
        }
        after_ = std::move(after);
        more_ = !after_.empty();
    }
    page.resize(static_cast<std::size_t>(std::min<std::uint64_t>(page.size(), left_)));
    left_ -= page.size();
    return page;
}

namespace {

Record listed_record(const ListedAccount& account) {
    return {{{"name", "NAME", account.name},
             {"uid", "UID", std::uint64_t{account.uid}},
             {"state", "STATE", account.state}}};
}

/// A method of the account's object with at most one text; says `sentence` when it was done.
template <class Write>
ExitCode act(Client& client, Output& output, const std::string& name, const char* member, std::string_view sentence,
             Write write) {
    client.let_polkit_ask();
    const std::string path = client.find_account(name);
    const bus::Message request = client.request(path, protocol::account_interface, member);
    bus::Writer writer(request.get());
    write(writer);
    (void)client.call(request);
    output.done(fmt::format(fmt::runtime(sentence), base::printable(name)),
                {{{"account", "", name}, {"done", "", std::string(member)}}});
    return ExitCode::done;
}

/// What the caller may see of the account; nothing where that is not their business.
Properties visible_properties(Client& client, const std::string& name) {
    try {
        return client.properties(client.find_account(name), protocol::account_interface);
    } catch (const base::Error&) {
        return {};
    }
}

/// A reset ends locks by failures; one by an administrator stays, and who called must hear of it.
void say_where_it_stays_shut(Client& client, Output& output, const std::string& name) {
    if (output.form() != Output::Form::people) {
        return;
    }
    const Properties account = visible_properties(client, name);
    const std::string state = cell_text(property(account, "State"));
    const std::string reason = base::printable(cell_text(property(account, "LockReason")));
    const std::string why = reason.empty() ? "" : " (" + reason + ")";
    if (state == "locked") {
        output.advise(std::vector{fmt::format("the account stays locked{}: 'loquetctl account unlock {}' unlocks it",
                                              why, base::printable(name))});
    } else if (state == "disabled") {
        output.advise(std::vector{fmt::format("the account stays disabled{}: an administrator has to enable it", why)});
    }
}

} // namespace

ExitCode list(Client& client, Output& output, const ListOptions& options) {
    client.let_polkit_ask();
    AccountPages pages(client, options.state, options.limit);
    for (std::vector<ListedAccount> page = pages.next(); !page.empty(); page = pages.next()) {
        std::vector<Record> records;
        records.reserve(page.size());
        for (const ListedAccount& account : page) {
            records.push_back(listed_record(account));
        }
        output.rows(records);
    }
    output.end_list(options.state.empty() ? "There are no accounts yet. 'loquetctl account add NAME' creates one."
                                          : "No account is in that state.");
    return ExitCode::done;
}

ExitCode find(Client& client, Output& output, const std::string& text) {
    client.let_polkit_ask();
    const bus::Message request = client.request(protocol::root_path, protocol::manager_interface, "SearchAccounts");
    bus::Writer(request.get()).text(text);
    const bus::Message reply = client.call(request);
    bus::Reader reader(reply.get());
    std::vector<Record> records;
    for (const bus::Row& row : bus::read_rows(reader, limits::found_accounts)) {
        records.push_back({{{"name", "NAME", row.text("name")},
                            {"display_name", "DISPLAY NAME", row.text("display_name")},
                            {"organisation", "ORGANISATION", row.text("organisation")},
                            {"state", "STATE", row.text("state")},
                            {"mail", "MAIL", row.text("mail")},
                            {"phone", "PHONE", row.text("phone")},
                            {"uid", "UID", row.number("uid")}}});
    }
    const bool more = reader.boolean();
    output.rows(records);
    output.end_list("Nobody was found: a mail address or a number has to be the whole one on record.");
    if (more && output.form() == Output::Form::people) {
        output.advise(std::vector<std::string>{"There are more: say more of the name."});
    }
    return ExitCode::done;
}

ExitCode lock(Client& client, Output& output, const std::string& name, const std::string& reason) {
    return act(client, output, name, "Lock", "The account {0} is locked. 'loquetctl account unlock {0}' unlocks it.",
               [&](bus::Writer& writer) { writer.text(reason); });
}

ExitCode unlock(Client& client, Output& output, const std::string& name) {
    return act(client, output, name, "Unlock", "The account {0} is unlocked, and its failed attempts are cleared.",
               [](bus::Writer&) {});
}

ExitCode confirm(Client& client, Output& output, const std::string& name) {
    return act(client, output, name, "ConfirmAddresses",
               "The addresses of {0} are confirmed: a forgotten password can be replaced with a code that goes there.",
               [](bus::Writer&) {});
}

ExitCode reset(Client& client, Output& output, const ResetOptions& options) {
    if (options.by == "code") {
        return helpdesk::read_out_code(client, output, options.name);
    }
    const std::string_view sentence =
        options.by.empty() ? "{0} must choose a new password at the next login. Failed attempts are cleared."
                           : "A code goes to the address of {0} now, unless it went there less than a minute ago or "
                             "six times already. "
                             "Tell the caller: \"Type your name at the login prompt, then the code in place of the "
                             "password, and choose "
                             "a new one. Tell the code to nobody, not to me either.\" 'loquetctl message list "
                             "--account {0}' says what "
                             "became of it.";
    const ExitCode done = act(client, output, options.name, "StartReset", sentence, [&](bus::Writer& writer) {
        writer.array("{sv}", [&] {
            if (!options.by.empty()) {
                writer.entry("by", options.by);
            }
        });
    });
    say_where_it_stays_shut(client, output, options.name);
    return done;
}

ExitCode list_factors(Client& client, Output& output, const std::string& name) {
    client.let_polkit_ask();
    const std::string path = client.find_account(name);
    const Value factors = property(client.properties(path, protocol::account_interface), "Factors");
    std::vector<Record> records;
    if (const auto* names = std::get_if<std::vector<std::string>>(&factors)) {
        for (const std::string& factor : *names) {
            records.push_back({{{"factor", "FACTOR", factor}}});
        }
    }
    output.rows(records);
    output.end_list("The account has no factor. 'loquetctl passwd NAME' gives it a password.");
    return ExitCode::done;
}

ExitCode remove_factor(Client& client, Output& output, const FactorRemoval& removal) {
    const std::string sentence = "The account {0} no longer has the factor " + base::printable(removal.factor) + ".";
    return act(client, output, removal.name, "RemoveFactor", sentence,
               [&](bus::Writer& writer) { writer.text(removal.factor).text(removal.reason); });
}

namespace {

std::optional<base::Secret> password_of(const AddOptions& options) {
    if (options.no_password) {
        return std::nullopt;
    }
    if (options.password_fd) {
        std::vector<base::Secret> lines = read_password_lines(*options.password_fd, 1);
        return std::move(lines.front());
    }
    return ask_for_new_password();
}

void write_properties(bus::Writer& writer, const AddOptions& options) {
    const std::array<std::pair<const char*, const std::string*>, 7> texts{{
        {"name", &options.name},
        {"display_name", &options.display_name},
        {"mail", &options.mail},
        {"phone", &options.phone},
        {"shell", &options.shell},
        {"home", &options.home},
        {"organisation", &options.organisation},
    }};
    for (const auto& [key, text] : texts) {
        if (!text->empty()) {
            writer.entry(key, *text);
        }
    }
    if (options.confirmed) {
        writer.entry("confirmed", true);
    }
    if (!options.authorisations.empty()) {
        writer.entry("authorisations", "as", [&] { writer.texts(options.authorisations); });
    }
}

struct NewAccount {
    std::uint64_t uid = 0;
    Value name;          ///< as the account has it; nothing where that cannot be read
    std::string mention; ///< the account in a sentence
};

/// What was done is no failure, whatever can be read of it: a service that ends now is believed to have taken the name
/// as it was typed, and a caller who may create accounts need not be permitted to read them.
NewAccount created_at(Client& client, const std::string& path, const std::string& typed) {
    NewAccount created;
    created.uid = bus::ObjectTree<std::uint64_t>{protocol::account_prefix}.require(path);
    std::string why_not;
    try {
        created.name = property(client.properties(path, protocol::account_interface), "Name");
    } catch (const base::Error& error) {
        if (error.kind() == base::Error::Kind::unavailable) {
            created.name = typed;
        }
        why_not = error.what();
    }
    created.mention =
        std::holds_alternative<std::monostate>(created.name)
            ? fmt::format("The account with the UID {} was created. Its name cannot be read: {}", created.uid, why_not)
            : fmt::format("The account {} (UID {}) was created.", cell_text(created.name), created.uid);
    return created;
}

} // namespace

ExitCode add(Client& client, Output& output, const AddOptions& options) {
    protocol::Answers answers;
    if (std::optional<base::Secret> password = password_of(options)) {
        answers.push_back(std::move(*password));
    }
    client.let_polkit_ask();
    const bus::Message request = client.request(protocol::root_path, protocol::manager_interface, "CreateAccount");
    bus::Writer writer(request.get());
    writer.array("{sv}", [&] {
        write_properties(writer, options);
        if (!answers.empty()) {
            const base::Fd sealed = protocol::seal_answers(answers);
            writer.entry("password", "h", [&] { writer.fd(sealed.get()); });
        }
    });
    const bus::Message reply = client.call(request);
    const std::string path = bus::Reader(reply.get()).object_path();
    const NewAccount created = created_at(client, path, options.name);
    output.done(created.mention + (answers.empty() ? " It has no password: nobody can log in to it yet." : ""),
                {{{"account", "", created.name}, {"uid", "", created.uid}}});
    return ExitCode::done;
}

} // namespace loquet::cli::account
