// SPDX-License-Identifier: LGPL-2.1-or-later
// Row P9: codes for people who log in with one, a line "USER CODE" each, in an order in which every one is good.
//   one_time_codes totp FOLDER MASTER_KEY_FILE COUNT   sets the step totp up for the accounts person0 ... of
//   fill_accounts,
//                                                      anew; eleven codes of each, of the next five minutes
//   one_time_codes hotp USER FIRST COUNT               of the same seed, by a counter
#include "daemon/store/steps_table.h"
#include "daemon/store/store.h"
#include "lib/base/clock.h"
#include "lib/base/text.h"
#include "lib/bus/loop.h"
#include "plugins/totp/generator.h"
#include "tests/bench/program.h"

#include <cstdio>
#include <string>
#include <string_view>

namespace {

using namespace loquet; // NOLINT(google-build-using-namespace): a program of one file
using plugins_totp::Generator;

constexpr std::uint32_t first_uid = 100000;               // of fill_accounts
constexpr std::string_view seed = "12345678901234567890"; // RFC 4226, appendix D; scripts/lib/bench_rows.sh has it too

void print(const std::string& user, std::uint64_t counter) {
    const auto code = plugins_totp::hotp(plugins_totp::Digest::sha1, seed, counter, plugins_totp::fewest_digits);
    std::printf("%s %.*s\n", user.c_str(), static_cast<int>(code.size()), code.data());
}

Generator generator() {
    Generator made;
    made.seed.assign(seed.begin(), seed.end());
    return made;
}

void set_up(const bench::Words& words) {
    bus::Loop loop;
    const store::MasterKey key = store::MasterKey::load(words.at(2));
    store::Store store({.folder = words.at(1)}, key, loop);
    const auto count = static_cast<std::uint32_t>(std::stoul(words.at(3)));
    const auto state = plugins_totp::encode(generator());
    store.write_now([&](store::WriteTxn& txn) {
        for (std::uint32_t i = 0; i < count; ++i) {
            store::StepsTable::put(txn, model::Uid{first_uid + i}, "totp",
                                   base::as_bytes({state.data(), state.size()}));
        }
    });
    const auto now = static_cast<std::uint64_t>(plugins_totp::step_at(base::SystemClock().wall().count()));
    for (std::uint64_t step = now; step <= now + plugins_totp::most_drift; ++step) {
        for (std::uint32_t i = 0; i < count; ++i) {
            print("person" + std::to_string(i), step);
        }
    }
}

void count_on(const bench::Words& words) {
    const auto first = std::stoull(words.at(2));
    const auto count = std::stoull(words.at(3));
    for (auto counter = first; counter < first + count; ++counter) {
        print(words.at(1), counter);
    }
}

} // namespace

int main(int argc, char** argv) {
    return loquet::bench::program(argc, argv, {{"totp", set_up}, {"hotp", count_on}});
}
