// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/bench/pam/settings.h"

#include <functional>
#include <map>
#include <stdexcept>

namespace loquet::bench {

Settings read_settings(int argc, char** argv) {
    Settings settings;
    const std::vector<std::string> words(argv + 1, argv + argc);
    const auto text = [](std::string& place) { return [&place](const std::string& word) { place = word; }; };
    const auto number = [](int& place) { return [&place](const std::string& word) { place = std::stoi(word); }; };
    const std::map<std::string, std::function<void(const std::string&)>> options = {
        {"--row", text(settings.row.row)},
        {"--what", text(settings.row.what)},
        {"--against", text(settings.row.against)},
        {"--most", [&](const std::string& word) { settings.row.target = at_most(std::stod(word)); }},
        {"--least", [&](const std::string& word) { settings.row.target = at_least(std::stod(word)); }},
        {"--equal-within", [&](const std::string& word) { settings.row.target = about(1, std::stod(word)); }},
        {"--rounds", number(settings.rounds)},
        {"--times", number(settings.times)},
        {"--clients", number(settings.clients)},
        {"--uid", number(settings.uid)},
        {"--expect", number(settings.expected)},
        {"--expect-of-peer", number(settings.expected_of_peer)},
        {"--preload", text(settings.preload)},
        {"--setting", text(settings.setting)},
        {"--right", text(settings.right)},
    };
    std::size_t at = 0;
    for (; at < words.size() && words[at].starts_with("--"); ++at) {
        if (words[at] == "--authenticate-only") {
            settings.authenticate_only = true;
            continue;
        }
        const auto option = options.find(words[at]);
        if (option == options.end() || at + 1 == words.size()) {
            throw std::invalid_argument("the option " + words[at] + " is unknown, or its value is missing");
        }
        option->second(words[++at]);
    }
    settings.words.assign(words.begin() + static_cast<std::ptrdiff_t>(at), words.end());
    return settings;
}

} // namespace loquet::bench
