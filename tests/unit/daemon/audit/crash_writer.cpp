// SPDX-License-Identifier: LGPL-2.1-or-later
// Writes to a store without end, several at a time, and prints each number on a line of its own once it may be relied
// on: crash_writer FOLDER [early]. With "early" it prints what is only queued, as a careless daemon would.
#include "daemon/audit/audit_log.h"
#include "daemon/store/steps_table.h"
#include "daemon/store/store.h"
#include "lib/base/file.h"
#include "lib/bus/loop.h"

#include <unistd.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace {

using namespace loquet; // NOLINT(google-build-using-namespace): a program of one file

void print(std::uint32_t number) {
    base::write_all(STDOUT_FILENO, std::to_string(number) + "\n");
}

void record(store::WriteTxn& txn, std::uint32_t number) {
    store::StepsTable::put(txn, model::Uid{number}, "counted", {});
    model::AuditEvent event;
    event.account = model::Uid{number};
    audit::AuditLog::append(txn, event);
}

base::Task<void> write_on(store::Store& store, std::uint32_t& next, bool early) {
    for (;;) {
        const std::uint32_t number = next++;
        store::Store::Work work([number](store::WriteTxn& txn) { record(txn, number); });
        auto written = store.write(std::move(work));
        if (early) {
            print(number);
        }
        co_await written;
        if (!early) {
            print(number);
        }
    }
}

} // namespace

int main(int argc, char** argv) {
    const std::string folder = argc > 1 ? argv[1] : "";
    const bool early = argc > 2 && std::string_view(argv[2]) == "early";
    bus::Loop loop;
    const store::MasterKey key(base::Secret(std::string(store::MasterKey::size, 'k')));
    store::Store store({.folder = folder}, key, loop);
    auto next = static_cast<std::uint32_t>(store.read(audit::AuditLog::newest)) + 1;
    base::TaskGroup writers([&](const std::exception_ptr&) { loop.stop(); });
    for (int i = 0; i < 4; ++i) {
        writers.spawn(write_on(store, next, early));
    }
    loop.run();
    return 1; // it is ended, or something is wrong
}
