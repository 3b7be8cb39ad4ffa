// SPDX-License-Identifier: MIT
// C++ comfort over step.h. A step is a class with
//     static const loquet_manifest& manifest();
//     Step(loquet::sdk::Host host, const loquet::sdk::Options& options);   // throws Refusal
//     void run(const loquet::sdk::StepRequest& request, loquet::sdk::StepOutput& output);
// and is exported by LOQUET_DEFINE_STEP(Step) in one source file, outside of any namespace.
#ifndef LOQUET_STEP_HPP
#define LOQUET_STEP_HPP

#include "plugin.hpp"
#include "step.h"

namespace loquet::sdk {

class StepRequest {
public:
    explicit StepRequest(const loquet_step_request& request) : request_(&request) {}

    [[nodiscard]] int operation() const { return request_->operation; }
    [[nodiscard]] std::string_view fact(std::string_view name) const {
        return find(request_->facts, request_->fact_count, name);
    }
    [[nodiscard]] std::string_view account_state() const { return view(request_->account_state); }
    [[nodiscard]] std::string_view dialog_state() const { return view(request_->dialog_state); }
    [[nodiscard]] size_t answer_count() const { return request_->answer_count; }
    /// A secret. Throws where there is no such answer.
    [[nodiscard]] std::string_view answer(size_t n) const {
        if (n >= request_->answer_count) {
            throw std::out_of_range("an answer is missing");
        }
        return view(request_->answers[n]);
    }
    [[nodiscard]] std::int64_t now() const { return request_->now; }
    [[nodiscard]] std::string_view locale() const { return view(request_->locale); }
    /// A secret.
    [[nodiscard]] std::string_view key() const { return view(request_->key); }

private:
    const loquet_step_request* request_;
};

class StepOutput {
public:
    explicit StepOutput(const loquet_step_output& output) : output_(&output) {}

    void ask(loquet_prompt_style style, std::string_view name, Message message) { ask(style, name, message.c()); }
    void ask(loquet_prompt_style style, std::string_view name, const LentMessage& message) {
        ask(style, name, message.c());
    }
    void wait(Message message, std::uint32_t poll_ms) {
        const loquet_message lent = message.c();
        output_->wait(output_->context, &lent, poll_ms);
    }
    void grant() { output_->grant(output_->context); }
    void deny() { output_->deny(output_->context); }
    void set_account_state(std::string_view state) { output_->set_account_state(output_->context, bytes(state)); }
    void set_dialog_state(std::string_view state) { output_->set_dialog_state(output_->context, bytes(state)); }
    void note(std::string_view sentence) { output_->note(output_->context, text(sentence)); }
    void send(loquet_medium medium, Message message, std::int64_t lifetime_ms) {
        send(medium, message.c(), lifetime_ms);
    }
    void send(loquet_medium medium, const LentMessage& message, std::int64_t lifetime_ms) {
        send(medium, message.c(), lifetime_ms);
    }
    void skip() { output_->skip(output_->context); }

private:
    void ask(loquet_prompt_style style, std::string_view name, const loquet_message& message) {
        output_->ask(output_->context, style, text(name), &message);
    }
    void send(loquet_medium medium, const loquet_message& message, std::int64_t lifetime_ms) {
        const loquet_outgoing outgoing{sizeof(loquet_outgoing), medium, &message, lifetime_ms};
        output_->send(output_->context, &outgoing);
    }

    const loquet_step_output* output_;
};

namespace thunk {

template <class Step>
int run(void* self, const loquet_step_request* request, const loquet_step_output* output) noexcept {
    if (request->size < sizeof *request || output->size < sizeof *output) {
        return -1;
    }
    return guarded([&] {
        StepOutput out(*output);
        static_cast<Step*>(self)->run(StepRequest(*request), out);
    });
}

} // namespace thunk
} // namespace loquet::sdk

#define LOQUET_DEFINE_STEP(Step)                                                                                       \
    extern "C" LOQUET_EXPORT const loquet_step loquet_step_v1 = {                                                      \
        sizeof(loquet_step), &loquet::sdk::thunk::manifest<Step>, &loquet::sdk::thunk::create<Step>,                   \
        &loquet::sdk::thunk::run<Step>, &loquet::sdk::thunk::destroy<Step>};

#endif
