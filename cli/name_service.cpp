// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/name_service.h"

#include "lib/base/error.h"

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <vector>

namespace loquet::cli {

namespace {

using PasswdRecord = struct ::passwd; // the verb passwd() has the name, too

constexpr std::size_t largest_record = 1024 * 1024;

/// getpwnam(3) lists these as "not found", next to 0.
bool means_not_found(int error) {
    return error == 0 || error == ENOENT || error == ESRCH || error == EBADF || error == EPERM;
}

/// `take` of the record that `look_up(record, buffer, found)` finds.
template <class LookUp, class Take>
auto record_by(LookUp look_up, Take take) -> std::optional<decltype(take(PasswdRecord{}))> {
    for (std::vector<char> buffer(4096);;) {
        PasswdRecord record{};
        PasswdRecord* found = nullptr;
        const int error = look_up(&record, buffer, &found);
        if (found != nullptr) {
            return take(*found);
        }
        if (means_not_found(error)) {
            return std::nullopt;
        }
        if (error == ERANGE && buffer.size() < largest_record) {
            buffer.resize(buffer.size() * 2);
        } else if (error != EINTR) {
            throw base::Error(base::Error::Kind::unavailable,
                              std::string("The sources of names (nsswitch.conf) do not answer: ")
                                  + ::strerrordesc_np(error));
        }
    }
}

} // namespace

std::optional<std::uint32_t> uid_of(const std::string& name) {
    return record_by(
        [&](PasswdRecord* record, std::vector<char>& buffer, PasswdRecord** found) {
            return ::getpwnam_r(name.c_str(), record, buffer.data(), buffer.size(), found);
        },
        [](const PasswdRecord& record) { return std::uint32_t{record.pw_uid}; });
}

std::optional<std::string> own_name() {
    return record_by(
        [](PasswdRecord* record, std::vector<char>& buffer, PasswdRecord** found) {
            return ::getpwuid_r(::getuid(), record, buffer.data(), buffer.size(), found);
        },
        [](const PasswdRecord& record) { return std::string(record.pw_name); });
}

namespace {

constexpr std::string_view blank = " \t\r";
constexpr std::string_view ours = "loquet";

struct Source {
    std::string name;
    std::string actions;              ///< all that stands in brackets behind it; for people
    bool ends_when_not_found = false; ///< a name that this source does not have is asked of no other
};

std::string lower(std::string_view text) {
    std::string word(text);
    std::transform(word.begin(), word.end(), word.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    std::erase_if(word, [](char c) { return c == ' ' || c == '\t'; });
    return word;
}

/// "[!UNAVAIL=return SUCCESS=merge]" without the brackets; blanks may stand around '='.
void apply_actions(std::string_view actions, Source& source) {
    while (!actions.empty()) {
        const std::size_t equals = actions.find('=');
        if (equals == std::string_view::npos) {
            return;
        }
        std::string status = lower(actions.substr(0, equals));
        actions.remove_prefix(equals + 1);
        actions.remove_prefix(std::min(actions.find_first_not_of(blank), actions.size()));
        const std::size_t end = std::min(actions.find_first_of(" \t!"), actions.size());
        const std::string action = lower(actions.substr(0, end));
        actions.remove_prefix(end);
        const bool negated = status.starts_with('!');
        status.erase(0, negated ? 1 : 0);
        if ((status == "notfound") != negated) {
            source.ends_when_not_found = action == "return";
        }
    }
}

std::vector<Source> sources_of(std::string_view text) {
    std::vector<Source> sources;
    while (true) {
        text.remove_prefix(std::min(text.find_first_not_of(blank), text.size()));
        if (text.empty()) {
            return sources;
        }
        if (text.starts_with('[')) {
            const std::size_t end = std::min(text.find(']'), text.size());
            if (!sources.empty()) {
                sources.back().actions += text.substr(0, std::min(end + 1, text.size()));
                apply_actions(text.substr(1, end - 1), sources.back());
            }
            text.remove_prefix(std::min(end + 1, text.size()));
        } else {
            const std::size_t end = std::min(text.find_first_of(" \t\r["), text.size());
            sources.push_back({std::string(text.substr(0, end)), "", false});
            text.remove_prefix(end);
        }
    }
}

/// The first line of that database, as the C library takes it.
std::optional<std::vector<Source>> sources_in(std::string_view text, std::string_view database) {
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        line = line.substr(0, line.find('#'));
        line.remove_prefix(std::min(line.find_first_not_of(blank), line.size()));
        const std::size_t colon = line.find(':');
        if (colon != std::string_view::npos && lower(line.substr(0, colon)) == database) {
            return sources_of(line.substr(colon + 1));
        }
    }
    return std::nullopt;
}

std::optional<std::string> finding(std::string_view database, const std::vector<Source>& sources) {
    const auto loquet = std::find_if(sources.begin(), sources.end(), [](const Source& s) { return s.name == ours; });
    if (loquet == sources.end()) {
        return fmt::format(
            "Programs do not ask Loquet for names: '{0}' in /etc/nsswitch.conf does not name loquet. It is "
            "to say '{0}: files loquet', with other sources behind.",
            database);
    }
    const auto end = std::find_if(sources.begin(), loquet, [](const Source& s) { return s.ends_when_not_found; });
    if (end != loquet) {
        return fmt::format(
            "Programs do not ask Loquet for names: '{}' in /etc/nsswitch.conf ends at '{} {}' for a name "
            "that is not found there. Move loquet before it.",
            database, end->name, end->actions);
    }
    if (std::any_of(loquet, sources.end(), [](const Source& s) { return s.name == "files"; })) {
        return fmt::format(
            "The machine's own users come second: '{}' in /etc/nsswitch.conf has loquet before files. Move "
            "it behind.",
            database);
    }
    return std::nullopt;
}

} // namespace

std::vector<std::string> name_source_findings(std::string_view nsswitch) {
    std::vector<std::string> findings;
    const auto add = [&](std::string_view database, const std::vector<Source>& sources) {
        if (auto sentence = finding(database, sources)) {
            findings.push_back(*std::move(sentence));
        }
    };
    for (const std::string_view database : {"passwd", "group"}) {
        add(database, sources_in(nsswitch, database).value_or(std::vector<Source>{{"files", "", false}}));
    }
    if (const auto sources = sources_in(nsswitch, "initgroups")) { // else those of group
        add("initgroups", *sources);
    }
    return findings;
}

} // namespace loquet::cli
