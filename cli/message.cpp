// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/message.h"

#include "cli/client.h"
#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/base/text.h"
#include "lib/bus/message.h"
#include "lib/messages/catalogue.h"
#include "lib/protocol/names.h"
#include "lib/sms/gsm7.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace loquet::cli::message {

namespace {

/// A row of Manager.ListMessages (docs/bus.md); times are "nothing" where the service says 0.
struct ListedMessage {
    std::uint64_t number = 0;
    std::string state;
    std::string medium;
    std::uint32_t account = 0; ///< UID
    std::string destination;   ///< masked
    std::string text;          ///< id in the message catalogues
    std::string step;
    std::string why;
    std::string said;
    std::string channel;
    std::string gateway_reference;
    std::string reference;
    std::uint32_t attempts = 0;
    std::uint32_t unknown = 0;
    Value created;
    Value changed;
    Value due;
    Value expires;
};

/// The service's messages to people, a page at a time, so that neither side ever holds all of them.
class MessagePages {
public:
    struct Question {
        std::string account;     ///< empty: of all
        std::string state;       ///< empty: in any
        std::uint64_t after = 0; ///< only those with a number above
        std::uint64_t limit = 0; ///< 0: all of them
    };
    MessagePages(Client& client, Question question);

    /// The next page, oldest first; empty when there are no more.
    [[nodiscard]] std::vector<ListedMessage> next();

private:
    [[nodiscard]] bus::Message request(std::uint32_t count);

