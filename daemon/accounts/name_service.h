// SPDX-License-Identifier: LGPL-2.1-or-later
// What the machine's other sources of names (files, a directory server, containers) say of a name or a number. The
// questions may wait for a network: they are asked on a worker, never on the loop.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace loquet::accounts {

/// The seam for tests. Implementations can be asked by any thread and keep no state.
class NameService {
public:
    NameService() = default;
    NameService(const NameService&) = delete;
    NameService& operator=(const NameService&) = delete;
    virtual ~NameService() = default;

    /// The UID of the user, the GID of the group with this name. Throws Error (unavailable) when a source does not
    /// answer: an unknown is not a no.
    [[nodiscard]] virtual std::optional<std::uint32_t> user(const std::string& name) const = 0;
    [[nodiscard]] virtual std::optional<std::uint32_t> group(const std::string& name) const = 0;
    [[nodiscard]] virtual bool has_uid(std::uint32_t uid) const = 0;
    [[nodiscard]] virtual bool has_gid(std::uint32_t gid) const = 0;
};

/// As nsswitch.conf(5) has it.
class SystemNames final : public NameService {
public:
    [[nodiscard]] std::optional<std::uint32_t> user(const std::string& name) const override;
    [[nodiscard]] std::optional<std::uint32_t> group(const std::string& name) const override;
    [[nodiscard]] bool has_uid(std::uint32_t uid) const override;
    [[nodiscard]] bool has_gid(std::uint32_t gid) const override;
};

} // namespace loquet::accounts
