// SPDX-License-Identifier: MIT
// C++ comfort over password_rules.h. A set of rules is a class with
//     static const loquet_manifest& manifest();
//     Rules(loquet::sdk::Host host, const loquet::sdk::Options& options);   // throws Refusal
//     void check(const loquet::sdk::RulesRequest& request, loquet::sdk::RulesOutput& output);
// and is exported by LOQUET_DEFINE_PASSWORD_RULES(Rules) in one source file, outside of any namespace.
#ifndef LOQUET_PASSWORD_RULES_HPP
#define LOQUET_PASSWORD_RULES_HPP

#include "password_rules.h"
#include "plugin.hpp"

namespace loquet::sdk {

class RulesRequest {
public:
    explicit RulesRequest(const loquet_rules_request& request) : request_(&request) {}

    /// A secret.
    [[nodiscard]] std::string_view candidate() const { return view(request_->candidate); }
    [[nodiscard]] size_t fact_count() const { return request_->fact_count; }
    [[nodiscard]] std::string_view fact_name(size_t n) const { return view(request_->facts[n].name); }
    [[nodiscard]] std::string_view fact_value(size_t n) const { return view(request_->facts[n].value); }
    [[nodiscard]] bool in_history() const { return request_->in_history != 0; }
    [[nodiscard]] int history_length() const { return request_->history_length; }
    [[nodiscard]] bool second_factor() const { return request_->second_factor != 0; }

private:
    const loquet_rules_request* request_;
};

class RulesOutput {
public:
    explicit RulesOutput(const loquet_rules_output& output) : output_(&output) {}

    void rule(bool met, Message message) {
        const loquet_message lent = message.c();
        output_->rule(output_->context, met ? 1 : 0, &lent);
    }
    void level(int level) { output_->level(output_->context, level); }

private:
    const loquet_rules_output* output_;
};

namespace thunk {

template <class Rules>
int check(void* self, const loquet_rules_request* request, const loquet_rules_output* output) noexcept {
    if (request->size < sizeof *request || output->size < sizeof *output) {
        return -1;
    }
    return guarded([&] {
        RulesOutput out(*output);
        static_cast<Rules*>(self)->check(RulesRequest(*request), out);
    });
}

} // namespace thunk
} // namespace loquet::sdk

#define LOQUET_DEFINE_PASSWORD_RULES(Rules)                                                                            \
    extern "C" LOQUET_EXPORT const loquet_password_rules loquet_password_rules_v1 = {                                  \
        sizeof(loquet_password_rules), &loquet::sdk::thunk::manifest<Rules>, &loquet::sdk::thunk::create<Rules>,       \
        &loquet::sdk::thunk::check<Rules>, &loquet::sdk::thunk::destroy<Rules>};

#endif
