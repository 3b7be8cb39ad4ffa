// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/bench/pam/modes.h"

#include <dlfcn.h>
#include <link.h>

#include <cstring>
#include <stdexcept>

namespace loquet::bench {

namespace {

class Loaded {
public:
    explicit Loaded(const std::string& library) : handle_(::dlopen(library.c_str(), RTLD_NOW)) {
        if (handle_ == nullptr) {
            throw std::runtime_error(::dlerror());
        }
    }
    ~Loaded() { (void)::dlclose(handle_); }
    Loaded(const Loaded&) = delete;
    Loaded& operator=(const Loaded&) = delete;

private:
    void* handle_;
};

double load_often(const std::string& library, int times) {
    Rounds samples;
    for (int i = 0; i < times; ++i) {
        samples.time([&] { const Loaded loaded(library); });
    }
    return samples.median();
}

int count_libstdcxx() {
    int found = 0;
    ::dl_iterate_phdr(
        [](dl_phdr_info* info, std::size_t, void* count) {
            *static_cast<int*>(count) += std::strstr(info->dlpi_name, "libstdc++") != nullptr ? 1 : 0;
            return 0;
        },
        &found);
    return found;
}

} // namespace

void measure_loading(const Settings& settings) {
    const std::string& module = settings.words.at(0);
    const std::string& library = settings.words.at(1);
    Row bare{.row = settings.row.row, .what = "module, dlopen and dlclose", .unit = "us", .figure = {}};
    bare.against = "libsystemd alone";
    bare.target = at_most(1.1);
    Row beside{.row = settings.row.row, .what = "the same where libsystemd is loaded", .unit = "us", .figure = {}};
    beside.target = at_most(60);
    Row shared{.row = settings.row.row, .what = "shared libstdc++ that the module brings", .unit = "", .figure = {}};
    shared.target = at_most(0);
    const int already = count_libstdcxx();
    for (int round = 0; round < settings.rounds; ++round) {
        bare.reference.add(load_often(library, settings.times));
        bare.figure.add(load_often(module, settings.times));
        const Loaded held(library);
        beside.figure.add(load_often(module, settings.times));
        const Loaded held_too(module);
        shared.figure.add(count_libstdcxx() - already);
    }
    bare.ratio = bare.figure / bare.reference;
    for (const Row& row : {bare, beside, shared}) {
        row.print();
    }
}

} // namespace loquet::bench
