// SPDX-License-Identifier: LGPL-2.1-or-later
// What the machine's other sources of names (files, a directory server, containers) say of a name or a number. The
// questions may wait for a network: they are asked on a worker, never on the loop.
#pragma once

#include "daemon/store/accounts_table.h"
#include "lib/directory/reader.h"

#include <grp.h>
#include <pwd.h>

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace loquet::accounts {

/// All names and numbers that the machine's other sources give, read once for an import: to ask for each of a hundred
/// thousand accounts would take minutes. A source that does not enumerate (a directory server, mostly) shows nothing of
/// itself here. Plain value; once made any thread may read it.
struct MachineNames {
    std::unordered_set<std::string> users;
    std::unordered_set<std::string> groups;
    std::unordered_set<std::uint32_t> numbers; ///< UIDs and GIDs
};

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
    /// Our own people and groups included: the user's name, and whether the user is listed as a member of the group.
    /// Throw Error (unavailable) likewise.
    [[nodiscard]] virtual std::optional<std::string> name_of(std::uint32_t /*uid*/) const { return std::nullopt; }
    [[nodiscard]] virtual bool is_in(const std::string& /*user*/, const std::string& /*group*/) const { return false; }
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
    [[nodiscard]] std::optional<std::string> name_of(std::uint32_t uid) const override;
    [[nodiscard]] bool is_in(const std::string& user, const std::string& group) const override;
    [[nodiscard]] MachineNames everybody() const override;

private:
    /// The entry's number, unless name and number are those of our own directory.
    [[nodiscard]] std::optional<std::uint32_t> elsewhere(const passwd& entry) const;
    [[nodiscard]] std::optional<std::uint32_t> elsewhere(const ::group& entry) const;

    std::string own_folder_;
    mutable directory::Reader own_;
};

/// The machine's own groups that every account is put into: by the file, not by nsswitch.conf, so that no other source
/// of names can say which number "audio" has, and none can keep the daemon from starting. Any thread.
struct MachineGroups {
    std::vector<std::uint32_t> gids;     ///< ascending
    std::vector<std::string> complaints; ///< a sentence for each group that is left out
};

/// `names` in `file`, which has the shape of group(5). Left out are a name that is not there, a GID below 100 that
/// gives more than devices (the NSS module would not pass it on), and one of the numbers that accounts get. Throws
/// Error where the file cannot be read.
[[nodiscard]] MachineGroups machine_groups(const std::vector<std::string>& names, const store::UidRange& accounts,
                                           const std::string& file = "/etc/group");

} // namespace loquet::accounts
