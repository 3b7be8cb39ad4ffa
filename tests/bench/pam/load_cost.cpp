// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/bench/pam/modes.h"
#include "tests/bench/pam/samples.h"

#include <dlfcn.h>
#include <security/pam_appl.h>

#include <cstdio>
#include <fstream>

namespace loquet::bench {

namespace {

long private_kilobytes() {
    std::ifstream rollup("/proc/self/smaps_rollup");
    long kilobytes = 0;
    for (std::string line; std::getline(rollup, line);) {
        std::sscanf(line.c_str(), "Private_Dirty: %ld kB", &kilobytes); // NOLINT(cert-err34-c): 0 where it is absent
    }
    return kilobytes;
}

void* load(const std::string& library) {
    void* handle = ::dlopen(library.c_str(), RTLD_NOW);
    if (handle == nullptr) {
        std::fprintf(stderr, "%s\n", ::dlerror());
    }
    return handle;
}

bool load_often(Samples& samples, const std::string& library, int times) {
    for (int i = 0; i < times; ++i) {
        bool loaded = false;
        samples.time([&] {
            void* handle = load(library);
            loaded = handle != nullptr && ::dlclose(handle) == 0;
        });
        if (!loaded) {
            return false;
        }
    }
    return true;
}

long dirtied_by(const std::string& library) {
    const long before = private_kilobytes();
    void* handle = load(library);
    const long after = private_kilobytes();
    if (handle != nullptr) {
        (void)::dlclose(handle);
    }
    return after - before;
}

} // namespace

bool measure_loading(const Settings& settings, const std::vector<std::string>& arguments) {
    if (arguments.size() != 2 || pam_strerror(nullptr, PAM_SUCCESS) == nullptr) { // keeps libpam linked
        return false;
    }
    const std::string& module = arguments[0];
    const std::string& library = arguments[1];
    Samples alone("load " + library + " alone");
    Samples bare("load the module");
    Samples beside("load the module beside it");
    bool loaded = true;
    for (int round = 0; round < settings.rounds && loaded; ++round) {
        loaded = load_often(alone, library, settings.times) && load_often(bare, module, settings.times);
        void* held = load(library);
        loaded = loaded && held != nullptr && load_often(beside, module, settings.times);
        if (held != nullptr) {
            (void)::dlclose(held);
        }
    }
    for (const Samples* samples : {&alone, &bare, &beside}) {
        samples->print(settings.json);
    }
    const char* format = settings.json ? "{\"name\": \"private memory, kB\", \"library\": %ld, \"module\": %ld}\n"
                                       : "private memory: %s %ld kB, with the module %ld kB\n";
    const long of_library = dirtied_by(library);
    const long of_module = dirtied_by(module);
    settings.json ? std::printf(format, of_library, of_module)
                  : std::printf(format, library.c_str(), of_library, of_module);
    return loaded;
}

} // namespace loquet::bench
