// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sdk/conformance/manifest_exam.h"

#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <set>

namespace loquet::sdk_conformance {
namespace {

constexpr std::array<std::string_view, 10> known_facts{
    "name", "display_name", "mail_masked", "phone_masked", "organisation", "uid", "created", "media", "mail", "phone"};

bool is_sentence(const char* text) {
    return text != nullptr && *text != '\0' && is_clean_text(sdk::text(text), 512);
}

bool is_option_name(const char* name) {
    const std::string_view text = name == nullptr ? "" : name;
    return !text.empty() && text.size() <= 64 && text.front() >= 'a' && text.front() <= 'z'
           && std::all_of(text.begin(), text.end(),
                          [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

void expect_sane(const loquet_option& option) {
    expect(is_option_name(option.name), "an option's name is not lower_snake_case");
    const std::string which = "option " + std::string(option.name);
    expect(is_sentence(option.help), which + " has no help");
    expect(option.default_value != nullptr, which + " has no default value");
    expect(option.minimum <= option.maximum, which + " has a range that is empty");
    (void)parse_value(option, option.default_value);
}

std::size_t entries(const char* folder) {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator()));
}

} // namespace

std::string stem_of(const std::string& file) {
    return std::filesystem::path(file).stem().string();
}

void expect_sane(const loquet_manifest* manifest, const std::string& stem) {
    expect(manifest != nullptr && manifest->size >= sizeof(loquet_manifest), "the manifest is too small");
    expect(is_option_name(manifest->name), "the plugin's name is not lower_snake_case");
    expect(manifest->name == stem, "the plugin is called " + std::string(manifest->name) + ", but its file " + stem);
    expect(is_sentence(manifest->version), "there is no version");
    expect(is_sentence(manifest->summary), "there is no summary");
    for (const char* const* fact = manifest->facts; fact != nullptr && *fact != nullptr; ++fact) {
        expect(std::find(known_facts.begin(), known_facts.end(), *fact) != known_facts.end(),
               "the fact " + std::string(*fact) + " is never given");
    }
    expect(manifest->option_count <= 256, "there are more than 256 options");
    expect(manifest->option_count == 0 || manifest->options != nullptr, "the options are missing");
    std::set<std::string> names;
    for (size_t n = 0; n < manifest->option_count; ++n) {
        expect_sane(manifest->options[n]);
        expect(names.insert(manifest->options[n].name).second,
               "option " + std::string(manifest->options[n].name) + " stands there twice");
    }
}

std::string traces() {
    const bool child = waitpid(-1, nullptr, WNOHANG) >= 0 || errno != ECHILD;
    return std::to_string(entries("/proc/self/fd")) + " descriptors, " + std::to_string(entries("/proc/self/task"))
           + " threads, " + (child ? "some" : "no") + " child processes";
}

} // namespace loquet::sdk_conformance
