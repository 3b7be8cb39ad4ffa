// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/messages/catalogue_loader.h"

#include "lib/base/error.h"
#include "lib/base/file.h"
#include "lib/base/limits.h"
#include "lib/base/text.h"
#include "lib/messages/catalogue.h"

#include <toml++/toml.h>

#include <algorithm>
#include <system_error>
#include <utility>

namespace loquet::messages {

namespace {

constexpr std::size_t deepest_id = 8; ///< words between dots

std::string place(const std::string& file, const toml::source_position& at) {
    return file + ':' + std::to_string(at.line) + ':' + std::to_string(at.column);
}

bool is_variable_name(std::string_view name) {
    return !name.empty() && name.size() <= limits::prompt_name_bytes
           && std::all_of(name.begin(), name.end(), [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
}

} // namespace

Catalogue Catalogue::load(const std::vector<std::string>& folders) {
    return Loader::load(folders);
}

Catalogue Catalogue::Loader::load(const std::vector<std::string>& folders) {
    Loader loader;
    for (const std::string& folder : folders) {
        loader.read_folder(folder);
    }
    return std::move(loader.made_);
}

void Catalogue::Loader::complain(const std::string& position, const std::string& what) {
    made_.complaints_.push_back(position + ": " + base::printable(what));
}

void Catalogue::Loader::read_folder(const std::string& folder) {
    std::vector<File> files = catalogues_of(folder);
    // The English texts come first, because they say which variables the others may use.
    const auto order = [](const File& file) { return std::pair(file.language != source_language, file.path); };
    std::sort(files.begin(), files.end(), [&](const File& a, const File& b) { return order(a) < order(b); });
    for (const File& file : files) {
        read_catalogue(file);
    }
}

std::vector<Catalogue::Loader::File> Catalogue::Loader::catalogues_of(const std::string& folder) {
    std::vector<File> files;
    std::error_code failed;
    for (std::filesystem::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed)) {
        if (at->path().extension() != ".toml") {
            continue;
        }
        const std::string tag = at->path().stem().extension().string(); // ".fr" of loquet.fr.toml
        std::string language = canonical_language(tag.empty() ? tag : tag.substr(1));
        if (language.empty()) {
            complain(at->path().string(), "the file's name says no language; accepted is NAME.LANGUAGE.toml, as in "
                                          "site.fr.toml");
        } else {
            files.push_back({at->path(), std::move(language)});
        }
    }
    if (failed && failed != std::errc::no_such_file_or_directory) {
        complain(folder, "the folder cannot be read: " + failed.message());
    }
    return files;
}

std::vector<Catalogue::Loader::Found> Catalogue::Loader::texts_of(const File& file) {
    std::vector<Found> found;
    const std::string name = file.path.string();
    const auto flatten = [&](const auto& self, const toml::table& table, const std::string& prefix,
                             std::size_t depth) -> void {
        for (const auto& [key, node] : table) {
            const std::string id = prefix + std::string(key.str());
            if (node.is_table() && depth < deepest_id) {
                self(self, *node.as_table(), id + '.', depth + 1);
            } else if (node.is_string()) {
                found.push_back({id, node.as_string()->get(), place(name, node.source().begin)});
            } else {
                complain(place(name, node.source().begin), '"' + id + "\" is not a text; accepted is \"...\"");
            }
        }
    };
    try {
        const toml::table table = toml::parse(base::read_file(name, limits::configuration_file_bytes), name);
        flatten(flatten, table, "", 1);
    } catch (const toml::parse_error& error) {
        complain(place(name, error.source().begin), std::string(error.description()));
    } catch (const base::Error& error) {
        complain(name, error.what());
    }
    return found;
}

std::optional<Catalogue::Text> Catalogue::Loader::take_apart(const Found& found) {
    Text pieces;
    std::string literal;
    const std::string_view text = found.text;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '{' && text[at] != '}') {
            literal += text[at];
        } else if (text.substr(at, 2) == "{{" || text.substr(at, 2) == "}}") {
            literal += text[at++];
        } else {
            const std::size_t end = text[at] == '{' ? text.find('}', at) : std::string_view::npos;
            const std::string_view name = end == std::string_view::npos ? "" : text.substr(at + 1, end - at - 1);
            if (!is_variable_name(name)) {
                complain(found.position, "a single '" + std::string(1, text[at])
                                             + "' that is no variable; accepted is {name}, or {{ and }} for a brace");
                return std::nullopt;
            }
            pieces.push_back({false, std::move(literal)});
            literal.clear();
            pieces.push_back({true, std::string(name)});
            at = end;
        }
    }
    pieces.push_back({false, std::move(literal)});
    std::erase_if(pieces, [](const Piece& piece) { return !piece.variable && piece.text.empty(); });
    return pieces;
}

bool Catalogue::Loader::variables_are_known(const Found& found, const Text& text, const std::string& language) {
    if (!made_.accepted_.contains(found.id)) {
        if (language != source_language) {
            complain(found.position, "no English catalogue has \"" + found.id + "\", so it is never asked for");
        }
        return language == source_language;
    }
    const std::vector<std::string> known = made_.accepted(found.id);
    for (const Piece& piece : text) {
        if (piece.variable && std::find(known.begin(), known.end(), piece.text) == known.end()) {
            std::string accepted;
            for (const std::string& name : known) {
                accepted += (accepted.empty() ? "{" : ", {") + name + '}';
            }
            complain(found.position, '{' + piece.text + "} is no variable of \"" + found.id
                                         + "\"; accepted: " + (accepted.empty() ? "none" : accepted));
            return false;
        }
    }
    return true;
}

void Catalogue::Loader::read_catalogue(const File& file) {
    Language& language = made_.languages_[file.language];
    for (const Found& found : texts_of(file)) {
        if (found.text.size() > limits::message_text_bytes) {
            complain(found.position,
                     "the text is too long; accepted are " + std::to_string(limits::message_text_bytes) + " bytes");
        } else if (!base::is_printable(found.text)) {
            complain(found.position, "the text holds a control character; it is shown on one line");
        } else if (auto text = take_apart(found); text && variables_are_known(found, *text, file.language)) {
            language.insert_or_assign(found.id, *std::move(text));
            if (file.language == source_language) {
                made_.accepted_.try_emplace(found.id, made_.variables(source_language, found.id));
            }
        }
    }
}

} // namespace loquet::messages
