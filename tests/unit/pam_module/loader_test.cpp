// SPDX-License-Identifier: LGPL-2.1-or-later
// The module as a guest in somebody else's process: what it exports and brings, and that it can be loaded and unloaded
// for ever. The growth is measured without sanitizers only, which keep freed memory back.
#include "lib/base/file.h"
#include "tests/support/process.h"
#include "tests/unit/pam_module/application.h"

#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <memory>
#include <sstream>

namespace loquet::tests {

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr int many = 10000;
constexpr int warm_up = 100;
constexpr long some_bytes = 2048; ///< for what the C library keeps once (a message catalogue, a resolved address)
constexpr long some_kilobytes = 256;

std::string output_of(std::vector<std::string> argv) {
    return run(Command{std::move(argv), {"LC_ALL=C"}, {}}).output;
}

struct Memory {
    long heap;     ///< bytes in use
    long resident; ///< kB
};

Memory memory_now() {
    const auto heap = ::mallinfo2();
    // Counted page by page; statm's figure may be off by some hundred kilobytes on a machine of many processors.
    const std::string rollup = base::read_file("/proc/self/smaps_rollup", 4096);
    const long resident = std::stol(rollup.substr(rollup.find("\nRss:") + 5));
    return {static_cast<long>(heap.uordblks + heap.hblkhd), resident};
}

template <class Work>
void expect_no_growth(Work work) {
    for (int i = 0; i < warm_up; ++i) {
        work();
    }
    // What leaks at each load grows in both halves; what a library keeps once, in one of them.
    Memory growth{std::numeric_limits<long>::max(), std::numeric_limits<long>::max()};
    for (int half = 0; half < 2; ++half) {
        const Memory before = memory_now();
        for (int i = 0; i < many / 2; ++i) {
            work();
        }
        const Memory after = memory_now();
        growth.heap = std::min(growth.heap, after.heap - before.heap);
        growth.resident = std::min(growth.resident, after.resident - before.resident);
    }
    EXPECT_LE(growth.heap, some_bytes);
    EXPECT_LE(growth.resident, some_kilobytes);
    testing::Test::RecordProperty("heap_growth_bytes", std::to_string(growth.heap));
    testing::Test::RecordProperty("resident_growth_kb", std::to_string(growth.resident));
}

void load_and_unload(const char* library) {
    void* handle = ::dlopen(library, RTLD_NOW);
    ASSERT_NE(handle, nullptr) << ::dlerror();
    ASSERT_EQ(::dlclose(handle), 0);
}

bool is_loaded(const char* library) {
    void* handle = ::dlopen(library, RTLD_NOW | RTLD_NOLOAD);
    if (handle != nullptr) {
        (void)::dlclose(handle);
    }
    return handle != nullptr;
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif

class TheModule : public testing::Test {};

/// What only a build without sanitizers can show.
class TheModuleAsShipped : public testing::Test {
protected:
    void SetUp() override {
        if (sanitized) {
            GTEST_SKIP() << "measured in builds without sanitizers";
        }
    }
};

TEST_F(TheModule, ExportsTheSixDoorsOfPamAndNothingElse) {
    std::istringstream lines(output_of({"nm", "-D", "--defined-only", "--format=just-symbols", PAM_LOQUET}));
    std::vector<std::string> names;
    for (std::string name; std::getline(lines, name);) {
        names.push_back(name);
    }
    EXPECT_THAT(names, ElementsAre("pam_sm_acct_mgmt", "pam_sm_authenticate", "pam_sm_chauthtok",
                                   "pam_sm_close_session", "pam_sm_open_session", "pam_sm_setcred"));
}

TEST_F(TheModule, HasNoSymbolThatForbidsUnloading) {
    const std::string symbols = output_of({"readelf", "--wide", "--symbols", PAM_LOQUET});
    EXPECT_THAT(symbols, HasSubstr("pam_sm_authenticate"));
    EXPECT_THAT(symbols, Not(HasSubstr("UNIQUE")));
    EXPECT_THAT(output_of({"readelf", "--wide", "--dynamic", PAM_LOQUET}), Not(HasSubstr("NODELETE")));
}

TEST_F(TheModuleAsShipped, BringsItsOwnRuntimeAndNeedsNoSharedOne) {
    const std::string needed = output_of({"readelf", "--wide", "--dynamic", PAM_LOQUET});
    EXPECT_THAT(needed, HasSubstr("libsystemd.so.0"));
    EXPECT_THAT(needed, Not(HasSubstr("libstdc++")));
    EXPECT_THAT(needed, Not(HasSubstr("libgcc_s")));
}

/// It would write on the terminal of somebody's login, and take a third of the module.
TEST_F(TheModuleAsShipped, BringsNoHandlerThatSaysTheNameOfAnException) {
    const std::string symbols = output_of({"readelf", "--wide", "--symbols", PAM_LOQUET});
    EXPECT_THAT(symbols, HasSubstr("pam_sm_authenticate"));
    EXPECT_THAT(symbols, Not(HasSubstr("verbose_terminate")));
    EXPECT_THAT(symbols, Not(HasSubstr("demangle")));
}

TEST_F(TheModule, IsGoneAfterItWasClosed) {
    load_and_unload(PAM_LOQUET);
    EXPECT_EQ(::dlopen(PAM_LOQUET, RTLD_NOW | RTLD_NOLOAD), nullptr);
}

TEST_F(TheModuleAsShipped, IsLoadedAndUnloadedTenThousandTimesWithoutGrowth) {
    ASSERT_TRUE(is_loaded("libsystemd.so.0")) << "this process holds it, so that only our own growth is measured";
    expect_no_growth([] { load_and_unload(PAM_LOQUET); });
}

TEST_F(TheModuleAsShipped, IsLoadedByPamTenThousandTimesWithoutGrowth) {
    ::setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/bus", 1);
    const auto services = std::make_shared<const ServiceFolder>(Service{.options = "quiet"});
    expect_no_growth([&] {
        Application application("alice", services);
        ASSERT_EQ(application.authenticate(), PAM_AUTHINFO_UNAVAIL);
    });
    ::unsetenv("DBUS_SYSTEM_BUS_ADDRESS");
}

/// The same in a process that has neither libsystemd nor libstdc++: what a plain application is. Each load brings ten
/// libraries, and takes twenty times as long; the libraries' own behaviour is measured apart.
TEST_F(TheModuleAsShipped, IsLoadedIntoAPlainProgramWithoutGrowth) {
    constexpr int often = 2000;
    for (const std::string library : {PAM_LOQUET, "libsystemd.so.0"}) {
        const Outcome outcome =
            run(Command{{PLAIN_LOADER, library, std::to_string(warm_up), std::to_string(often)}, {}, {}},
                base::Milliseconds(100000));
        ASSERT_EQ(outcome.exit_code, 0) << outcome.errors;
        std::istringstream figures(outcome.output);
        long heap = 0;
        long resident = 0;
        figures >> heap >> resident;
        RecordProperty(library == PAM_LOQUET ? "module_heap_bytes" : "libsystemd_heap_bytes", std::to_string(heap));
        EXPECT_LE(heap, some_bytes) << library;
        EXPECT_LE(resident, some_kilobytes) << library;
    }
}

} // namespace

} // namespace loquet::tests
