// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/message.h"

#include "cli/message_pages.h"
#include "lib/base/error.h"
#include "lib/protocol/names.h"

#include <fmt/format.h>

#include <array>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

namespace loquet::cli::message {

namespace {

/// Rows name accounts by UID; a person knows them by name. Each is asked for once.
class AccountNames {
public:
    explicit AccountNames(Client& client) : client_(client) {}

    /// The UID itself for an account that is gone.
    const std::string& of(std::uint32_t uid) {
        const auto known = names_.find(uid);
        return known != names_.end() ? known->second : names_.emplace(uid, ask(uid)).first->second;
    }

private:
    std::string ask(std::uint32_t uid) {
        try {
            const std::string path = fmt::format("{}/{}", protocol::account_prefix, uid);
            return cell_text(property(client_.properties(path, protocol::account_interface), "Name"));
        } catch (const base::Error& error) {
            if (error.kind() != base::Error::Kind::not_found) {
                throw;
            }
            return fmt::to_string(uid);
        }
    }

    Client& client_;
    std::map<std::uint32_t, std::string> names_;
};

Record listed_record(const ListedMessage& message, AccountNames& names) {
    return {{{"number", "NUMBER", message.number},
             {"created", "WRITTEN", message.created},
             {"account", "ACCOUNT", names.of(message.account)},
             {"medium", "BY", message.medium},
             {"destination", "TO", message.destination},
             {"text", "TEXT", message.text},
             {"state", "STATE", message.state},
             {"why", "WHY", message.why},
             {"attempts", "ATTEMPTS", std::uint64_t{message.attempts}}}};
}

Record shown_record(const ListedMessage& message, AccountNames& names) {
    const bool waits = message.state == "queued" || message.state == "deferred";
    return {{{"number", "Number", message.number},
             {"account", "Account", names.of(message.account)},
             {"uid", "UID", std::uint64_t{message.account}},
             {"medium", "By", message.medium},
             {"destination", "To", message.destination},
             {"text", "Text", message.text},
             {"step", "Asked for by", message.step},
             {"state", "State", message.state},
             {"why", "Why", message.why},
             {"said", "The gateway said", message.said},
             {"channel", "Channel", message.channel},
             {"gateway_reference", "The gateway's name for it", message.gateway_reference},
             {"reference", "Our name for it", message.reference},
             {"attempts", "Attempts", std::uint64_t{message.attempts}},
             {"unknown", "Of unknown outcome", std::uint64_t{message.unknown}},
             {"created", "Written", message.created},
             {"changed", "In this state since", message.changed},
             {"due", "Next attempt", waits ? message.due : Value()},
             {"expires", "Good until", message.expires}}};
}

struct Reason {
    std::string_view why;
    std::string_view meaning;
};

constexpr std::array reasons{
    Reason{"budget:account", "The account's budget of a day is used up."},
    Reason{"budget:destination", "The budget of a day for this address or number is used up."},
    Reason{"budget:country", "The budget of a day for that country's numbers is used up."},
    Reason{"budget:place", "The budget of a day of the place where it was asked for is used up."},
    Reason{"budget:site", "The whole budget of a day is used up: see [outbox] in loquet.toml."},
    Reason{"no-address", "The account has no address for it."},
    Reason{"address", "No channel can send to the account's address: mend it."},
    Reason{"no-channel", "No channel is configured for it: see [outbox] in loquet.toml."},
    Reason{"too-many", "Too many messages were waiting already."},
    Reason{"gateway", "The gateway said so."},
    Reason{"no-answer", "The channel did not answer: 'loquetctl plugin list' says how it is."},
    Reason{"answer-lost", "It was handed over and the gateway's answer did not come: it may have arrived."},
    Reason{"restart", "The service ended while it was in hand: it may have arrived."},
    Reason{"void", "A later event, such as a new code or a change of the account, made it void."},
    Reason{"delivered", "It arrived, as its gateway reported later."},
    Reason{"delayed", "Its gateway reported later that it is still trying."},
    Reason{"bounced", "It was handed over and came back: the address or number is wrong, or takes nothing."},
    Reason{"unsendable", "It cannot be written: a text or a value is not one that can be sent."},
};

} // namespace

std::string explanation_of(std::string_view why) {
    for (const Reason& reason : reasons) {
        if (reason.why == why) {
            return std::string(reason.meaning);
        }
    }
    return {};
}

ExitCode list(Client& client, Output& output, const ListOptions& options) {
    client.let_polkit_ask();
    AccountNames names(client);
    MessagePages pages(client, {options.account, options.state, 0, options.limit});
    for (std::vector<ListedMessage> page = pages.next(); !page.empty(); page = pages.next()) {
        std::vector<Record> records;
        records.reserve(page.size());
        for (const ListedMessage& message : page) {
            records.push_back(listed_record(message, names));
        }
        output.rows(records);
    }
    output.end_list(options.account.empty() && options.state.empty() ? "There are no messages."
                                                                     : "There is no such message.");
    return ExitCode::done;
}

ExitCode show(Client& client, Output& output, std::uint64_t number) {
    client.let_polkit_ask();
    const std::vector<ListedMessage> found = MessagePages(client, {{}, {}, number - 1, 1}).next();
    if (found.empty() || found.front().number != number) {
        throw base::Error(base::Error::Kind::not_found,
                          fmt::format("There is no message {}: it never was, or it is too old.", number));
    }
    AccountNames names(client);
    output.show(shown_record(found.front(), names));
    if (const std::string meaning = explanation_of(found.front().why);
        output.form() == Output::Form::people && !meaning.empty()) {
        output.advise(std::array{meaning});
    }
    return ExitCode::done;
}

ExitCode retry(Client& client, Output& output, std::uint64_t number) {
    client.let_polkit_ask();
    const bus::Message request = client.request(protocol::root_path, protocol::manager_interface, "RetryMessage");
    bus::Writer(request.get()).u64(number);
    (void)client.call(request);
    output.done(fmt::format("Message {0} is tried now. 'loquetctl message show {0}' says what became of it.", number),
                {{{"message", "", number}, {"done", "", std::string("RetryMessage")}}});
    return ExitCode::done;
}

} // namespace loquet::cli::message
