// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/account_pages.h"

#include "lib/base/error.h"
#include "lib/base/limits.h"
#include "lib/bus/row.h"
#include "lib/protocol/names.h"

#include <algorithm>
#include <limits>

namespace loquet::cli {

AccountPages::AccountPages(Client& client, std::string state, std::uint64_t limit)
    : client_(client), state_(std::move(state)), left_(limit == 0 ? std::numeric_limits<std::uint64_t>::max() : limit) {
}

bus::Message AccountPages::request(std::uint32_t count) {
    bus::Message message = client_.request(protocol::root_path, protocol::manager_interface, "ListAccounts");
    bus::Writer writer(message.get());
    writer.text(after_).u32(count).array("{sv}", [&] {
        if (!state_.empty()) {
            writer.entry("state", state_);
        }
    });
    return message;
}

std::vector<ListedAccount> AccountPages::next() {
    std::vector<ListedAccount> page;
    // A page may be empty before the end: the service may have looked at a pageful and found none in that state.
    while (more_ && left_ > 0 && page.empty()) {
        const auto count = static_cast<std::uint32_t>(std::min<std::uint64_t>(left_, limits::accounts_per_page));
        const bus::Message reply = client_.call(request(count));
        bus::Reader reader(reply.get());
        for (const bus::Row& row : bus::read_rows(reader, limits::accounts_per_page)) {
            page.push_back(
                {row.text("path"), row.text("name"), static_cast<std::uint32_t>(row.number("uid")), row.text("state")});
        }
        std::string after(reader.text(limits::account_name_bytes));
        if (!after.empty() && after == after_) {
            throw base::Error(base::Error::Kind::internal, "the service's list of accounts does not come to an end");
        }
        after_ = std::move(after);
        more_ = !after_.empty();
    }
    page.resize(static_cast<std::size_t>(std::min<std::uint64_t>(page.size(), left_)));
    left_ -= page.size();
    return page;
}

} // namespace loquet::cli
