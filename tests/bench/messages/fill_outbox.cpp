// SPDX-License-Identifier: LGPL-2.1-or-later
// Row P17: messages that wait, in a store that fill_accounts made accounts in, for a loquetd to start on. Each goes to
// a destination of its own.
//   fill_outbox FOLDER MASTER_KEY_FILE mail|sms COUNT
#include "daemon/model/steady_time.h"
#include "daemon/outbox/outbox.h"
#include "daemon/store/meta_table.h"
#include "daemon/store/store.h"
#include "lib/base/clock.h"
#include "lib/bus/loop.h"
#include "tests/bench/program.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace loquet; // NOLINT(google-build-using-namespace): a program of one file

constexpr std::uint32_t first_uid = 100000; // of fill_accounts
constexpr std::uint32_t accounts = 1000;
constexpr std::uint32_t in_one_commit = 500;
constexpr std::uint32_t no_limit = 1'000'000;

outbox::Settings without_limits() {
    constexpr outbox::Budget wide{no_limit, no_limit, no_limit, no_limit, no_limit, 100};
    outbox::Settings settings;
    settings.media = {model::Medium::mail, model::Medium::sms};
    settings.budgets = {wide, wide};
    return settings;
}

std::string destination_of(model::Medium medium, std::uint32_t i) {
    char number[16];
    std::snprintf(number, sizeof number, "+336%08u", i);
    return medium == model::Medium::sms ? number : "person" + std::to_string(i) + "@bench.invalid";
}

outbox::SendRequest request_for(model::Medium medium, std::uint32_t i) {
    outbox::SendRequest request;
    request.medium = medium;
    request.account = model::Uid{first_uid + i % accounts};
    request.destination = destination_of(medium, i);
    request.text = medium == model::Medium::sms ? "one_time_code.sms" : "one_time_code.mail";
    request.variables.push_back({"code", base::Secret("482915")});
    request.variables.push_back({"minutes", base::Secret("10")});
    request.step = "one_time_code";
    request.proven = true;
    request.lifetime = limits::longest_message_life;
    return request;
}

void fill(const bench::Words& words) {
    bus::Loop loop;
    const base::SystemClock clock;
    const store::MasterKey key = store::MasterKey::load(words.at(1));
    store::Store store({.folder = words.at(0)}, key, loop);
    model::SteadyTime steady(store.read([](const store::ReadTxn& txn) { return store::MetaTable::steady_time(txn); }),
                             clock);
    outbox::Outbox outbox(without_limits(), steady, clock);
    const model::Medium medium = words.at(2) == "sms" ? model::Medium::sms : model::Medium::mail;
    const auto count = static_cast<std::uint32_t>(std::stoul(words.at(3)));
    for (std::uint32_t i = 0; i < count;) {
        std::vector<store::Store::Work> works;
        for (const std::uint32_t end = std::min(count, i + in_one_commit); i < end; ++i) {
            works.push_back(outbox.enqueue(request_for(medium, i)));
        }
        store.write_now([&works](store::WriteTxn& txn) {
            for (store::Store::Work& work : works) {
                work(txn);
            }
        });
    }
}

} // namespace

int main(int argc, char** argv) {
    return loquet::bench::program(argc, argv, fill);
}
