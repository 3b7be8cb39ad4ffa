// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/config/last_good_configuration.h"

#include "lib/base/error.h"
#include "lib/base/file.h"

#include <unistd.h>

#include <charconv>

namespace loquet::config {

namespace {

constexpr std::string_view header = "loquet configuration 1\n";
constexpr mode_t own_mode = 0600;

void put(std::string& out, const SourceFile& file) {
    out += std::to_string(file.path.size()) + ' ' + std::to_string(file.text.size()) + '\n' + file.path + file.text;
}

std::optional<std::size_t> take_number(std::string_view& text, char end) {
    std::size_t number = 0;
    const auto [stop, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failed != std::errc() || stop == text.data() + text.size() || *stop != end) {
        return std::nullopt;
    }
    text.remove_prefix(static_cast<std::size_t>(stop - text.data()) + 1);
    return number;
}

std::optional<SourceFile> take(std::string_view& text) {
    const auto path = take_number(text, ' ');
    const auto content = path ? take_number(text, '\n') : std::nullopt;
    if (!content || *path > text.size() || *content > text.size() - *path) {
        return std::nullopt;
    }
    SourceFile file{std::string(text.substr(0, *path)), std::string(text.substr(*path, *content))};
    text.remove_prefix(*path + *content);
    return file;
}

} // namespace

std::string encode(const Sources& sources) {
    std::string out(header);
    out += std::to_string(sources.files.size()) + '\n';
    put(out, sources.profile);
    for (const SourceFile& file : sources.files) {
        put(out, file);
    }
    return out;
}

std::optional<Sources> decode(std::string_view text) {
    if (!text.starts_with(header)) {
        return std::nullopt;
    }
    text.remove_prefix(header.size());
    const auto count = take_number(text, '\n');
    auto profile = count ? take(text) : std::nullopt;
    if (!profile) {
        return std::nullopt;
    }
    Sources sources{*std::move(profile), {}};
    for (std::size_t left = *count; left > 0; --left) {
        auto file = take(text);
        if (!file) {
            return std::nullopt;
        }
        sources.files.push_back(*std::move(file));
    }
    return text.empty() ? std::optional(std::move(sources)) : std::nullopt;
}

std::optional<std::string> LastGoodConfiguration::text() const {
    if (file_.empty()) {
        return std::nullopt;
    }
    try {
        return base::read_file(file_, LastGoodConfiguration::most_bytes);
    } catch (const base::Error&) {
        return std::nullopt;
    }
}

void LastGoodConfiguration::save(const Sources& sources) const {
    const std::string now = encode(sources);
    if (file_.empty() || text() == now) {
        return;
    }
    if (now.size() > LastGoodConfiguration::most_bytes) {
        throw base::Error(base::Error::Kind::limited, "the configuration is larger than "
                                                          + std::to_string(LastGoodConfiguration::most_bytes)
                                                          + " bytes");
    }
    base::replace_file(file_, now, own_mode);
}

void LastGoodConfiguration::clear() const noexcept {
    if (!file_.empty()) {
        (void)::unlink(file_.c_str());
    }
}

std::optional<Config> LastGoodConfiguration::load() const {
    const auto kept = text();
    const auto sources = kept ? decode(*kept) : std::nullopt;
    if (!sources) {
        return std::nullopt;
    }
    Complaints complaints;
    Config config = assemble(*sources, complaints);
    return complaints.lines().empty() ? std::optional(std::move(config)) : std::nullopt;
}

} // namespace loquet::config
