// SPDX-License-Identifier: LGPL-2.1-or-later
// What the machine's other sources of names (files, a directory server, containers) say of a name or a number. The
// questions may wait for a network: they are asked on a worker, never on the loop.
#pragma once

#include "daemon/accounts/machine_names.h"
#include "lib/directory/reader.h"

#include <grp.h>
#include <pwd.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

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
    /// Everybody whom the sources enumerate. For one thread at a time: libc keeps the place where it is.
    [[nodiscard]] virtual MachineNames everybody() const = 0;
};

/// As nsswitch.conf(5) has it, but for what it says by way of our own directory: that is not elsewhere.
class SystemNames final : public NameService {
public:
    /// `own`: the folder of our directory.
    explicit SystemNames(std::string own) : own_folder_(std::move(own)), own_(own_folder_.c_str()) {}
    ~SystemNames() override { own_.close(); }
    SystemNames(const SystemNames&) = delete;
    SystemNames& operator=(const SystemNames&) = delete;

    [[nodiscard]] std::optional<std::uint32_t> user(const std::string& name) const override;
    [[nodiscard]] std::optional<std::uint32_t> group(const std::string& name) const override;
    [[nodiscard]] bool has_uid(std::uint32_t uid) const override;
    [[nodiscard]] bool has_gid(std::uint32_t gid) const override;
    [[nodiscard]] MachineNames everybody() const override;

private:
    /// The entry's number, unless name and number are those of our own directory.
    [[nodiscard]] std::optional<std::uint32_t> elsewhere(const passwd& entry) const;
    [[nodiscard]] std::optional<std::uint32_t> elsewhere(const ::group& entry) const;

    std::string own_folder_;
    mutable directory::Reader own_;
};

} // namespace loquet::accounts
