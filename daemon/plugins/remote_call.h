// SPDX-License-Identifier: LGPL-2.1-or-later
// One call to a plugin on its way: knows its request until it is sent and its awaiting coroutine until it is answered.
// Loop thread.
#pragma once

#include "lib/base/task.h"
#include "lib/bus/loop.h"
#include "lib/protocol/plugin_wire.h"

#include <exception>
#include <utility>

namespace loquet::plugins {

class RemoteCall {
public:
    RemoteCall() = default;
    RemoteCall(const RemoteCall&) = delete;
    RemoteCall& operator=(const RemoteCall&) = delete;
    virtual ~RemoteCall() = default;

    /// The request as it goes to the plugin that described itself so. Throws Error for a request that may not be sent.
    [[nodiscard]] virtual base::SecureBytes encode(const protocol::FrameHeader& header,
                                                   const protocol::DescribeResponse& plugin) = 0;
    /// Reads the answer, and throws Error::invalid for one that is not valid; finish() then hands it on.
    virtual void accept(const protocol::Frame& frame) = 0;
    virtual void finish() = 0;
    virtual void fail(std::exception_ptr why) = 0;
    /// False once its caller was cancelled: it need not be sent.
    [[nodiscard]] virtual bool wanted() const noexcept = 0;

    std::uint32_t serial = 0;
    base::Milliseconds due{0}; ///< CLOCK_BOOTTIME
    bus::Source timer;
};

/// Leaves only what the plugin's manifest asks for: a plugin's process sees nothing else of an account.
void keep_asked_facts(protocol::StepRequest& request, const protocol::DescribeResponse& plugin);
void keep_asked_facts(protocol::RulesRequest& request, const protocol::DescribeResponse& plugin);
inline void keep_asked_facts(protocol::JudgeRequest& /*request*/, const protocol::DescribeResponse& /*plugin*/) {}
inline void keep_asked_facts(protocol::DeliverRequest& /*request*/, const protocol::DescribeResponse& /*plugin*/) {}
inline void keep_asked_facts(protocol::ReceiptsRequest& /*request*/, const protocol::DescribeResponse& /*plugin*/) {}

template <class Request, class Response>
class TypedCall final : public RemoteCall {
public:
    TypedCall(base::Executor& loop, Request request) : request_(std::move(request)), promise_(loop) {}
    [[nodiscard]] base::Future<Response> future() { return promise_.future(); }

    base::SecureBytes encode(const protocol::FrameHeader& header, const protocol::DescribeResponse& plugin) override {
        keep_asked_facts(request_, plugin);
        return protocol::encode(header, request_);
    }
    void accept(const protocol::Frame& frame) override { response_ = protocol::decode<Response>(frame); }
    void finish() override { promise_.set(std::move(response_)); }
    void fail(std::exception_ptr why) override { promise_.fail(std::move(why)); }
    [[nodiscard]] bool wanted() const noexcept override { return promise_.wanted(); }

private:
    Request request_;
    Response response_{};
    base::Promise<Response> promise_;
};

} // namespace loquet::plugins
