// SPDX-License-Identifier: LGPL-2.1-or-later
// What an administrator can set of messages to people, [outbox]: the values, how they are written, and what of them
// does not fit the rest. Plain values, pure functions.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace loquet::config {

class Complaints;
class TableReader;
struct Config;

/// Messages of one medium within 24 hours.
struct BudgetConfig {
    std::uint32_t account = 10;
    std::uint32_t destination = 10;
    std::uint32_t country = 0; ///< of the telephone number's country code; SMS only
    std::uint32_t place = 50;
    std::uint32_t site = 500;
    std::uint32_t unproven_percent = 50; ///< the share of each that attempts without a proof may use, 0..100
    friend bool operator==(const BudgetConfig&, const BudgetConfig&) = default;
};

struct OutboxConfig {
    std::string organisation;      ///< that notices name; empty: the machine's name stands for it
    std::vector<std::string> mail; ///< instances of channel plugins, in order of preference; empty: no mail is sent
    std::vector<std::string> sms;
    std::chrono::days keep{30};        ///< a message that was sent, refused or expired
    std::chrono::seconds receipts{30}; ///< from one question for receipts to the next
    std::uint32_t alarm_after = 50;    ///< codes of one medium within 24 hours
    std::uint32_t alarm_percent = 30;  ///< of them that are used at least; 0: no alarm
    BudgetConfig mail_budget{.account = 20, .destination = 20, .country = 0, .place = 200, .site = 5000};
    BudgetConfig sms_budget{.account = 10, .destination = 10, .country = 200, .place = 50, .site = 500};
    friend bool operator==(const OutboxConfig&, const OutboxConfig&) = default;
};

void read_outbox(TableReader& table, OutboxConfig& outbox);

/// Each channel has to be there, be one, and be named once for a medium.
void check_outbox(const Config& config, Complaints& complaints);

} // namespace loquet::config
