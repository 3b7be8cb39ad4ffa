// SPDX-License-Identifier: LGPL-2.1-or-later
// Fills a Catalogue from its folders. Only catalogue_loader.cpp knows toml++. One thread, while loading.
#pragma once

#include "lib/messages/catalogue.h"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace loquet::messages {

class Catalogue::Loader {
public:
    [[nodiscard]] static Catalogue load(const std::vector<std::string>& folders);

private:
    struct File {
        std::filesystem::path path;
        std::string language;
    };
    struct Found {
        std::string id;
        std::string text;
        std::string position; ///< "file:line:column"
    };

    void read_folder(const std::string& folder);
    void read_catalogue(const File& file);
    [[nodiscard]] std::vector<File> catalogues_of(const std::string& folder);
    [[nodiscard]] std::vector<Found> texts_of(const File& file);
    [[nodiscard]] std::optional<Text> take_apart(const Found& found);
    [[nodiscard]] bool variables_are_known(const Found& found, const Text& text, const std::string& language);
    void complain(const std::string& position, const std::string& what);

    Catalogue made_;
};

} // namespace loquet::messages
