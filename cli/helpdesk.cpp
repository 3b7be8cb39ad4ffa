// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/helpdesk.h"

#include "cli/terminal.h"
#include "lib/base/error.h"
#include "lib/base/file.h"
#include "lib/base/limits.h"
#include "lib/base/text.h"
#include "lib/bus/message.h"
#include "lib/protocol/names.h"
#include "lib/protocol/sealed_texts.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <string_view>
#include <utility>
#include <vector>

namespace loquet::cli::helpdesk {

namespace {

using base::Error;

bus::Message account_request(Client& client, const std::string& account, const char* member) {
    client.let_polkit_ask();
    return client.request(client.find_account(account), protocol::account_interface, member);
}

constexpr std::size_t group_digits = 4;

/// "1234 5678" between the two texts, and a line end.
base::Secret line_with(std::string_view before, const base::Secret& code, std::string_view behind) {
    base::SecureBytes line(before.begin(), before.end());
    std::size_t digits = 0;
    for (const char digit : code.reveal()) {
        if (digits != 0 && digits % group_digits == 0) {
            line.push_back(' ');
        }
        line.push_back(static_cast<std::uint8_t>(digit));
        ++digits;
    }
    line.insert(line.end(), behind.begin(), behind.end());
    line.push_back('\n');
    return base::Secret(std::move(line));
}

} // namespace

ExitCode read_out_code(Client& client, Output& output, const std::string& account) {
    const bus::Message request = account_request(client, account, "IssueCode");
    const bus::Message reply = client.call(request);
    const base::Fd memory = bus::Reader(reply.get()).fd();
    const protocol::Answers answers = protocol::open_answers(memory.get());
    if (answers.size() != 1) {
        throw Error(Error::Kind::internal, "The service gave no code. Look at its journal.");
    }
    const bool people = output.form() == Output::Form::people;
    const std::string name = base::printable(account);
    const base::Secret line = people ? line_with(fmt::format("Code for {}: ", name), answers.front(), "")
                                     : line_with(R"({"code":")", answers.front(), R"("})");
    base::write_all(STDOUT_FILENO, line.reveal());
    if (people) {
        output.advise(std::vector<std::string>{
            "Read to the caller: \"Type your name at the login prompt, then this code in place of the password, and "
            "choose "
            "a new one. The code can be used once, within 30 minutes. Tell it to nobody else.\"",
            fmt::format("The owner of {} gets a notice.", name)});
    }
    return ExitCode::done;
}

namespace {

constexpr const char* question = "Code that the caller reads: ";

/// Blanks stay: the service passes over them.
std::optional<base::Secret> typed_code(std::optional<Terminal>& terminal) {
    if (terminal) {
        return terminal->ask(question, true);
    }
    const base::Secret input = base::read_secret(STDIN_FILENO, limits::answer_bytes + 1);
    const std::string_view text = input.reveal();
    return base::Secret(text.substr(0, text.find('\n')));
}

void confirm(Client& client, const std::string& account, base::Secret code) {
    protocol::Answers answers;
    answers.push_back(std::move(code));
    const base::Fd sealed = protocol::seal_answers(answers);
    const bus::Message request = account_request(client, account, "ConfirmCaller");
    bus::Writer(request.get()).fd(sealed.get());
    (void)client.call(request);
}

} // namespace

ExitCode verify(Client& client, Output& output, const VerifyOptions& options) {
    const bus::Message request = account_request(client, options.account, "VerifyCaller");
    bus::Writer(request.get()).text(options.by);
    (void)client.call(request);
    std::optional<Terminal> terminal = ::isatty(STDIN_FILENO) != 0 ? Terminal::open() : std::nullopt;
    if (output.form() == Output::Form::people) {
        output.advise(std::vector<std::string>{"A code is on its way to the address on record. Tell the caller: \"Read "
                                               "me the code that you have just been sent. "
                                               "It only tells me that it is you, and opens nothing.\""});
    }
    for (std::uint32_t tries = limits::caller_tries;;) {
        std::optional<base::Secret> code = typed_code(terminal);
        if (!code || code->empty()) {
            throw Error(Error::Kind::invalid, "No code was given: the caller is not verified.");
        }
        try {
            confirm(client, options.account, std::move(*code));
            break;
        } catch (const Error& error) {
            if (!terminal || error.kind() != Error::Kind::denied || --tries == 0) {
                throw;
            }
            terminal->say(error.what());
        }
    }
    output.done(
        fmt::format("The caller is verified as {}: for ten minutes you may give them a code ('loquetctl account reset "
                    "{} --by code'), remove a factor or confirm addresses.",
                    base::printable(options.account), base::printable(options.account)),
        {{{"account", "", options.account}, {"verified", "", true}}});
    return ExitCode::done;
}

namespace {

struct Request {
    std::uint64_t number = 0;
    std::string sentence;
};

std::string act_in_words(const std::string& what, const std::string& detail) {
    if (what == "code-read-out") {
        return "read out a code for a new password";
    }
    if (what == "factor-removed") {
        return "remove the factor " + base::printable(detail);
    }
    if (what == "addresses-confirmed") {
        return "confirm the addresses";
    }
    if (what == "reset-by-mail" || what == "reset-by-sms") {
        return "send a code for a new password by " + what.substr(what.rfind('-') + 1);
    }
    return what == "reset" ? "have the person choose a new password" : base::printable(what);
}

std::vector<Request> waiting_for(Client& client, const std::string& account) {
    const bus::Message reply = client.call(account_request(client, account, "ListActs"));
    bus::Reader reader(reply.get());
    std::vector<Request> waiting;
    for (const bus::Row& row : bus::read_rows(reader, limits::acts_per_account)) {
        if (row.text("state") == "requested") {
            const std::string name = row.text("actor_name");
            const std::uint64_t uid = row.number("actor");
            waiting.push_back(
                {row.number("number"),
                 fmt::format("{} (UID {}) wants to {} of {}.", name.empty() ? "Somebody" : base::printable(name), uid,
                             act_in_words(row.text("what"), row.text("detail")), base::printable(account))});
        }
    }
    return waiting;
}

bool is_yes(const std::optional<base::Secret>& answer) {
    return answer && !answer->empty() && std::tolower(static_cast<unsigned char>(answer->reveal().front())) == 'y';
}

void approve_one(Client& client, Output& output, const std::string& account, const Request& wanted) {
    const bus::Message request = account_request(client, account, "ApproveAct");
    bus::Writer(request.get()).u64(wanted.number);
    (void)client.call(request);
    output.done(fmt::format("Approved: {} They repeat the command within 30 minutes.", wanted.sentence),
                {{{"account", "", account}, {"request", "", wanted.number}, {"done", "", std::string("ApproveAct")}}});
}

} // namespace

ExitCode approve(Client& client, Output& output, const ApproveOptions& options) {
    const std::vector<Request> waiting = waiting_for(client, options.account);
    if (options.request) {
        const auto found = std::ranges::find(waiting, *options.request, &Request::number);
        const Request unknown{*options.request, fmt::format("request {}.", *options.request)};
        approve_one(client, output, options.account, found == waiting.end() ? unknown : *found);
        return ExitCode::done;
    }
    if (waiting.empty()) {
        throw Error(Error::Kind::not_found,
                    "Nothing waits for a second person for this account. Who wants something runs "
                    "the command first, and you approve it within 30 minutes.");
    }
    std::optional<Terminal> terminal = Terminal::open();
    std::size_t approved = 0;
    for (const Request& request : waiting) {
        if (!terminal) {
            throw UsageError(fmt::format("Request {}: {} Give --request {} to approve it.", request.number,
                                         request.sentence, request.number));
        }
        terminal->say(request.sentence);
        if (is_yes(terminal->ask("Do you know why, and approve it? [y/N] ", true))) {
            approve_one(client, output, options.account, request);
            ++approved;
        }
    }
    return approved > 0 ? ExitCode::done : ExitCode::failed;
}

} // namespace loquet::cli::helpdesk
