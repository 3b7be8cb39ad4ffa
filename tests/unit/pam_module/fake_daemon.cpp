// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/unit/pam_module/fake_daemon.h"

#include "lib/base/limits.h"
#include "lib/protocol/names.h"
#include "lib/protocol/sealed_texts.h"
#include "lib/protocol/turn_wire.h"

#include <exception>
#include <utility>

namespace loquet::tests {

using protocol::Ask;
using protocol::Denied;
using protocol::Granted;
using protocol::PromptStyle;
using protocol::Reason;
using protocol::Turn;

namespace {

constexpr int new_password_tries = 3;
constexpr std::size_t shortest_new_password = 8;

Turn ask(std::vector<protocol::Prompt> prompts) {
    return Ask{std::move(prompts)};
}

Turn ask_new_password(std::vector<protocol::Prompt> before) {
    const auto role = protocol::PromptRole::new_password;
    before.push_back({PromptStyle::secret, "new_password", "New password: ", role});
    before.push_back({PromptStyle::secret, "new_password_again", "Repeat it: ", role});
    return Ask{std::move(before)};
}

Turn deny(Reason reason) {
    return Denied{reason, {}, {"Name or password are wrong."}};
}

std::vector<std::string> revealed(const protocol::Answers& answers) {
    std::vector<std::string> texts;
    for (const base::Secret& answer : answers) {
        texts.emplace_back(answer.reveal());
    }
    return texts;
}

void read_begin(bus::Reader& reader, Request& request) {
    request.purpose = reader.text(limits::client_field_bytes);
    request.account = reader.text(limits::typed_name_bytes);
    reader.dictionary(64, [&](const std::string& key, std::string_view signature) {
        if (signature == "s") {
            request.facts[key] = reader.text(limits::client_field_bytes);
        } else if (signature == "u") {
            request.facts[key] = std::to_string(reader.u32());
        } else if (signature == "b") {
            request.facts[key] = reader.boolean() ? "yes" : "no";
        } else if (signature == "h") {
            const base::Fd fd = reader.fd();
            request.token = revealed(protocol::open_answers(fd.get())).at(0);
        } else {
            return false;
        }
        return true;
    });
}

} // namespace

FakeDaemon::FakeDaemon(std::string address) : address_(std::move(address)) {
    start();
}

FakeDaemon::~FakeDaemon() {
    stop();
}

void FakeDaemon::start() {
    loop_ = std::make_unique<bus::Loop>();
    connection_.emplace(bus::Connection::at(address_));
    connection_->add_filter(received, this);
    connection_->own_name(protocol::bus_name);
    connection_->attach(*loop_);
    thread_ = std::thread([this] { loop_->run(); });
}

void FakeDaemon::stop() {
    if (thread_.joinable()) {
        loop_->post([this] { loop_->stop(); });
        thread_.join();
    }
    connection_.reset();
    loop_.reset();
    const std::lock_guard lock(mutex_);
    talks_.clear();
}

void FakeDaemon::add(const std::string& name, Person person) {
    const std::lock_guard lock(mutex_);
    people_[name] = std::move(person);
}

void FakeDaemon::intercept(std::function<std::optional<Reaction>(const Request&)> hook) {
    const std::lock_guard lock(mutex_);
    hook_ = std::move(hook);
}

std::vector<std::string> FakeDaemon::calls() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> members;
    for (const Request& request : requests_) {
        members.push_back(request.member);
    }
    return members;
}

Request FakeDaemon::request(std::size_t number) const {
    const std::lock_guard lock(mutex_);
    return requests_.at(number);
}

int FakeDaemon::failures(const std::string& name) const {
    const std::lock_guard lock(mutex_);
    const auto found = failures_.find(name);
    return found == failures_.end() ? 0 : found->second;
}

std::string FakeDaemon::password_of(const std::string& name) const {
    const std::lock_guard lock(mutex_);
    return people_.at(name).password;
}

int FakeDaemon::received(sd_bus_message* message, void* self, sd_bus_error* /*error*/) noexcept {
    const char* interface = sd_bus_message_get_interface(message);
    if (sd_bus_message_is_method_call(message, nullptr, nullptr) <= 0 || interface == nullptr
        || !std::string_view(interface).starts_with(protocol::bus_name)) {
        return 0;
    }
    try {
        static_cast<FakeDaemon*>(self)->handle(message);
    } catch (const std::exception& error) {
        (void)sd_bus_reply_method_errorf(message, SD_BUS_ERROR_FAILED, "%s", error.what());
    }
    return 1;
}

void FakeDaemon::handle(sd_bus_message* message) {
    Request request;
    request.member = sd_bus_message_get_member(message);
    std::string path = sd_bus_message_get_path(message);
    bus::Reader reader(message);
    const std::lock_guard lock(mutex_);
    if (request.member == "Begin") {
        read_begin(reader, request);
        path = std::string(protocol::conversation_prefix) + "/" + std::to_string(next_++);
    } else if (request.member == "Answer") {
        const base::Fd fd = reader.fd();
        request.answers = revealed(protocol::open_answers(fd.get()));
    }
    requests_.push_back(request);
    std::optional<Reaction> reaction = hook_ ? hook_(request) : std::nullopt;
    react(message, request, path, reaction ? *reaction : flow(request, path));
}

