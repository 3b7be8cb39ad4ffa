// SPDX-License-Identifier: LGPL-2.1-or-later
// What the main() of every benchmark does with the words behind its name. One thread.
#pragma once

#include <cstdio>
#include <exception>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace loquet::bench {

using Words = std::vector<std::string>;

/// Calls `run(words)` and gives main()'s result; what is thrown is told on standard error.
template <class Run>
int program(int argc, char** argv, Run run) {
    try {
        run(Words(argv + 1, argv + argc));
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}

struct Mode {
    std::string_view name;
    void (*run)(const Words& words);
};

/// The same for a program of several modes: the first word names one, which gets all words.
inline int program(int argc, char** argv, std::initializer_list<Mode> modes) {
    return program(argc, argv, [&](const Words& words) {
        std::string known;
        for (const Mode& mode : modes) {
            if (!words.empty() && words.front() == mode.name) {
                return mode.run(words);
            }
            known.append(known.empty() ? "" : "|").append(mode.name);
        }
        throw std::invalid_argument("the first word is one of " + known);
    });
}

} // namespace loquet::bench
