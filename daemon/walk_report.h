// SPDX-License-Identifier: LGPL-2.1-or-later
// What a walk says on standard output, as it happens: turns as a greeter gets them and messages as they would go out,
// for a person; or an object of JSON a line, for a program.
#pragma once

#include "daemon/walk_scene.h"
#include "lib/protocol/turn.h"

#include <cstddef>
#include <string>
#include <vector>

namespace loquet {

/// "secret", "visible", "choice", "info", "error".
[[nodiscard]] std::string_view walk_style(protocol::PromptStyle style) noexcept;

/// Something that was typed: nobody's secret, because the account is made up.
struct WalkTyped {
    std::vector<std::string> answers;
    bool was_read = false; ///< from standard input
};

/// Two people of whom a stranger sees which is which.
struct WalkDifference {
    WalkKind first = WalkKind::known;
    WalkKind second = WalkKind::known;
    std::string prompt;             ///< the name of what was asked; empty: nothing was
    std::vector<std::string> typed; ///< up to there
    std::vector<std::string> first_sees;
    std::vector<std::string> second_sees;
};

class WalkReport {
public:
    explicit WalkReport(bool json) noexcept : json_(json) {}

    void begins(const WalkRequest& request);
    void turn(const protocol::Turn& turn);
    void typed(const WalkTyped& typed);
    void message(const WalkScene::Message& message);
    void note(const std::string& text);
    /// What a profile says on purpose.
    void disclosed(WalkKind kind, const std::string& reason);
    void difference(const WalkDifference& difference);
    void nobody_told_apart(std::size_t walks, std::size_t prompts);

private:
    void line(const std::string& text) const;
    void block(const std::string& mark, std::string_view text) const;
    void turn_for_people(const protocol::Turn& turn) const;

    bool json_;
};

} // namespace loquet
