// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugins/command/program.h"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <iterator>

namespace loquet::plugins_command {

namespace {

constexpr loquet_option options_offered[] = {
    {"program", LOQUET_OPTION_TEXT, "\"\"", "The program, an absolute path; root's, and no other's to write.", 0, 0},
    {"arguments", LOQUET_OPTION_TEXT_LIST, "[]", "Its arguments, the same for each message.", 0, 0},
    {"seconds", LOQUET_OPTION_INTEGER, "30", "Seconds until it must have ended.", 1, 55},
};
constexpr loquet_manifest the_manifest{sizeof(loquet_manifest),
                                       "command",
                                       "1.0",
                                       "Hands each message to a program, on its standard input.",
                                       nullptr,
                                       options_offered,
                                       std::size(options_offered)};

/// Whoever can change a part of the path can have another program run.
void check_root_owns(const std::string& path, bool is_program) {
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0) {
        throw sdk::Refusal("program: " + path + ": " + std::strerror(errno)); // NOLINT(concurrency-mt-unsafe)
    }
    const bool sticky_folder = S_ISDIR(status.st_mode) && (status.st_mode & S_ISVTX) != 0;
    if (status.st_uid != 0 || ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0 && !sticky_folder)) {
        throw sdk::Refusal("program: " + path + " must belong to root, and nobody else may write it");
    }
    if (is_program && (!S_ISREG(status.st_mode) || ::access(path.c_str(), X_OK) != 0)) {
        throw sdk::Refusal("program: " + path + " is no program");
    }
}

std::string program_of(const sdk::Options& options) {
    std::string path(options.text("program"));
    if (path.empty()) {
        return path;
    }
    if (path.front() != '/' || path.find('\0') != std::string::npos) {
        throw sdk::Refusal("program must be an absolute path");
    }
    check_root_owns(path, true);
    for (std::size_t slash = path.rfind('/'); slash != 0; slash = path.rfind('/', slash - 1)) {
        check_root_owns(path.substr(0, slash), false);
    }
    return path;
}

/// RFC 3339, UTC, whole seconds.
std::string written_time(std::int64_t milliseconds) {
    const auto seconds = static_cast<std::time_t>(milliseconds / 1000);
    std::tm utc{};
    ::gmtime_r(&seconds, &utc);
    std::array<char, 40> text{};
    return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc)};
}

} // namespace

const loquet_manifest& Program::manifest() {
    return the_manifest;
}

Program::Program(const sdk::Options& options)
    : path(program_of(options)), arguments(options.list("arguments")), patience(options.integer("seconds")) {}

std::string standard_input(const sdk::Delivery& delivery) {
    std::string all;
    all.reserve(2048 + delivery.text().size()); // it does not move, and leaves no copy behind
    const auto line = [&](const char* name, std::string_view value) {
        if (!value.empty()) {
            all.append(name).append(": ").append(value).append("\n");
        }
    };
    line("Reference", delivery.reference());
    line("To", delivery.destination());
    line("Subject", delivery.subject());
    line("Locale", delivery.locale());
    line("Attempt", std::to_string(delivery.attempt()));
    line("Date", written_time(delivery.now()));
    line("Expires", written_time(delivery.expires()));
    return all.append("\n").append(delivery.text());
}

} // namespace loquet::plugins_command
