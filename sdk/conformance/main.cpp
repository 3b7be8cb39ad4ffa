// SPDX-License-Identifier: LGPL-2.1-or-later
// loquet-plugin-exam KIND FILE.so [--options FILE]: 0 passed, 1 failed, 2 wrong usage.
#include "sdk/conformance/kinds.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace {

using namespace loquet::sdk_conformance;

constexpr const char* usage = "usage: loquet-plugin-exam step|lockout|password_rules FILE.so [--options FILE]\n"
                              "\n"
                              "Examines a plugin without a daemon. Each line says what was examined and how it went.\n"
                              "FILE of --options: lines of name = value, as in /etc/loquet/plugins/NAME.toml.\n";

const std::map<std::string, void (*)(Examination&, const Paper&)> kinds{
    {"step", examine_step}, {"lockout", examine_lockout}, {"password_rules", examine_password_rules}};

int fail(const std::string& why) {
    std::fprintf(stderr, "loquet-plugin-exam: %s\n", why.c_str());
    return 2;
}

int run(int argc, char** argv) {
    const bool with_options = argc == 5 && std::string(argv[3]) == "--options";
    if ((argc != 3 && !with_options) || !kinds.contains(argv[1])) {
        std::fputs(usage, stderr);
        return 2;
    }
    if (!std::filesystem::is_regular_file(argv[2])) {
        return fail(std::string(argv[2]) + " is not a file");
    }
    Paper paper{std::filesystem::absolute(argv[2]), {}};
    if (with_options) {
        std::ifstream file(argv[4]);
        if (!file) {
            return fail(std::string(argv[4]) + " cannot be read");
        }
        paper.given = parse_lines(std::string(std::istreambuf_iterator<char>(file), {}));
    }
    const bool passed = run_examination([&](Examination& exam) { kinds.at(argv[1])(exam, paper); });
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
