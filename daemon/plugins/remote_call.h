// SPDX-License-Identifier: LGPL-2.1-or-later
// One call to a plugin, what the plugin may be told in it, and which texts it may show for an answer. A person believes
// what is on the screen: a plugin that could ask under the daemon's "Password: ", or under another plugin's text, would
// be given what is not for it. Loop thread.
#pragma once

#include "lib/base/task.h"
#include "lib/bus/loop.h"
#include "lib/protocol/plugin_wire.h"

#include <exception>
#include <string_view>
#include <utility>

namespace loquet::plugins {

/// One call to a plugin on its way: knows its request until it is sent and its awaiting coroutine until it is answered.
class RemoteCall {
public:
    RemoteCall() = default;
    RemoteCall(const RemoteCall&) = delete;
    RemoteCall& operator=(const RemoteCall&) = delete;
    virtual ~RemoteCall() = default;

    /// The request as it goes to the plugin that described itself so. Throws Error for a request that may not be sent.
    [[nodiscard]] virtual base::SecureBytes encode(const protocol::FrameHeader& header,
                                                   const protocol::DescribeResponse& plugin) = 0;
    /// Reads the answer of the plugin that described itself so, and throws Error::invalid for one that is not valid, or
    /// not its to give; finish() then hands it on.
    virtual void accept(const protocol::Frame& frame, const protocol::DescribeResponse& plugin) = 0;
    virtual void finish() = 0;
    virtual void fail(std::exception_ptr why) = 0;
    /// False once its caller was cancelled: it need not be sent.
    [[nodiscard]] virtual bool wanted() const noexcept = 0;

    std::uint32_t serial = 0;
    base::Milliseconds within{0}; ///< what its caller gave it
    base::Milliseconds due{0};    ///< CLOCK_BOOTTIME
    bus::Source timer;
};

/// Leaves only what the plugin's manifest asks for: a plugin's process sees nothing else of an account.
void keep_asked_facts(protocol::StepRequest& request, const protocol::DescribeResponse& plugin);
void keep_asked_facts(protocol::RulesRequest& request, const protocol::DescribeResponse& plugin);
inline void keep_asked_facts(protocol::JudgeRequest& /*request*/, const protocol::DescribeResponse& /*plugin*/) {}
inline void keep_asked_facts(protocol::DeliverRequest& /*request*/, const protocol::DescribeResponse& /*plugin*/) {}
inline void keep_asked_facts(protocol::ReceiptsRequest& /*request*/, const protocol::DescribeResponse& /*plugin*/) {}

/// An id is FAMILY.WORDS. A plugin's own families are its name (a connection stands only where that is the configured
/// one) and its instance's; password rules have "rules" besides. A family of the daemon's own texts
/// (messages::is_daemons_family()) is no plugin's, whatever the plugin is called.
[[nodiscard]] bool is_own_text(std::string_view id, const protocol::DescribeResponse& plugin) noexcept;

/// Throws Error (invalid), with what its author has to do, for an answer that names another's text: in a prompt of any
/// style, a wait, a message to send, or a rule.
void require_own_texts(const protocol::StepResponse& response, const protocol::DescribeResponse& plugin);
void require_own_texts(const protocol::RulesResponse& response, const protocol::DescribeResponse& plugin);
// What follows names no texts: what these plugins say is for the helpdesk and the journal.
inline void require_own_texts(const protocol::Judgement& /*response*/, const protocol::DescribeResponse& /*plugin*/) {}
inline void require_own_texts(const protocol::DeliverResponse& /*response*/,
                              const protocol::DescribeResponse& /*plugin*/) {}
inline void require_own_texts(const protocol::ReceiptsResponse& /*response*/,
                              const protocol::DescribeResponse& /*plugin*/) {}

template <class Request, class Response>
class TypedCall final : public RemoteCall {
public:
    TypedCall(base::Executor& loop, Request request) : request_(std::move(request)), promise_(loop) {}
    [[nodiscard]] base::Future<Response> future() { return promise_.future(); }

    base::SecureBytes encode(const protocol::FrameHeader& header, const protocol::DescribeResponse& plugin) override {
        keep_asked_facts(request_, plugin);
        return protocol::encode(header, request_);
    }
    void accept(const protocol::Frame& frame, const protocol::DescribeResponse& plugin) override {
        response_ = protocol::decode<Response>(frame);
        require_own_texts(response_, plugin);
    }
    void finish() override { promise_.set(std::move(response_)); }
    void fail(std::exception_ptr why) override { promise_.fail(std::move(why)); }
    [[nodiscard]] bool wanted() const noexcept override { return promise_.wanted(); }

private:
    Request request_;
    Response response_{};
    base::Promise<Response> promise_;
};

} // namespace loquet::plugins