    Client& client_;
    Question question_;
    std::uint64_t left_;
    bool more_ = true;
};

namespace {

Value time_of(const bus::Row& row, std::string_view key) {
    const std::uint64_t microseconds = row.number(key);
    return microseconds == 0 ? Value() : base::Milliseconds(static_cast<std::int64_t>(microseconds / 1000));
}

ListedMessage message_of(const bus::Row& row) {
    ListedMessage message;
    message.number = row.number("number");
    message.state = row.text("state");
    message.medium = row.text("medium");
    message.account = static_cast<std::uint32_t>(row.number("account"));
    message.destination = row.text("destination");
    message.text = row.text("text");
    message.step = row.text("step");
    message.why = row.text("why");
    message.said = row.text("said");
    message.channel = row.text("channel");
    message.gateway_reference = row.text("gateway_reference");
    message.reference = row.text("reference");
    message.attempts = static_cast<std::uint32_t>(row.number("attempts"));
    message.unknown = static_cast<std::uint32_t>(row.number("unknown"));
    message.created = time_of(row, "created");
    message.changed = time_of(row, "changed");
    message.due = time_of(row, "due");
    message.expires = time_of(row, "expires");
    return message;
}

} // namespace

MessagePages::MessagePages(Client& client, Question question)
    : client_(client), question_(std::move(question)),
      left_(question_.limit == 0 ? std::numeric_limits<std::uint64_t>::max() : question_.limit) {}

bus::Message MessagePages::request(std::uint32_t count) {
    bus::Message message = client_.request(protocol::root_path, protocol::manager_interface, "ListMessages");
    bus::Writer writer(message.get());
    writer.u64(question_.after).u32(count).array("{sv}", [&] {
        if (!question_.account.empty()) {
            writer.entry("account", question_.account);
        }
        if (!question_.state.empty()) {
            writer.entry("state", question_.state);
        }
    });
    return message;
}

std::vector<ListedMessage> MessagePages::next() {
    std::vector<ListedMessage> page;
    // A page may be empty before the end: the service looks at so many and finds none that fits.
    while (more_ && left_ > 0 && page.empty()) {
        const auto count = static_cast<std::uint32_t>(std::min<std::uint64_t>(left_, limits::messages_per_page));
        const bus::Message reply = client_.call(request(count));
        bus::Reader reader(reply.get());
        for (const bus::Row& row : bus::read_rows(reader, limits::messages_per_page)) {
            page.push_back(message_of(row));
        }
        const std::uint64_t next = reader.u64();
        if (next != 0 && next <= question_.after) {
            throw base::Error(base::Error::Kind::internal, "the service's list of messages does not come to an end");
        }
        question_.after = next;
        more_ = next != 0;
    }
    page.resize(static_cast<std::size_t>(std::min<std::uint64_t>(page.size(), left_)));
    left_ -= page.size();
    return page;
}

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
             {"gateway_reference", "Gateway reference", message.gateway_reference},
             {"reference", "Reference", message.reference},
             {"attempts", "Attempts", std::uint64_t{message.attempts}},
             {"unknown", "Unconfirmed", std::uint64_t{message.unknown}},
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
    Reason{"unconfirmed", "Nobody has shown that the address is the owner's: 'loquetctl account confirm' does."},
    Reason{"held",
           "The address was confirmed a short while ago for a caller whom nobody verified: its hours are not over."},
    Reason{"address", "No channel can send to the account's address."},
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
        throw base::Error(
            base::Error::Kind::not_found,
            fmt::format("There is no message {}: the number is unknown, or the message is no longer kept.", number));
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

namespace {

using messages::Catalogue;
using messages::Variables;

Variables samples(const std::vector<std::string>& accepted) {
    Variables variables;
    for (const std::string& name : accepted) {
        variables.emplace_back(name, '<' + name + '>');
    }
    return variables;
}

void set(Variables& variables, const std::string& assignment, const std::string& id) {
    const std::size_t end = assignment.find('=');
    if (end == std::string::npos) {
        throw UsageError(fmt::format("'{}' gives no value; accepted is NAME=VALUE.", base::printable(assignment)));
    }
    const std::string name = assignment.substr(0, end);
    const auto variable =
        std::find_if(variables.begin(), variables.end(), [&](const auto& known) { return known.first == name; });
    if (variable == variables.end()) {
        std::vector<std::string> names(variables.size());
        std::transform(variables.begin(), variables.end(), names.begin(), [](const auto& v) { return v.first; });
        throw UsageError(fmt::format("{} has no variable '{}'; accepted: {}.", id, base::printable(name),
                                     names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "))));
    }
    variable->second = assignment.substr(end + 1);
}

/// Texts that are sent end in the medium's name; notices go by any.
bool is_sent_by(std::string_view medium, std::string_view id) {
    return id.starts_with("notice.") || id.substr(id.rfind('.') + 1) == medium;
}

void append_sms_size(Record& record, const std::string& text) {
    const sms::SmsSize size = sms::size_of_sms(text);
    record.fields.push_back({"alphabet", "Alphabet", std::string(size.gsm7 ? "GSM-7" : "UCS-2")});
    record.fields.push_back({"units", "Length", std::uint64_t{size.units}});
    record.fields.push_back({"segments", "Billed as", std::uint64_t{size.segments}});
    if (const std::string plain = sms::transliterated(text); plain != text && sms::size_of_sms(plain).gsm7) {
        record.fields.push_back(
            {"segments_transliterated", "Transliterated, as", std::uint64_t{sms::size_of_sms(plain).segments}});
    }
}

} // namespace

ExitCode preview(Output& output, const PreviewOptions& options) {
    const Catalogue catalogue = Catalogue::load(options.folders.empty() ? messages::usual_folders() : options.folders);
    if (!catalogue.has(options.id)) {
        throw base::Error(base::Error::Kind::not_found,
                          fmt::format("No message catalogue has '{}'.", base::printable(options.id)));
    }
    const std::vector<std::string> accepted = catalogue.accepted(options.id);
    Variables variables = samples(accepted);
    for (const std::string& assignment : options.values) {
        set(variables, assignment, options.id);
    }
    const std::string text = catalogue.render(options.locale, options.id, variables);
    Record record{{{"id", "Text", options.id}, {"variables", "Variables", accepted}}};
    if (is_sent_by("mail", options.id)) {
        record.fields.push_back({"subject", "Subject", mail_subject(catalogue, options.locale, options.id)});
    }
    record.fields.push_back({"text", "Reads", text});
    if (is_sent_by("sms", options.id)) {
        append_sms_size(record, text);
    }
    if (output.form() == Output::Form::program) {
        record.fields.push_back({"complaints", "", catalogue.complaints()});
    }
    output.show(record);
    if (output.form() == Output::Form::people) {
        output.advise(catalogue.complaints());
    }
    return catalogue.complaints().empty() ? ExitCode::done : ExitCode::failed;
}

} // namespace loquet::cli::message
