// SPDX-License-Identifier: MIT
// C++ comfort over lockout.h. A policy is a class with
//     static const loquet_manifest& manifest();
//     Policy(loquet::sdk::Host host, const loquet::sdk::Options& options);   // throws Refusal
//     void judge(const loquet::sdk::LockoutRequest& request, loquet::sdk::LockoutOutput& output);
// and is exported by LOQUET_DEFINE_LOCKOUT(Policy) in one source file, outside of any namespace.
#ifndef LOQUET_LOCKOUT_HPP
#define LOQUET_LOCKOUT_HPP

#include "lockout.h"
#include "plugin.hpp"

namespace loquet::sdk {

class LockoutRequest {
public:
    explicit LockoutRequest(const loquet_lockout_request& request) : request_(&request) {}

    [[nodiscard]] int event() const { return request_->event; }
    [[nodiscard]] int axis() const { return request_->axis; }
    [[nodiscard]] std::int64_t now() const { return request_->now; }
    [[nodiscard]] std::string_view boot_id() const { return view(request_->boot_id); }
    /// NULL: the attempt has no such scope.
    [[nodiscard]] const loquet_counter* counter(loquet_lockout_scope scope) const { return request_->counters[scope]; }

private:
    const loquet_lockout_request* request_;
};

class LockoutOutput {
public:
    explicit LockoutOutput(const loquet_lockout_output& output) : output_(&output) {}

    void decide(loquet_lockout_verdict verdict, std::int64_t until, std::string_view reason) {
        output_->decide(output_->context, verdict, until, text(reason));
    }
    void set_counter(loquet_lockout_scope scope, const loquet_counter& counter) {
        output_->set_counter(output_->context, scope, &counter);
    }
    void alert(std::string_view sentence) { output_->alert(output_->context, text(sentence)); }
    /// A refusal is not given before then.
    void hold(std::int64_t until) { output_->hold(output_->context, until); }

private:
    const loquet_lockout_output* output_;
};

namespace thunk {

template <class Policy>
int judge(void* self, const loquet_lockout_request* request, const loquet_lockout_output* output) noexcept {
    if (request->size < sizeof *request || output->size < sizeof *output) {
        return -1;
    }
    return guarded([&] {
        LockoutOutput out(*output);
        static_cast<Policy*>(self)->judge(LockoutRequest(*request), out);
    });
}

} // namespace thunk
} // namespace loquet::sdk

#define LOQUET_DEFINE_LOCKOUT(Policy)                                                                                  \
    extern "C" LOQUET_EXPORT const loquet_lockout loquet_lockout_v1 = {                                                \
        sizeof(loquet_lockout), &loquet::sdk::thunk::manifest<Policy>, &loquet::sdk::thunk::create<Policy>,            \
        &loquet::sdk::thunk::judge<Policy>, &loquet::sdk::thunk::destroy<Policy>};

#endif
