// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/bus/polkit.h"

#include <utility>

namespace loquet::bus {

namespace {

constexpr base::Milliseconds machine_answers_within = std::chrono::seconds(10);
constexpr base::Milliseconds person_answers_within = std::chrono::minutes(2);
constexpr std::uint32_t allow_user_interaction = 1;

} // namespace

base::Task<bool> Polkit::allows(std::string sender, std::string action, bool may_interact) {
    auto asking = questions_.run(connection_.loop(), ask(std::move(sender), std::move(action), may_interact));
    const bool allowed = co_await asking;
    co_return allowed;
}

base::Task<bool> Polkit::ask(std::string sender, std::string action, bool may_interact) {
    Message question = connection_.method_call("org.freedesktop.PolicyKit1", "/org/freedesktop/PolicyKit1/Authority",
                                               "org.freedesktop.PolicyKit1.Authority", "CheckAuthorization");
    Writer writer(question.get());
    writer.structure("sa{sv}", [&] {
        writer.text("system-bus-name");
        writer.array("{sv}", [&] { writer.entry("name", sender); });
    });
    writer.text(action);
    writer.array("{ss}", [] {});
    writer.u32(may_interact ? allow_user_interaction : 0);
    writer.text("");
    try {
        auto asking =
            connection_.call_async(std::move(question), may_interact ? person_answers_within : machine_answers_within);
        const Message answer = co_await asking;
        Reader reader(answer.get());
        reader.enter(SD_BUS_TYPE_STRUCT, "bba{ss}");
        co_return reader.boolean();
    } catch (const base::Error&) {
        co_return false; // no polkit here, or it failed: nobody but root
    }
}

} // namespace loquet::bus
