// SPDX-License-Identifier: LGPL-2.1-or-later
// loquetctl: the argument tree. What each verb does is in the file of its noun.
#include "cli/account.h"
#include "cli/helpdesk.h"
#include "cli/message.h"
#include "cli/plugin.h"
#include "cli/verbs.h"
#include "lib/base/text.h"

#include <CLI/CLI.hpp>

#include <clocale>
#include <cstdio>
#include <ctime>
#include <functional>
#include <string>
#include <vector>

namespace loquet::cli {

namespace {

struct Common {
    bool json = false;
    bool no_pager = false;
    std::string bus;
};

/// Everything that the command line can say. `run` is what the chosen verb does with it.
struct CommandLine {
    Common common;
    account::AddOptions add;
    account::ImportOptions import;
    account::ListOptions list;
    message::ListOptions messages;
    message::PreviewOptions preview;
    config::Files files;
    flow::WalkOptions walk;
    TryLoginOptions try_login;
    PasswdOptions passwd;
    std::string name;   ///< of the account or plugin that a verb is about
    std::string reason; ///< of a lock
    account::FactorRemoval removal;
    account::ResetOptions reset;
    helpdesk::VerifyOptions verify;
    helpdesk::ApproveOptions approve;
    std::uint64_t number = 0; ///< of a message
    std::function<ExitCode(Output&)> run;
};

/// `verb` with the service at hand.
template <class Verb>
auto with_service(CommandLine& line, Verb verb) {
    return [&line, verb] {
        line.run = [&line, verb](Output& output) {
            Client client(line.common.bus);
            return verb(client, output);
        };
    };
}

/// CLI11's own check names the largest double there is.
std::string positive(const std::string& number) {
    return number.find_first_not_of('0') == std::string::npos || number.front() == '-' ? "must be 1 or more" : "";
}

void add_password_fd(CLI::App& verb, std::optional<int>& fd, const char* help) {
    verb.add_option("--password-fd", fd, help)->check(CLI::NonNegativeNumber)->type_name("N");
}

void add_account_add(CLI::App& noun, CommandLine& line) {
    CLI::App* verb = noun.add_subcommand("add", "Create an account");
    verb->add_option("NAME", line.add.name, "Name to log in with")->required();
    verb->add_option("--display-name", line.add.display_name, "The person's name");
    verb->add_option("--mail", line.add.mail, "Mail address for messages");
    verb->add_option("--phone", line.add.phone, "Telephone number for messages, as +33123456789");
    verb->add_flag("--confirmed", line.add.confirmed,
                   "The addresses are the person's: codes that open the account may go there");
    verb->add_option("--shell", line.add.shell, "Login shell");
    verb->add_option("--home", line.add.home, "Home folder");
    verb->add_option("--organisation", line.add.organisation, "Organisation that the person belongs to");
    verb->add_option("--authorise", line.add.authorisations, "PAM service that the account may use; repeat it for more")
        ->type_name("SERVICE")
        ->allow_extra_args(false);
    add_password_fd(*verb, line.add.password_fd, "Read the password from this descriptor");
    verb->add_flag("--no-password", line.add.no_password, "Create the account without a password")
        ->excludes("--password-fd");
    verb->callback(with_service(line, [&line](Client& c, Output& o) { return account::add(c, o, line.add); }));
}

void add_account_import(CLI::App& noun, CommandLine& line) {
    CLI::App* verb = noun.add_subcommand("import", "Create accounts from lines of JSON");
    verb->add_option("FILE", line.import.file, "The file; - for standard input")->required();
    verb->add_flag("--dry-run", line.import.dry_run, "Show what would happen, without changing anything");
    verb->add_flag("--must-change", line.import.must_change, "Have imported passwords changed at the first login");
    verb->add_flag("--without-passwords", line.import.without_passwords, "Refuse lines with a password");
    verb->callback(with_service(line, [&line](Client& c, Output& o) { return account::import(c, o, line.import); }));
}

/// A verb that takes the name of an account and nothing else.
CLI::App* add_named(CLI::App& noun, const char* verb_name, const char* help, CommandLine& line,
                    ExitCode (*act)(Client&, Output&, const std::string&)) {
    CLI::App* verb = noun.add_subcommand(verb_name, help);
    verb->add_option("NAME", line.name, "The account")->required();
    verb->callback(with_service(line, [&line, act](Client& c, Output& o) { return act(c, o, line.name); }));
    return verb;
}

void add_reason(CLI::App& verb, std::string& reason) {
    verb.add_option("--reason", reason, "Why; kept in the audit log")
        ->required()
        ->type_name("TEXT")
        ->check([](const std::string& text) { return text.empty() ? "must not be empty" : ""; });
}

void add_account_factor(CLI::App& noun, CommandLine& line) {
    CLI::App* factor = noun.add_subcommand("factor", "Factors of an account")->require_subcommand(1);
    add_named(*factor, "list", "List the factors of an account", line, account::list_factors);
    CLI::App* remove = factor->add_subcommand("remove", "Remove a second factor, such as that of a lost telephone");
    remove->add_option("NAME", line.removal.name, "The account")->required();
    remove->add_option("FACTOR", line.removal.factor, "The factor, as 'account factor list' names it")->required();
    add_reason(*remove, line.removal.reason);
    remove->callback(
        with_service(line, [&line](Client& c, Output& o) { return account::remove_factor(c, o, line.removal); }));
}

void add_account_helpdesk(CLI::App& noun, CommandLine& line) {
    CLI::App* verify = noun.add_subcommand("verify", "Send a caller a code, and check what they read");
    verify->add_option("NAME", line.verify.account, "The account")->required();
    verify->add_option("--by", line.verify.by, "To which of the person's confirmed addresses")
        ->required()
        ->check(CLI::IsMember({"mail", "sms"}));
    verify->callback(with_service(line, [&line](Client& c, Output& o) { return helpdesk::verify(c, o, line.verify); }));
    CLI::App* approve =
        noun.add_subcommand("approve", "See and approve what another operator wants to do to an account");
    approve->add_option("NAME", line.approve.account, "The account")->required();
    approve->add_option("--request", line.approve.request, "Approve this one, without a question")
        ->type_name("NUMBER")
        ->check(positive);
    approve->callback(
        with_service(line, [&line](Client& c, Output& o) { return helpdesk::approve(c, o, line.approve); }));
}

void add_account(CLI::App& app, CommandLine& line) {
    CLI::App* noun = app.add_subcommand("account", "Accounts")->require_subcommand(1);
    add_account_add(*noun, line);
    add_account_import(*noun, line);

    CLI::App* list = noun->add_subcommand("list", "List accounts");
    list->add_option("--state", line.list.state, "Only accounts in this state")
        ->check(CLI::IsMember({"active", "locked", "disabled"}));
    list->add_option("--limit", line.list.limit, "Show at most this many")->check(positive);
    list->callback(with_service(line, [&line](Client& c, Output& o) { return account::list(c, o, line.list); }));

    add_named(*noun, "show", "Show one account: can it log in, what happened, what was sent", line, account::show);
    CLI::App* find = noun->add_subcommand("find", "Find accounts by mail address, telephone number or a person's name");
    find->add_option("TEXT", line.name, "A whole address or number, or words of the name")->required();
    find->callback(with_service(line, [&line](Client& c, Output& o) { return account::find(c, o, line.name); }));
    CLI::App* lock = noun->add_subcommand("lock", "Lock an account until it is unlocked");
    lock->add_option("NAME", line.name, "The account")->required();
    add_reason(*lock, line.reason);
    lock->callback(
        with_service(line, [&line](Client& c, Output& o) { return account::lock(c, o, line.name, line.reason); }));
    add_named(*noun, "confirm", "Say that the addresses of an account are its owner's", line, account::confirm);
    add_named(*noun, "unlock", "Unlock an account and forget its failed attempts", line, account::unlock);
    CLI::App* reset = noun->add_subcommand("reset", "Make the person choose a new password at the next login");
    reset->add_option("NAME", line.reset.name, "The account")->required();
    reset->add_option("--by", line.reset.by, "Send a code for it to the person's address, or show it, to be read out")
        ->check(CLI::IsMember({"mail", "sms", "code"}));
    reset->callback(with_service(line, [&line](Client& c, Output& o) { return account::reset(c, o, line.reset); }));
    add_account_factor(*noun, line);
    add_account_helpdesk(*noun, line);
}

/// A verb that takes the number of a message and nothing else.
void add_numbered(CLI::App& noun, const char* verb_name, const char* help, CommandLine& line,
                  ExitCode (*act)(Client&, Output&, std::uint64_t)) {
    CLI::App* verb = noun.add_subcommand(verb_name, help);
    verb->add_option("NUMBER", line.number, "The message, as 'message list' numbers it")->required()->check(positive);
    verb->callback(with_service(line, [&line, act](Client& c, Output& o) { return act(c, o, line.number); }));
}

void add_message_preview(CLI::App& noun, CommandLine& line) {
    CLI::App* verb = noun.add_subcommand("preview", "Show a text of the message catalogues, without the service");
    verb->add_option("ID", line.preview.id, "The text, as one_time_code.mail")->required();
    verb->add_option("--locale", line.preview.locale, "Language, as fr or fr_FR.UTF-8; English unless given");
    verb->add_option("--set", line.preview.values, "What a variable stands for; repeat it for more")
        ->type_name("NAME=VALUE")
        ->allow_extra_args(false);
    verb->add_option("--messages", line.preview.folders, "Read the catalogues here; repeat it for more, the last wins")
        ->type_name("FOLDER")
        ->allow_extra_args(false);
    verb->callback([&line] { line.run = [&line](Output& o) { return message::preview(o, line.preview); }; });
}

void add_message(CLI::App& app, CommandLine& line) {
    CLI::App* noun = app.add_subcommand("message", "Messages to people")->require_subcommand(1);
    CLI::App* list = noun->add_subcommand("list", "List messages and what became of them, oldest first");
    list->add_option("--account", line.messages.account, "Only messages to this account")
        ->type_name("NAME")
        ->check([](const std::string& name) { return name.empty() ? "must not be empty" : ""; });
    list->add_option("--state", line.messages.state, "Only messages in this state")
        ->check(CLI::IsMember({"queued", "sending", "sent", "deferred", "refused", "expired"}));
    list->add_option("--limit", line.messages.limit, "Show at most this many")->check(positive);
    list->callback(with_service(line, [&line](Client& c, Output& o) { return message::list(c, o, line.messages); }));
    add_numbered(*noun, "show", "Show one message", line, message::show);
    add_numbered(*noun, "retry", "Retry a deferred message now", line, message::retry);
    add_message_preview(*noun, line);
}

void add_plugin(CLI::App& app, CommandLine& line) {
    CLI::App* noun = app.add_subcommand("plugin", "Plugins")->require_subcommand(1);
    noun->add_subcommand("list", "List the plugins and their states")
        ->callback(with_service(line, [](Client& c, Output& o) { return plugin::list(c, o); }));
    CLI::App* check = noun->add_subcommand("check", "Test a plugin and its configuration, without the service");
    check->add_option("NAME", line.name, "The instance, as in /etc/loquet/plugins/NAME.toml")->required();
    check->callback([&line] { line.run = [&line](Output& output) { return plugin::check(output, line.name); }; });
}

void add_profiles(CLI::App& verb, CommandLine& line) {
    verb.add_option("--profiles", line.files.profiles, "Look for profiles here; repeat it for more")
        ->type_name("FOLDER")
        ->allow_extra_args(false);
}

void add_config(CLI::App& app, CommandLine& line) {
    CLI::App* noun = app.add_subcommand("config", "The configuration")->require_subcommand(1);
    CLI::App* check = noun->add_subcommand("check", "Check the configuration, without the service");
    check->add_option("--config", line.files.file, "Check this file and its drop-ins in place of those of the service")
        ->type_name("FILE");
    add_profiles(*check, line);
    check->add_option("--messages", line.files.messages, "Read the catalogues here; repeat it for more")
        ->type_name("FOLDER")
        ->allow_extra_args(false);
    check->callback([&line] { line.run = [&line](Output& o) { return config::check(o, line.files); }; });
    noun->add_subcommand("reload", "Put the changed configuration in force, or say what is wrong with it")
        ->callback(with_service(line, [](Client& c, Output& o) { return config::reload(c, o); }));
}

void add_flow(CLI::App& app, CommandLine& line) {
    CLI::App* noun = app.add_subcommand("flow", "What dialogs ask for")->require_subcommand(1);
    CLI::App* list = noun->add_subcommand("list", "List the flows and how strong they are, without the service");
    CLI::App* show = noun->add_subcommand("show", "Show a flow, and what standards say against it");
    show->add_option("NAME", line.name, "The flow, as 'flow list' names it: login, login.service.sudo")->required();
    CLI::App* walk =
        noun->add_subcommand("walk", "Walk a flow with a made-up account: what people see, and who is told apart");
    walk->add_option("PURPOSE", line.walk.purpose, "What the dialog is for: login, recover-password")->required();
    walk->add_option("--service", line.walk.service, "PAM service at which it begins")->type_name("NAME");
    walk->add_option("--as", line.walk.as,
                     "As a person of this kind: known, unknown, locked, locked-by-failures, disabled, no-secret, "
                     "no-address, unconfirmed, factors, expired; not given: as strangers, who are compared")
        ->type_name("KIND");
    walk->add_option("--language", line.walk.language, "Language of the dialogs, as fr_FR.UTF-8")->type_name("LOCALE");
    walk->add_option("--messages", line.files.messages, "Read the catalogues here; repeat it for more")
        ->type_name("FOLDER")
        ->allow_extra_args(false);
    for (CLI::App* verb : {list, show, walk}) {
        verb->add_option("--config", line.files.file,
                         "Read this file and its drop-ins in place of those of the service")
            ->type_name("FILE");
        add_profiles(*verb, line);
    }
    list->callback([&line] { line.run = [&line](Output& o) { return flow::list(o, line.files); }; });
    show->callback([&line] { line.run = [&line](Output& o) { return flow::show(o, line.files, line.name); }; });
    walk->callback([&line] { line.run = [&line](Output& o) -> ExitCode { flow::walk(o, line.files, line.walk); }; });
}

void add_top_level(CLI::App& app, CommandLine& line) {
    app.add_subcommand("status", "Show the state of the service, and how to fix what is wrong")
        ->callback(with_service(line, [](Client& c, Output& o) { return status(c, o); }));

    CLI::App* login =
        app.add_subcommand("try-login", "Simulate a login and show PAM's result (counts as a real attempt)");
    login->add_option("NAME", line.try_login.account, "The account")->required();
    login->add_option("--service", line.try_login.service, "PAM service to simulate")->capture_default_str();
    add_password_fd(*login, line.try_login.password_fd, "Read the answers from this descriptor, one a line");
    login->callback(with_service(line, [&line](Client& c, Output& o) { return try_login(c, o, line.try_login); }));

    CLI::App* factor = app.add_subcommand("enrol", "Set up a second factor, such as an authenticator application");
    factor->add_option("NAME", line.name, "The account; yours unless given");
    factor->callback(with_service(line, [&line](Client& c, Output& o) { return enrol(c, o, line.name); }));

    CLI::App* address = app.add_subcommand("change-address", "Change your mail address or telephone number");
    address->add_option("NAME", line.name, "The account; yours unless given");
    address->callback(with_service(line, [&line](Client& c, Output& o) { return change_address(c, o, line.name); }));

    CLI::App* change = app.add_subcommand("passwd", "Change a password");
    change->add_option("NAME", line.passwd.account, "The account; yours unless given");
    add_password_fd(*change, line.passwd.password_fd, "Read two lines from this descriptor: the current, the new");
    change->callback(with_service(line, [&line](Client& c, Output& o) { return passwd(c, o, line.passwd); }));
}

int complain(ExitCode code, const char* text) {
    std::fprintf(stderr, "loquetctl: %s\n", base::printable(text).c_str()); // NOLINT(cert-err33-c): nobody left to tell
    return static_cast<int>(code);
}

/// What stands where a command should; CLI11 only says that one is required. Empty where a command was found.
std::string wrong_command(const CLI::App& app) {
    const CLI::App* parent = &app;
    std::string words = app.get_name();
    while (!parent->get_subcommands().empty()) {
        parent = parent->get_subcommands().front();
        words += ' ' + parent->get_name();
    }
    if (parent->get_subcommands(std::function<bool(const CLI::App*)>()).empty()) {
        return {};
    }
    const std::vector<std::string> rest = app.remaining(true);
    return (rest.empty() ? "A command is missing after '" + words
                         : "'" + rest.front() + "' is not a command of '" + words)
           + "'. '" + words + " --help' lists them.";
}

int run(int argc, char** argv) {
    CommandLine line;
    CLI::App app("Administration of Loquet, the login of this machine", "loquetctl");
    app.add_flag("--json", line.common.json, "Write JSON, for programs");
    app.add_flag("--no-pager", line.common.no_pager, "Never start a pager");
    app.add_option("--bus", line.common.bus, "Bus address; the system bus unless given")->type_name("ADDRESS");
    app.set_version_flag("--version", LOQUET_VERSION);
    app.require_subcommand(1);
    app.fallthrough();
    add_account(app, line);
    add_message(app, line);
    add_plugin(app, line);
    add_config(app, line);
    add_flow(app, line);
    add_top_level(app, line);
    try {
        app.parse(argc, argv);
    } catch (const CLI::RequiredError& error) {
        const std::string wrong = wrong_command(app);
        if (!wrong.empty()) {
            return complain(ExitCode::usage, wrong.c_str());
        }
        (void)app.exit(error);
        return static_cast<int>(ExitCode::usage);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : static_cast<int>(ExitCode::usage);
    }
    Output output(line.common.json ? Output::Form::program : Output::Form::people, !line.common.no_pager);
    return static_cast<int>(line.run(output));
}

} // namespace

} // namespace loquet::cli

int main(int argc, char** argv) {
    using namespace loquet;
    ::tzset();
    try {
        return cli::run(argc, argv);
    } catch (const cli::UsageError& error) {
        return cli::complain(cli::ExitCode::usage, error.what());
    } catch (const base::Error& error) {
        return cli::complain(cli::exit_code_for(error.kind()), error.what());
    } catch (const std::exception& error) {
        return cli::complain(cli::ExitCode::failed, error.what());
    }
}
