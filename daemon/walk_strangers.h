// SPDX-License-Identifier: LGPL-2.1-or-later
// Strangers who know nothing: each way that a flow offers them, with the same typed answers for a person of each kind,
// and whether what they see is the same. One thread.
#pragma once

#include "daemon/walk_report.h"
#include "daemon/walk_scene.h"

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace loquet {

class WalkStrangers {
public:
    WalkStrangers(WalkSite& site, WalkReport& report);

    /// Whether nobody can be told apart, and nobody is let in.
    bool run();

private:
    using Challenges = WalkScene::Challenges;
    /// What one turn shows, in lines, and what it cost. Of what a challenge asks, no digits and signs.
    struct Seen {
        std::vector<std::string> lines;
        std::uint64_t commits = 0;
        std::string reason;                            ///< of a refusal, or empty
        std::string prompt;                            ///< the name of what is asked, or empty
        std::vector<std::vector<std::string>> options; ///< what a stranger may type there
        bool lets_in = false;                          ///< or asks for what nobody is asked who proved nothing
        std::size_t prompts = 0;
    };
    using Path = std::vector<std::vector<std::string>>;
    using Transcript = std::vector<Seen>;

    void walk_from(const std::string& purpose, Challenges challenges);
    /// Types `path`, and where that leads to something new goes on with what can be typed there first; `path` is then
    /// all that was typed, and the rest of what can be typed there is left in `open_`.
    Transcript explore(const std::string& purpose, Challenges challenges, Path& path);
    Transcript replay(const std::string& purpose, Challenges challenges, WalkKind kind, const Path& path);
    Seen see(WalkScene& scene, protocol::Turn turn, std::uint64_t commits_before);
    [[nodiscard]] std::vector<std::string> lines_of(const protocol::Turn& turn) const;
    [[nodiscard]] bool is_challenge(const std::string& prompt) const;
    [[nodiscard]] Path options_at(const protocol::Ask& ask) const;
    void compare(WalkKind kind, const Path& path, const Transcript& reference, const Transcript& other);

    WalkSite& site_;
    WalkReport& report_;
    std::vector<WalkKind> kinds_; ///< the first is what the others are compared with
    std::vector<std::string> factors_;
    std::set<std::string> seen_; ///< turns that were gone on from
    std::vector<Path> open_;     ///< ways that nobody has gone yet
    std::set<WalkKind> told_apart_;
    std::map<WalkKind, std::set<std::string>> disclosed_;
    std::size_t walks_ = 0;
    std::size_t prompts_ = 0;
    bool let_in_ = false;
    bool waits_ = false;
};

} // namespace loquet
