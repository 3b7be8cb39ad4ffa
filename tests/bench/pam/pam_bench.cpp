// SPDX-License-Identifier: LGPL-2.1-or-later
// Rows P7, P8, P10, P12 and P13: what PAM transactions take, and what loading the module costs.
//   pam_bench [options] load MODULE LIBRARY
//   pam_bench [options] login FOLDER SERVICE USER PASSWORD [FOLDER SERVICE USER PASSWORD ...]
// Options: --json  --rounds N  --times N  --uid UID  --expect RESULT  --authenticate-only
#include "tests/bench/pam/modes.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace {

using loquet::bench::Settings;

/// Takes the options from the front; what is left are the mode and its words.
std::vector<std::string> read_options(int argc, char** argv, Settings& settings) {
    std::vector<std::string> words(argv + 1, argv + argc);
    std::size_t at = 0;
    const auto number = [&](std::string_view name, int& value) {
        const bool found = words[at] == name && at + 1 < words.size();
        if (found) {
            value = static_cast<int>(std::strtol(words[++at].c_str(), nullptr, 10));
        }
        return found;
    };
    for (; at < words.size() && words[at].starts_with("--"); ++at) {
        settings.json = settings.json || words[at] == "--json";
        settings.authenticate_only = settings.authenticate_only || words[at] == "--authenticate-only";
        (void)(number("--rounds", settings.rounds) || number("--times", settings.times) || number("--uid", settings.uid)
               || number("--expect", settings.expected));
    }
    words.erase(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(at));
    return words;
}

} // namespace

int main(int argc, char** argv) {
    Settings settings;
    std::vector<std::string> words = read_options(argc, argv, settings);
    const std::string mode = words.empty() ? "" : words.front();
    words.erase(words.begin(), words.begin() + std::min<std::ptrdiff_t>(1, static_cast<std::ptrdiff_t>(words.size())));
    if (mode == "load") {
        return loquet::bench::measure_loading(settings, words) ? 0 : 1;
    }
    if (mode == "login") {
        return loquet::bench::measure_logins(settings, words) ? 0 : 1;
    }
    std::fprintf(stderr, "pam_bench [options] load MODULE LIBRARY | login FOLDER SERVICE USER PASSWORD ...\n");
    return 2;
}
