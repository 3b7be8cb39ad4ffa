// SPDX-License-Identifier: LGPL-2.1-or-later
// What the daemon and a plugin's process say to each other, as values; the twins of the structs in sdk/include/loquet,
// whose comments give the meaning of each field. plugin_wire.h carries them. Any thread.
#pragma once

#include "lib/base/clock.h"
#include "lib/base/secret.h"
#include "lib/protocol/turn.h"
#include "lib/protocol/values.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace loquet::protocol {

enum class PluginKind : std::uint8_t { step = 1, lockout = 2, password_rules = 3, channel = 4 };
/// "step", "lockout", "password_rules", "channel"
[[nodiscard]] std::string_view to_text(PluginKind kind) noexcept;
[[nodiscard]] std::optional<PluginKind> plugin_kind_from_text(std::string_view text) noexcept;

// Lockout policy

enum class LockoutEvent : std::uint8_t { before = 1, failed = 2, succeeded = 3, sent = 4, refused = 5, lifted = 6 };
enum class Scope : std::uint8_t {
    account = 0,
    account_place = 1,
    destination = 2,
    place = 3,
    site = 4,
    known_place = 5
};
inline constexpr std::size_t scope_count = 6;

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
    Axis axis = Axis::login;
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
    base::Milliseconds hold{0};  ///< a refusal is not given before then, on the request's clock; 0: at once
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
    base::SecureBytes key; ///< of this instance and account alone: limits::step_key_bytes, or empty where it has none
};

struct StepPrompt {
    PromptStyle style = PromptStyle::info;
    std::string name;
    Message message;
    friend bool operator==(const StepPrompt&, const StepPrompt&) = default;
};

struct StepAsk {
    std::vector<StepPrompt> prompts; ///< at least one; at most limits::answers_per_turn of them are answered
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
/// This account has not set the factor up; said at StepOperation::begin alone.
struct StepSkip {
    friend bool operator==(const StepSkip&, const StepSkip&) = default;
};

/// A message to the account's own address; where that is, the plugin neither sees nor chooses.
struct StepMessage {
    Medium medium = Medium::mail;
    Message message;
    base::Milliseconds lifetime{0}; ///< limits::shortest_message_life to longest_message_life
    friend bool operator==(const StepMessage&, const StepMessage&) = default;
};

struct StepResponse {
    std::variant<StepAsk, StepWait, StepGrant, StepDeny, StepSkip> turn = StepDeny{};
    std::optional<base::SecureBytes> account_state; ///< nothing: stays as it was; empty: removed
    std::optional<base::SecureBytes> dialog_state;
    std::string note;              ///< for the audit log
    std::vector<StepMessage> send; ///< at most limits::messages_per_turn, beside whatever turn it is
    friend bool operator==(const StepResponse&, const StepResponse&) = default;
};

// Channel

struct DeliverRequest {
    std::string reference;   ///< 32 lower-case hexadecimal digits, the same at each attempt of one message
    std::string destination; ///< a mail address, or a telephone number (E.164 with its "+"); printable ASCII, no space
    std::string subject;     ///< one line; empty where the medium has none
    base::Secret text;       ///< printable, lines end in \n; not empty
    std::string locale;
    base::Milliseconds now{0};     ///< since 1970 UTC; before `expires`
    base::Milliseconds expires{0}; ///< from then on it is not handed on any more
    std::uint32_t attempt = 1;     ///< 1, 2, ...
};

enum class Outcome : std::uint8_t {
    sent = 1,    ///< the gateway has taken it over
    retry = 2,   ///< not now, and the gateway has not taken it
    refused = 3, ///< trying again is of no use
    lost = 4,    ///< the gateway may have taken it: its answer did not come
};

struct DeliverResponse {
    Outcome outcome = Outcome::retry;
    base::Milliseconds after{0};   ///< of a retry: when the gateway wants to be asked again; 0: it did not say
    std::string gateway_reference; ///< of what was sent: the gateway's own name for it; may be empty. Printable
    std::string said;              ///< what the gateway answered, for the helpdesk; may be empty. Printable
    friend bool operator==(const DeliverResponse&, const DeliverResponse&) = default;
};

/// A message that the channel has sent and of which nothing more is known yet.
struct SentMessage {
    std::string reference;         ///< ours, as in DeliverRequest
    std::string gateway_reference; ///< as in DeliverResponse; may be empty
    friend bool operator==(const SentMessage&, const SentMessage&) = default;
};

/// What became later of what was sent? Once the daemon has stored what a response told, its next request says so.
struct ReceiptsRequest {
    std::uint64_t kept = 0;        ///< ReceiptsResponse::batch that is stored; 0: none
    std::vector<SentMessage> sent; ///< for gateways that are asked; at most limits::receipts_at_once
    friend bool operator==(const ReceiptsRequest&, const ReceiptsRequest&) = default;
};

enum class ReceiptOutcome : std::uint8_t {
    delivered = 1, ///< it is in the mailbox, or on the telephone
    delayed = 2,   ///< somebody is still trying
    failed = 3,    ///< it has not arrived and will not
};

struct Receipt {
    std::string reference; ///< ours
    ReceiptOutcome outcome = ReceiptOutcome::delayed;
    std::string said; ///< for the helpdesk; may be empty. Printable
    friend bool operator==(const Receipt&, const Receipt&) = default;
};

struct ReceiptsResponse {
    std::uint64_t batch = 0;       ///< what to call this answer once it is stored; 0: this channel learns nothing
    bool more = false;             ///< there is more to tell at once
    std::vector<Receipt> receipts; ///< at most limits::receipts_at_once
    friend bool operator==(const ReceiptsResponse&, const ReceiptsResponse&) = default;
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
