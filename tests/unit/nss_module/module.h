// SPDX-License-Identifier: LGPL-2.1-or-later
// libnss_loquet.so.2 as glibc loads it: by dlopen, asked through its functions. Its folder is the one called
// "directory" in the working directory. One thread each, unless the raw functions are used.
#pragma once

#include <grp.h>
#include <nss.h>
#include <pwd.h>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace loquet::tests {

/// What a function said, and the entry as a line of passwd(5) or group(5); nothing but for success.
struct Said {
    nss_status status = NSS_STATUS_UNAVAIL;
    int error = 0;
    std::optional<std::string> line;
};

std::string line_of(const passwd& entry);
std::string line_of(const group& entry);

class Module {
public:
    /// Throws where it cannot be loaded.
    Module();
    Module(const Module&) = delete;
    Module& operator=(const Module&) = delete;
    ~Module() { unload(); }
    void unload() noexcept;

    using ByName = nss_status(const char*, passwd*, char*, std::size_t, int*);
    using ByUid = nss_status(uid_t, passwd*, char*, std::size_t, int*);
    using NextPerson = nss_status(passwd*, char*, std::size_t, int*);
    using ByGroupName = nss_status(const char*, group*, char*, std::size_t, int*);
    using ByGid = nss_status(gid_t, group*, char*, std::size_t, int*);
    using NextGroup = nss_status(group*, char*, std::size_t, int*);
    using Begin = nss_status(int);
    using End = nss_status();
    using Initgroups = nss_status(const char*, gid_t, long*, long*, gid_t**, long, int*);

    ByName* getpwnam_r = nullptr;
    ByUid* getpwuid_r = nullptr;
    Begin* setpwent = nullptr;
    NextPerson* getpwent_r = nullptr;
    End* endpwent = nullptr;
    ByGroupName* getgrnam_r = nullptr;
    ByGid* getgrgid_r = nullptr;
    Begin* setgrent = nullptr;
    NextGroup* getgrent_r = nullptr;
    End* endgrent = nullptr;
    Initgroups* initgroups_dyn = nullptr;

    // The same with a buffer that is large enough.
    [[nodiscard]] Said person(const std::string& name) const;
    [[nodiscard]] Said person(uid_t uid) const;
    [[nodiscard]] Said next_person() const;
    [[nodiscard]] Said group(const std::string& name) const;
    [[nodiscard]] Said group(gid_t gid) const;
    [[nodiscard]] Said next_group() const;
    /// All that a list gives until it says something else than success.
    [[nodiscard]] std::vector<std::string> persons() const;
    [[nodiscard]] std::vector<std::string> groups() const;
    /// As glibc asks, with a list that holds `primary` already; nothing where there is no such person.
    [[nodiscard]] std::optional<std::vector<gid_t>> groups_of(const std::string& name, gid_t primary,
                                                              long limit = -1) const;

private:
    void* handle_;
};

} // namespace loquet::tests
