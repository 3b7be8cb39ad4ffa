// SPDX-License-Identifier: LGPL-2.1-or-later
// The program that delivers, as the options name it. Plain values, checked once.
#pragma once

#include <loquet/channel.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace loquet::plugins_command {

struct Program {
    /// Throws sdk::Refusal where the program is not one that only root can change.
    explicit Program(const sdk::Options& options);

    [[nodiscard]] static const loquet_manifest& manifest();

    std::string path; ///< empty: none is configured, and every delivery is tried again later
    std::vector<std::string> arguments;
    std::chrono::seconds patience; ///< then it is killed
};

/// What it reads on standard input: lines "Name: value", an empty line, the text. It holds the text: wipe it.
[[nodiscard]] std::string standard_input(const sdk::Delivery& delivery);

} // namespace loquet::plugins_command
