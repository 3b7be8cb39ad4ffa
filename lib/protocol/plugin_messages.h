// SPDX-License-Identifier: LGPL-2.1-or-later
// What the daemon and a plugin's process say to each other, as values; the twins of the structs in sdk/include/loquet,
// whose comments give the meaning of each field. plugin_wire.h carries them. Any thread.
#pragma once

#include "lib/base/clock.h"
#include "lib/base/secret.h"
#include "lib/protocol/counter.h"
#include "lib/protocol/message.h"
#include "lib/protocol/turn.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace loquet::protocol {

enum class PluginKind : std::uint8_t { step = 1, lockout = 2, password_rules = 3 };
[[nodiscard]] std::string_view to_text(PluginKind kind) noexcept; ///< "step", "lockout", "password_rules"
[[nodiscard]] std::optional<PluginKind> plugin_kind_from_text(std::string_view text) noexcept;

// Lockout policy

enum class LockoutEvent : std::uint8_t { before = 1, failed = 2, succeeded = 3, sent = 4 };
enum class Scope : std::uint8_t { account = 0, account_seat = 1, destination = 2, seat = 3, site = 4 };
inline constexpr std::size_t scope_count = 5;

/// One for each Scope; empty: the attempt has no such scope (asked), or the counter stays as it was (answered).
class ScopedCounters {
public:
    [[nodiscard]] std::optional<Counter>& operator[](Scope scope) { return of_.at(static_cast<std::size_t>(scope)); }
    [[nodiscard]] const std::optional<Counter>& operator[](Scope scope) const {
        return of_.at(static_cast<std::size_t>(scope));
    }
    [[nodiscard]] auto& all() noexcept { return of_; }
    [[nodiscard]] const auto& all() const noexcept { return of_; }
    friend bool operator==(const ScopedCounters&, const ScopedCounters&) = default;

private:
    std::array<std::optional<Counter>, scope_count> of_;
};

struct JudgeRequest {
    LockoutEvent event = LockoutEvent::before;
    base::Milliseconds now{0}; ///< of the steady clock, like the times in the counters
    std::string boot_id;       ///< 32 hexadecimal digits
    ScopedCounters counters;
    friend bool operator==(const JudgeRequest&, const JudgeRequest&) = default;
};

enum class Verdict : std::uint8_t { allow = 1, delay = 2, locked = 3, disabled = 4 };

struct Judgement {
    Verdict verdict = Verdict::disabled;
    base::Milliseconds until{0}; ///< for delay and locked, on the request's clock
    std::string reason;          ///< which rule, for the helpdesk: "too-many-failures"
    ScopedCounters counters;     ///< new values
    std::string alert;           ///< for the operator; empty: none
    friend bool operator==(const Judgement&, const Judgement&) = default;
};

// Password rules

struct RulesRequest {
    base::Secret candidate; ///< UTF-8, at most limits::answer_bytes; empty: list the rules, all unmet
    std::vector<NamedText> facts;
    bool in_history = false;
    std::uint32_t history_length = 0;
    bool second_factor = false;
};

struct RuleResult {
    bool met = false;
    Message message;
    friend bool operator==(const RuleResult&, const RuleResult&) = default;
};

struct RulesResponse {
    std::vector<RuleResult> rules;
    std::uint8_t level = 0; ///< 0 very weak ... 4 very strong
    friend bool operator==(const RulesResponse&, const RulesResponse&) = default;
};

// Step

enum class StepOperation : std::uint8_t { begin = 1, answer = 2, enrol_begin = 3, enrol_answer = 4 };

struct StepRequest {
    StepOperation operation = StepOperation::begin;
    std::vector<NamedText> facts; ///< all that are known; only those that the plugin's manifest names are sent
    base::SecureBytes account_state;
    base::SecureBytes dialog_state;
    Answers answers;
    base::Milliseconds now{0}; ///< since 1970 UTC
    std::string locale;
};

struct StepPrompt {
    PromptStyle style = PromptStyle::info;
    std::string name;
    Message message;
    friend bool operator==(const StepPrompt&, const StepPrompt&) = default;
};

struct StepAsk {
    std::vector<StepPrompt> prompts; ///< at least one
    friend bool operator==(const StepAsk&, const StepAsk&) = default;
};
struct StepWait {
    Message message;
    base::Milliseconds poll{0}; ///< 100 to 10000
    friend bool operator==(const StepWait&, const StepWait&) = default;
};
struct StepGrant {
    friend bool operator==(const StepGrant&, const StepGrant&) = default;
};
struct StepDeny {
    friend bool operator==(const StepDeny&, const StepDeny&) = default;
};

struct StepResponse {
    std::variant<StepAsk, StepWait, StepGrant, StepDeny> turn = StepDeny{};
    std::optional<base::SecureBytes> account_state; ///< nothing: stays as it was; empty: removed
    std::optional<base::SecureBytes> dialog_state;
    std::string note; ///< for the audit log
    friend bool operator==(const StepResponse&, const StepResponse&) = default;
};

// Any kind

struct DescribeRequest {};

struct DescribeResponse {
    std::string instance; ///< the name the process was started under: /etc/loquet/plugins/INSTANCE.toml
    PluginKind kind = PluginKind::step;
    std::string name; ///< of the plugin
    std::string version;
    std::string summary;
    std::vector<std::string> facts; ///< account facts that it wants to see
    friend bool operator==(const DescribeResponse&, const DescribeResponse&) = default;
};

/// The plugin could not do its work, or what it returned is not permitted.
struct ErrorResponse {
    std::string text;
    friend bool operator==(const ErrorResponse&, const ErrorResponse&) = default;
};

} // namespace loquet::protocol
