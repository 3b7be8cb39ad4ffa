// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sdk/conformance/examination.h"

#include <sys/mman.h>
#include <sys/random.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <set>

namespace loquet::sdk_conformance {

namespace {

constexpr std::size_t name_bytes = 256;

std::string what_became_of(int status) {
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM) {
        return "a call lasted longer than " + std::to_string(deadline.count()) + " seconds";
    }
    if (WIFSIGNALED(status)) {
        return std::string("the process died: SIG") + sigabbrev_np(WTERMSIG(status));
    }
    return "the plugin ended the process";
}

void set_timer(std::chrono::seconds seconds) {
    const itimerval timer{{0, 0}, {seconds.count(), 0}};
    setitimer(ITIMER_REAL, &timer, nullptr);
}

/// The number of bytes of the UTF-8 character that starts at `at`; 0 where there is none.
std::size_t character_bytes(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t n) {
        return at + n < text.size() ? static_cast<unsigned char>(text[at + n]) : 0U;
    };
    const unsigned first = byte(0);
    const std::size_t size = first < 0x80   ? 1
                             : first < 0xC2 ? 0
                             : first < 0xE0 ? 2
                             : first < 0xF0 ? 3
                             : first < 0xF5 ? 4
                                            : 0;
    for (std::size_t n = 1; n < size; ++n) {
        if ((byte(n) & 0xC0U) != 0x80U) {
            return 0;
        }
    }
    const bool overlong_or_surrogate = (first == 0xE0 && byte(1) < 0xA0) || (first == 0xED && byte(1) > 0x9F)
                                       || (first == 0xF0 && byte(1) < 0x90) || (first == 0xF4 && byte(1) > 0x8F);
    return overlong_or_surrogate ? 0 : size;
}

} // namespace

bool run_examination(const std::function<void(Examination&)>& work) {
    constexpr int finished_well = 0;
    constexpr int finished_badly = 10; // a plugin that exits on its own is not taken for either
    auto* const current =
        static_cast<char*>(mmap(nullptr, name_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    if (current == MAP_FAILED) {
        throw std::runtime_error("no memory is left to share with the examined process");
    }
    std::fflush(nullptr);
    const pid_t child = fork();
    if (child < 0) {
        throw std::runtime_error("no process can be started for the examination");
    }
    if (child == 0) {
        Examination examination(current, name_bytes);
        work(examination);
        std::snprintf(current, name_bytes, "%s", "");
        std::fflush(nullptr);
        _exit(examination.passed() ? finished_well : finished_badly);
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0) {
    }
    const std::string during = current;
    munmap(current, name_bytes);
    if (!during.empty()) {
        std::printf("FAIL  %s: %s\n", during.c_str(), what_became_of(status).c_str());
        return false;
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == finished_well;
}

void Examination::check(const std::string& name, const std::function<void()>& work) {
    std::snprintf(current_, size_, "%s", name.c_str());
    try {
        work();
        std::printf("ok    %s\n", name.c_str());
    } catch (const std::exception& fault) {
        passed_ = false;
        std::printf("FAIL  %s: %s\n", name.c_str(), fault.what());
    }
    std::fflush(stdout);
}

void Examination::arm() {
    set_timer(deadline);
}

void Examination::disarm() {
    set_timer(std::chrono::seconds(0));
}

std::string Examination::garbage(std::size_t most, bool text) {
    std::string bytes(random() % (most + 1), '\0');
    for (char& c : bytes) {
        c = static_cast<char>(text ? 0x20 + random() % 0x5F : random());
    }
    return bytes;
}

void Examination::on_log(void* context, int level, loquet_text text) {
    auto& self = *static_cast<Examination*>(context);
    self.faults.expect(level >= LOQUET_LOG_ERROR && level <= LOQUET_LOG_INFO, "it logged at a level that is none");
    self.logged += sdk::view(text);
}

int Examination::on_random(void* /*context*/, void* data, std::size_t size) {
    return getrandom(data, size, 0) == static_cast<ssize_t>(size) ? 0 : -1;
}

void Examination::on_complaint(void* context, loquet_text text) {
    static_cast<Examination*>(context)->complained = sdk::view(text);
}

bool is_clean_text(loquet_text given, std::size_t most) {
    const std::string_view text = sdk::view(given);
    if (text.size() > most) {
        return false;
    }
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t size = character_bytes(text, at);
        const auto first = static_cast<unsigned char>(text[at]);
        const bool control = first < 0x20 || first == 0x7F
                             || (first == 0xC2 && size == 2 && static_cast<unsigned char>(text[at + 1]) < 0xA0);
        if (size == 0 || control) {
            return false;
        }
        at += size;
    }
    return true;
}

void expect_message(Faults& faults, const loquet_message* message, std::string_view plugin, std::string_view besides) {
    if (message == nullptr || message->size < sizeof(loquet_message)) {
        faults.expect(false, "a message has a wrong size");
        return;
    }
    faults.expect(message->id.size > 0 && is_clean_text(message->id, 64), "a message has no proper id");
    const std::string_view id = sdk::view(message->id);
    const std::string_view family = id.substr(0, id.find('.'));
    faults.expect(family.size() + 1 < id.size() && (family == plugin || (!besides.empty() && family == besides)),
                  "it names a text that is not its own: its ids begin with the name of the plugin and a dot");
    faults.expect(message->variable_count <= 16, "a message has more than 16 variables");
    for (size_t n = 0; n < message->variable_count; ++n) {
        faults.expect(message->variables[n].name.size > 0 && is_clean_text(message->variables[n].name, 64),
                      "a variable of a message has no proper name");
        faults.expect(is_clean_text(message->variables[n].value, 512),
                      "a variable of a message is longer than 512 bytes, not UTF-8, or has control characters");
    }
}

std::string flatten(const loquet_message& message) {
    std::string all(sdk::view(message.id));
    for (size_t n = 0; n < message.variable_count; ++n) {
        all.append("|").append(sdk::view(message.variables[n].name));
        all.append("=").append(sdk::view(message.variables[n].value));
    }
    return all;
}

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
