// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/config/outbox_config.h"

#include "daemon/config/complaints.h"
#include "daemon/config/config.h"
#include "daemon/config/table_reader.h"
#include "lib/base/limits.h"
#include "lib/base/text.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace loquet::config {

namespace {

constexpr std::int64_t most_messages = 1'000'000;

bool is_organisation(std::string_view text) {
    std::size_t characters = 0;
    for (std::size_t at = 0; base::next_code_point(text, at); ++characters) {
    }
    return base::is_utf8(text) && base::is_printable(text) && characters <= limits::notice_organisation_characters;
}

void read_budget(TableReader& table, BudgetConfig& budget, bool has_country) {
    table.number("account", budget.account, 0, most_messages);
    table.number("destination", budget.destination, 0, most_messages);
    if (has_country) {
        table.number("country", budget.country, 0, most_messages);
    }
    table.number("place", budget.place, 0, most_messages);
    table.number("site", budget.site, 0, most_messages);
    table.number("unproven_percent", budget.unproven_percent, 0, 100);
    table.finish();
}

void check_channels(const Config& config, const std::vector<std::string>& channels, const std::string& key,
                    Complaints& complaints) {
    const std::string position = complaints.position_of(key);
    if (channels.size() > limits::channels_per_medium) {
        complaints.add(position,
                       key + ": accepted are at most " + std::to_string(limits::channels_per_medium) + " channels");
    }
    for (auto channel = channels.begin(); channel != channels.end(); ++channel) {
        const auto plugin = config.plugins.find(*channel);
        if (plugin == config.plugins.end() || plugin->second.kind != PluginKind::channel) {
            complaints.add(position, key + ": accepted is a [plugins." + *channel + "] with kind = \"channel\"");
        }
        if (std::find(channels.begin(), channel, *channel) != channel) {
            complaints.add(position, key + ": accepted is each channel once, and \"" + *channel + "\" is named again");
        }
    }
}

} // namespace

void read_outbox(TableReader& table, OutboxConfig& outbox) {
    table.text("organisation", outbox.organisation, is_organisation,
               "at most " + std::to_string(limits::notice_organisation_characters) + " characters that can be printed");
    table.texts("mail", outbox.mail, is_instance, "a list of instances of channel plugins");
    table.texts("sms", outbox.sms, is_instance, "a list of instances of channel plugins");
    table.duration("keep_days", outbox.keep, 1, 3650);
    table.duration("receipts_seconds", outbox.receipts, 1, 86'400);
    table.number("alarm_after", outbox.alarm_after, 1, most_messages);
    table.number("alarm_percent", outbox.alarm_percent, 0, 100);
    if (auto budget = table.table("mail_budget")) {
        read_budget(*budget, outbox.mail_budget, false);
    }
    if (auto budget = table.table("sms_budget")) {
        read_budget(*budget, outbox.sms_budget, true);
    }
}

void check_outbox(const Config& config, Complaints& complaints) {
    check_channels(config, config.outbox.mail, "outbox.mail", complaints);
    check_channels(config, config.outbox.sms, "outbox.sms", complaints);
}

} // namespace loquet::config
