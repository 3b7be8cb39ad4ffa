// SPDX-License-Identifier: LGPL-2.1-or-later
// The accounts and groups that every name service is asked for in one benchmark: made up, the same in each program that
// is told the same number of accounts. Names are as an organisation gives them ("elodie.lefevre12"); there is a group
// for ten accounts, an account is in four groups, and a group has forty members. Immutable: any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace loquet::bench {

class Population {
public:
    static constexpr std::size_t groups_of_a_person = 4;
    using Groups = std::array<std::uint32_t, groups_of_a_person>;

    explicit Population(std::uint32_t persons);

    [[nodiscard]] std::uint32_t persons() const { return static_cast<std::uint32_t>(names_.size()); }
    [[nodiscard]] std::uint32_t groups() const { return groups_; }

    /// Of the person `i`, counted from 0.
    [[nodiscard]] const std::string& name(std::uint32_t i) const { return names_[i]; }
    /// Also the GID of the person's own group.
    [[nodiscard]] static std::uint32_t uid(std::uint32_t i) { return first_uid + i; }
    [[nodiscard]] static std::string display_name(std::uint32_t i);
    [[nodiscard]] std::string home(std::uint32_t i) const { return "/home/" + names_[i]; }
    [[nodiscard]] static const char* shell() { return "/bin/bash"; }
    /// GIDs.
    [[nodiscard]] Groups groups_of(std::uint32_t i) const;

    /// Of the group `j`, counted from 0.
    [[nodiscard]] static std::string group_name(std::uint32_t j) { return "service-" + std::to_string(j); }
    [[nodiscard]] static std::uint32_t gid(std::uint32_t j) { return first_gid + j; }
    [[nodiscard]] std::vector<std::string> members_of(std::uint32_t j) const;

private:
    static constexpr std::uint32_t first_uid = 100'000;
    static constexpr std::uint32_t first_gid = 5'000'000;

    /// The person's k-th group: four that lie a quarter of all apart.
    [[nodiscard]] std::uint32_t group_of(std::uint32_t i, std::size_t k) const;

    std::uint32_t groups_;
    std::vector<std::string> names_;
};

} // namespace loquet::bench
