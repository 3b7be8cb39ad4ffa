// SPDX-License-Identifier: LGPL-2.1-or-later
// loquet-plugin-exam KIND FILE.so [--options FILE] [--seed N]: 0 passed, 1 failed, 2 wrong usage.
#include "sdk/conformance/examination.h"

#include <charconv>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>

namespace {

using namespace loquet::sdk_conformance;

constexpr const char* usage =
    "usage: loquet-plugin-exam step|lockout|password_rules|channel FILE.so [--options FILE] [--seed N]\n"
    "\n"
    "Examines a plugin without a daemon. Each line says what was examined and how it went.\n"
    "FILE of --options: lines of name = value, as in /etc/loquet/plugins/NAME.toml.\n"
    "N: the seed of an examination that is to be repeated.\n";

using Examiner = void (*)(Examination&, const Paper&);

// Nothing where there is no such kind.
Examiner examiner_of(std::string_view kind) {
    if (kind == "step") {
        return examine_step;
    }
    if (kind == "lockout") {
        return examine_lockout;
    }
    if (kind == "password_rules") {
        return examine_password_rules;
    }
    return kind == "channel" ? examine_channel : nullptr;
}

int fail(const std::string& why) {
    std::fprintf(stderr, "loquet-plugin-exam: %s\n", why.c_str());
    return 2;
}

std::map<std::string, std::string> read_options(const char* path) {
    std::ifstream file(path);
    if (!file) {
        throw std::runtime_error(std::string(path) + " cannot be read");
    }
    return parse_lines(std::string(std::istreambuf_iterator<char>(file), {}));
}

std::uint32_t read_seed(std::string_view digits) {
    std::uint32_t seed = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), seed);
    if (error != std::errc() || end != digits.data() + digits.size()) {
        throw std::runtime_error("a seed is a number, as an examination prints it");
    }
    return seed;
}

/// Reads what follows KIND FILE.so; false where it is not understood.
bool read_rest(int argc, char** argv, Paper& paper) {
    for (int n = 3; n < argc; n += 2) {
        const std::string_view name = argv[n];
        if (n + 1 == argc || (name != "--options" && name != "--seed")) {
            return false;
        }
        if (name == "--options") {
            paper.given = read_options(argv[n + 1]);
        } else {
            paper.seed = read_seed(argv[n + 1]);
        }
    }
    return true;
}

int run(int argc, char** argv) {
    Paper paper;
    if (argc < 3 || examiner_of(argv[1]) == nullptr || !read_rest(argc, argv, paper)) {
        std::fputs(usage, stderr);
        return 2;
    }
    if (!std::filesystem::is_regular_file(argv[2])) {
        return fail(std::string(argv[2]) + " is not a file");
    }
    paper.file = std::filesystem::absolute(argv[2]);
    const bool passed = run_examination([&](Examination& exam) {
        if (paper.seed) {
            exam.seed_with(*paper.seed);
        }
        examiner_of(argv[1])(exam, paper);
    });
    std::printf("%s %s\n", argv[2], passed ? "passed" : "FAILED");
    return passed ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const std::exception& error) {
        return fail(error.what());
    }
}
