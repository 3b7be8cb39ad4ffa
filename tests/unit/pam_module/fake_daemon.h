// SPDX-License-Identifier: LGPL-2.1-or-later
// A login daemon of a few lines on a real bus: it speaks the protocol, believes what its test tells it about people,
// and can be told to misbehave. It works on a thread of its own; everything public may be called from the test's
// thread.
#pragma once

#include "lib/bus/connection.h"
#include "lib/bus/loop.h"
#include "lib/protocol/turn.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <variant>
#include <vector>

namespace loquet::tests {

struct Person {
    std::string password{};
    protocol::Reason granted = protocol::Reason::none; ///< what a right password is granted with
    protocol::Reason refused = protocol::Reason::none; ///< what even a right password is refused with
    std::string canonical{};                           ///< empty: the name as it is
    std::string code{};                                ///< asked for in a second step where it is not empty
    std::string code_prompt = "otp.code";              ///< what the step that asks for it calls its prompt
    protocol::PromptStyle code_style = protocol::PromptStyle::visible;
    std::vector<std::string> messages{}; ///< go with a grant
    std::uint32_t uid = 0;               ///< a Begin with another uid is about somebody else; 0: any
};

/// One call as it arrived.
struct Request {
    std::string member;
    std::string purpose;
    std::string account;
    std::map<std::string, std::string> facts; ///< numbers as text
    std::optional<std::string> token;
    std::vector<std::string> answers;
};

struct BusError {
    std::string name;
    std::string text;
};
struct Silence {};
struct Leave {}; ///< goes without an answer, as a daemon that crashes
struct Garbage {};
using Reaction = std::variant<protocol::Turn, BusError, Silence, Leave, Garbage>;

class FakeDaemon {
public:
    explicit FakeDaemon(std::string address);
    ~FakeDaemon();
    FakeDaemon(const FakeDaemon&) = delete;
    FakeDaemon& operator=(const FakeDaemon&) = delete;

    void add(const std::string& name, Person person);
    /// Asked before the flow for every call: nothing means that the flow answers. On the daemon's thread.
    void intercept(std::function<std::optional<Reaction>(const Request&)> hook);

    void stop();  ///< leaves the bus; dialogs are forgotten, people and failures are not
    void start(); ///< on the bus when this returns

    [[nodiscard]] std::vector<std::string> calls() const; ///< members, in order
    [[nodiscard]] Request request(std::size_t number) const;
    [[nodiscard]] int failures(const std::string& name) const;
    [[nodiscard]] std::string password_of(const std::string& name) const;

private:
    struct Talk {
        std::string purpose;
        std::string account;
        std::string stage;
        int tries = 0;
    };

    void work();
    static int received(sd_bus_message* message, void* self, sd_bus_error* error) noexcept;
    void handle(sd_bus_message* message);
    void react(sd_bus_message* message, const Request& request, const std::string& path, const Reaction& reaction);
    [[nodiscard]] Reaction flow(const Request& request, const std::string& path);
    [[nodiscard]] Reaction begin(const Request& request, Talk& talk);
    [[nodiscard]] Reaction judge_password(Talk& talk, const std::string& password);
    [[nodiscard]] Reaction judge_code(const Talk& talk, const std::string& code);
    [[nodiscard]] Reaction judge_new_password(Talk& talk, const std::vector<std::string>& answers);
    [[nodiscard]] Reaction grant(const Talk& talk);

    std::string address_;
    mutable std::mutex mutex_; ///< guards everything below but the thread's own
    std::map<std::string, Person> people_;
    std::map<std::string, int> failures_;
    std::map<std::string, Talk> talks_;
    std::vector<Request> requests_;
    std::function<std::optional<Reaction>(const Request&)> hook_;
    int next_ = 1;

    std::unique_ptr<bus::Loop> loop_;
    std::optional<bus::Connection> connection_;
    std::thread thread_;
};

} // namespace loquet::tests
