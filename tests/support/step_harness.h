// SPDX-License-Identifier: LGPL-2.1-or-later
// For tests: leads a step as the daemon does. Keeps the account's state and each dialog's, hands answers over, and
// shows what the step said. A Harness is a value: a copy of it is another way in which things could have gone on.
#pragma once

#include <loquet/step.hpp>

#include <cstdint>
#include <map>
#include <random>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace loquet::factor {

/// The host's services.
class TestHost {
public:
    TestHost() = default;
    TestHost(const TestHost&) = delete;
    TestHost& operator=(const TestHost&) = delete;

    [[nodiscard]] sdk::Host services() const { return sdk::Host(host_); }

    bool no_random = false;

private:
    static int fill(void* context, void* data, std::size_t size) {
        auto& self = *static_cast<TestHost*>(context);
        for (char& byte : std::span(static_cast<char*>(data), size)) {
            byte = static_cast<char>(self.random_());
        }
        return self.no_random ? -1 : 0;
    }
    static void log(void* /*context*/, int /*level*/, loquet_text /*text*/) {}

    std::mt19937 random_{11};
    loquet_host host_{sizeof(loquet_host), this, log, fill};
};

/// The defaults of a manifest, but for what is named.
class TestOptions {
public:
    explicit TestOptions(const loquet_manifest& manifest, const std::map<std::string, std::int64_t>& integers = {},
                         std::map<std::string, std::string> texts = {})
        : texts_(std::move(texts)) {
        for (const loquet_option& option : std::span(manifest.options, manifest.option_count)) {
            loquet_option_value value{sizeof value, option.name, option.type, {}, 0, nullptr, 0};
            if (option.type == LOQUET_OPTION_INTEGER) {
                const auto given = integers.find(option.name);
                value.integer = given == integers.end() ? std::stoll(option.default_value) : given->second;
            } else {
                const std::string quoted = option.default_value;
                value.text = sdk::text(texts_.try_emplace(option.name, quoted, 1, quoted.size() - 2).first->second);
            }
            values_.push_back(value);
        }
    }
    TestOptions(const TestOptions&) = delete;
    TestOptions& operator=(const TestOptions&) = delete;

    [[nodiscard]] sdk::Options get() const { return {values_.data(), values_.size()}; }

private:
    std::map<std::string, std::string> texts_;
    std::vector<loquet_option_value> values_;
};

enum class Said { nothing, asked, waited, granted, denied, skipped };

struct Shown {
    std::string id;
    std::map<std::string, std::string> variables;

    Shown() = default;
    explicit Shown(const loquet_message& message) : id(sdk::view(message.id)) {
        for (const loquet_named_text& each : std::span(message.variables, message.variable_count)) {
            variables.emplace(sdk::view(each.name), sdk::view(each.value));
        }
    }
};

struct Prompt : Shown {
    int style = 0;
    std::string name;
};

struct Sent : Shown {
    int medium = 0;
    std::int64_t lifetime = 0;
};

struct Turn {
    Said said = Said::nothing;
    std::vector<Prompt> prompts;
    std::vector<Sent> sent;
    std::string note;

    /// The ids of what was asked, in order.
    [[nodiscard]] std::vector<std::string> ids() const {
        std::vector<std::string> out;
        for (const Prompt& prompt : prompts) {
            out.push_back(prompt.id);
        }
        return out;
    }
};

/// What the daemon keeps of one dialog.
struct Dialog {
    std::string state;
};

struct Harness {
    std::int64_t now = 1'700'000'010'000;
    std::map<std::string, std::string> facts{{"name", "camille"}};
    std::string key = std::string(32, 'k');
    std::string account_state;

    /// One request. What the step keeps is kept, unless it throws.
    template <class Step>
    Turn run(const Step& step, int operation, Dialog& dialog, const std::vector<std::string>& answers = {}) {
        std::vector<loquet_text> lent;
        for (const std::string& answer : answers) {
            lent.push_back(sdk::text(answer));
        }
        std::vector<loquet_named_text> known;
        for (const auto& [name, value] : facts) {
            known.push_back({sdk::text(name), sdk::text(value)});
        }
        const loquet_step_request request{
            sizeof request,           operation,   known.data(), known.size(), sdk::bytes(account_state),
            sdk::bytes(dialog.state), lent.data(), lent.size(),  now,          {},
            sdk::bytes(key)};
        StepReply heard{{}, account_state, dialog.state};
        const loquet_step_output output{sizeof output,    &heard,          on_ask,  on_wait, on_grant, on_deny,
                                        on_account_state, on_dialog_state, on_note, on_send, on_skip};
        sdk::StepOutput out(output);
        step.run(sdk::StepRequest(request), out);
        account_state = heard.account_state;
        dialog.state = heard.dialog_state;
        return heard.turn;
    }
    template <class Step>
    Turn begin(const Step& step, Dialog& dialog) {
        dialog = {};
        return run(step, LOQUET_STEP_BEGIN, dialog);
    }
    template <class Step>
    Turn answer(const Step& step, Dialog& dialog, const std::string& typed) {
        return run(step, LOQUET_STEP_ANSWER, dialog, {typed});
    }

private:
    struct StepReply {
        Turn turn;
        std::string account_state;
        std::string dialog_state;

        void take(Said said) {
            if (turn.said != Said::nothing && !(said == Said::asked && turn.said == said)) {
                throw std::logic_error("the step took more than one turn");
            }
            turn.said = said;
        }
    };
    static StepReply& heard(void* context) { return *static_cast<StepReply*>(context); }
    static void on_ask(void* context, int style, loquet_text name, const loquet_message* message) {
        heard(context).take(Said::asked);
        heard(context).turn.prompts.push_back({Shown(*message), style, std::string(sdk::view(name))});
    }
    static void on_wait(void* context, const loquet_message* /*message*/, std::uint32_t /*poll*/) {
        heard(context).take(Said::waited);
    }
    static void on_grant(void* context) { heard(context).take(Said::granted); }
    static void on_deny(void* context) { heard(context).take(Said::denied); }
    static void on_skip(void* context) { heard(context).take(Said::skipped); }
    static void on_account_state(void* context, loquet_bytes state) { heard(context).account_state = sdk::view(state); }
    static void on_dialog_state(void* context, loquet_bytes state) { heard(context).dialog_state = sdk::view(state); }
    static void on_note(void* context, loquet_text text) { heard(context).turn.note = sdk::view(text); }
    static void on_send(void* context, const loquet_outgoing* outgoing) {
        heard(context).turn.sent.push_back({Shown(*outgoing->message), outgoing->medium, outgoing->lifetime});
    }
};

} // namespace loquet::factor
