// SPDX-License-Identifier: LGPL-2.1-or-later
// Rows P7 to P13 and P17: what PAM transactions take, and what loading the module costs.
//   pam_bench [OPTION VALUE...] compare|rate FOLDER SERVICE USER PASSWORD  FOLDER SERVICE USER PASSWORD
//   pam_bench [OPTION VALUE...] surplus|figure|memory|keep|repeat FOLDER SERVICE USER PASSWORD
//   pam_bench [OPTION VALUE...] load MODULE LIBRARY
// The options: settings.h. Peer's passwords in argv are those of throw-away accounts of a throw-away root.
#include "tests/bench/pam/modes.h"

#include <dlfcn.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <map>
#include <stdexcept>

namespace {

using namespace loquet::bench; // NOLINT(google-build-using-namespace): a program of one file

void become(int uid) {
    const auto id = static_cast<uid_t>(uid);
    if (uid >= 0 && (::setresgid(id, id, id) != 0 || ::setresuid(id, id, id) != 0)) {
        throw std::runtime_error("cannot become the user " + std::to_string(uid));
    }
}

void run(Settings settings) {
    using Mode = void (*)(const Settings&);
    const std::map<std::string, Mode> modes = {{"compare", compare_logins},  {"rate", measure_rate},
                                               {"surplus", measure_surplus}, {"memory", print_memory},
                                               {"figure", print_figure},     {"keep", keep_logging_in},
                                               {"repeat", repeat_login},     {"load", measure_loading}};
    const auto mode = settings.words.empty() ? modes.end() : modes.find(settings.words.front());
    if (mode == modes.end()) {
        throw std::invalid_argument(
            "pam_bench [OPTION VALUE...] compare|rate|surplus|figure|memory|keep|repeat|load WORD...");
    }
    settings.words.erase(settings.words.begin());
    become(settings.uid);
    if (!settings.preload.empty() && ::dlopen(settings.preload.c_str(), RTLD_NOW) == nullptr) {
        throw std::runtime_error(::dlerror());
    }
    mode->second(settings);
}

} // namespace

int main(int argc, char** argv) {
    try {
        run(read_settings(argc, argv));
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