void FakeDaemon::react(sd_bus_message* message, const Request& request, const std::string& path,
                       const Reaction& reaction) {
    if (std::holds_alternative<Silence>(reaction)) {
        return;
    }
    if (std::holds_alternative<Leave>(reaction)) {
        talks_.clear();
        sd_bus_close(connection_->raw());
        loop_->stop();
        return;
    }
    if (const auto* error = std::get_if<BusError>(&reaction)) {
        (void)sd_bus_reply_method_errorf(message, error->name.c_str(), "%s", error->text.c_str());
        return;
    }
    if (request.member == "Cancel") {
        return;
    }
    sd_bus_message* raw = nullptr;
    bus::check(sd_bus_message_new_method_return(message, &raw), "cannot reply");
    const bus::Message reply(raw);
    bus::Writer writer(raw);
    if (std::holds_alternative<Garbage>(reaction)) {
        writer.u32(7);
    } else {
        if (request.member == "Begin") {
            writer.object_path(path);
        }
        protocol::write_turn(writer, std::get<Turn>(reaction));
    }
    bus::check(sd_bus_send(connection_->raw(), raw, nullptr), "cannot reply");
}

Reaction FakeDaemon::flow(const Request& request, const std::string& path) {
    if (request.member == "Begin") {
        return begin(request, talks_[path]);
    }
    const auto found = talks_.find(path);
    if (found == talks_.end()) {
        return BusError{SD_BUS_ERROR_UNKNOWN_OBJECT, "no such dialog"};
    }
    if (request.member == "Cancel") {
        talks_.erase(found);
        return Turn(Denied{});
    }
    Talk& talk = found->second;
    if (talk.stage == "password") {
        return judge_password(talk, request.answers.at(0));
    }
    if (talk.stage == "code") {
        return judge_code(talk, request.answers.at(0));
    }
    return judge_new_password(talk, request.answers);
}

Reaction FakeDaemon::begin(const Request& request, Talk& talk) {
    talk.purpose = request.purpose;
    talk.account = request.account;
    const auto person = people_.find(request.account);
    const auto uid = request.facts.find("uid");
    const bool foreign =
        uid != request.facts.end()
        && (person == people_.end() || (person->second.uid != 0 && std::to_string(person->second.uid) != uid->second));
    if (foreign) {
        return BusError{"org.loquet.Auth1.Error.NotFound", "the name belongs to another source of accounts"};
    }
    if (request.facts.contains("phase")) {
        return person == people_.end() ? Reaction(deny(Reason::refused)) : grant(talk);
    }
    if (request.token) {
        return judge_password(talk, *request.token);
    }
    talk.stage = "password";
    return ask({{PromptStyle::info, "", "Welcome."},
                {PromptStyle::secret, "password", "Password: ", protocol::PromptRole::current_password}});
}

Reaction FakeDaemon::judge_password(Talk& talk, const std::string& password) {
    const auto person = people_.find(talk.account);
    if (password.empty()) {
        return deny(Reason::refused);
    }
    if (person == people_.end() || person->second.password != password) {
        ++failures_[talk.account];
        return deny(Reason::refused);
    }
    if (person->second.refused != Reason::none) {
        return deny(person->second.refused);
    }
    if (talk.purpose == protocol::purpose::change_password) {
        talk.stage = "new_password";
        return ask_new_password({});
    }
    if (!person->second.code.empty()) {
        talk.stage = "code";
        return ask({{person->second.code_style, person->second.code_prompt, "Code: ", protocol::PromptRole::code}});
    }
    return grant(talk);
}

Reaction FakeDaemon::judge_code(const Talk& talk, const std::string& code) {
    if (people_.at(talk.account).code == code) {
        return grant(talk);
    }
    ++failures_[talk.account];
    return deny(Reason::refused);
}

Reaction FakeDaemon::judge_new_password(Talk& talk, const std::vector<std::string>& answers) {
    const char* wrong = nullptr;
    if (answers.at(0) != answers.at(1)) {
        wrong = "The two are not the same.";
    } else if (answers.at(0).size() < shortest_new_password) {
        wrong = "At least 8 characters.";
    }
    if (wrong != nullptr) {
        if (++talk.tries == new_password_tries) {
            return Turn(Denied{Reason::rules, {}, {wrong}});
        }
        return ask_new_password({{PromptStyle::error, "", wrong}});
    }
    people_.at(talk.account).password = answers.at(0);
    return grant(talk);
}

Reaction FakeDaemon::grant(const Talk& talk) {
    const Person& person = people_.at(talk.account);
    if (!protocol::logs_in(talk.purpose)) {
        return Turn(protocol::Done{person.messages, "Press Enter: "});
    }
    Granted granted;
    granted.account = person.canonical.empty() ? talk.account : person.canonical;
    granted.reason = person.granted;
    granted.messages = person.messages;
    return Turn(std::move(granted));
}

} // namespace loquet::tests
