// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tests/unit/nss_module/module.h"

#include <dlfcn.h>

#include <array>
#include <cstdlib>
#include <stdexcept>

namespace loquet::tests {

namespace {

constexpr std::size_t enough = 64 * 1024;

template <class Function>
void find_function(void* handle, const char* name, Function*& function) {
    function = reinterpret_cast<Function*>(::dlsym(handle, (std::string("_nss_loquet_") + name).c_str()));
    if (function == nullptr) {
        throw std::runtime_error(std::string("the module has no function ") + name);
    }
}

/// `ask(entry, buffer, size, error)` goes through one function.
template <class Entry, class Ask>
Said said(Ask ask) {
    std::vector<char> buffer(enough);
    Entry entry{};
    Said said;
    said.status = ask(&entry, buffer.data(), buffer.size(), &said.error);
    if (said.status == NSS_STATUS_SUCCESS) {
        said.line = line_of(entry);
    }
    return said;
}

template <class Next>
std::vector<std::string> all(Next next) {
    std::vector<std::string> lines;
    for (Said said = next(); said.line; said = next()) {
        lines.push_back(*said.line);
    }
    return lines;
}

} // namespace

std::string line_of(const passwd& entry) {
    return std::string(entry.pw_name) + ':' + entry.pw_passwd + ':' + std::to_string(entry.pw_uid) + ':'
           + std::to_string(entry.pw_gid) + ':' + entry.pw_gecos + ':' + entry.pw_dir + ':' + entry.pw_shell;
}

std::string line_of(const group& entry) {
    std::string line = std::string(entry.gr_name) + ':' + entry.gr_passwd + ':' + std::to_string(entry.gr_gid) + ':';
    for (char** member = entry.gr_mem; *member != nullptr; ++member) {
        line += (member == entry.gr_mem ? "" : ",") + std::string(*member);
    }
    return line;
}

Module::Module() : handle_(::dlopen(NSS_LOQUET, RTLD_NOW | RTLD_LOCAL)) {
    if (handle_ == nullptr) {
        throw std::runtime_error(::dlerror()); // NOLINT(concurrency-mt-unsafe)
    }
    find_function(handle_, "getpwnam_r", getpwnam_r);
    find_function(handle_, "getpwuid_r", getpwuid_r);
    find_function(handle_, "setpwent", setpwent);
    find_function(handle_, "getpwent_r", getpwent_r);
    find_function(handle_, "endpwent", endpwent);
    find_function(handle_, "getgrnam_r", getgrnam_r);
    find_function(handle_, "getgrgid_r", getgrgid_r);
    find_function(handle_, "setgrent", setgrent);
    find_function(handle_, "getgrent_r", getgrent_r);
    find_function(handle_, "endgrent", endgrent);
    find_function(handle_, "initgroups_dyn", initgroups_dyn);
}

void Module::unload() noexcept {
    if (handle_ != nullptr) {
        ::dlclose(handle_);
        handle_ = nullptr;
    }
}

Said Module::person(const std::string& name) const {
    return said<passwd>([&](auto... rest) { return getpwnam_r(name.c_str(), rest...); });
}

Said Module::person(uid_t uid) const {
    return said<passwd>([&](auto... rest) { return getpwuid_r(uid, rest...); });
}

Said Module::next_person() const {
    return said<passwd>([&](auto... rest) { return getpwent_r(rest...); });
}

Said Module::group(const std::string& name) const {
    return said<::group>([&](auto... rest) { return getgrnam_r(name.c_str(), rest...); });
}

Said Module::group(gid_t gid) const {
    return said<::group>([&](auto... rest) { return getgrgid_r(gid, rest...); });
}

Said Module::next_group() const {
    return said<::group>([&](auto... rest) { return getgrent_r(rest...); });
}

std::vector<std::string> Module::persons() const {
    setpwent(0);
    auto lines = all([&] { return next_person(); });
    endpwent();
    return lines;
}

std::vector<std::string> Module::groups() const {
    setgrent(0);
    auto lines = all([&] { return next_group(); });
    endgrent();
    return lines;
}

std::optional<std::vector<gid_t>> Module::groups_of(const std::string& name, gid_t primary, long limit) const {
    long used = 1;
    long size = 1;
    auto* list = static_cast<gid_t*>(std::malloc(sizeof(gid_t)));
    list[0] = primary;
    int error = 0;
    const nss_status status = initgroups_dyn(name.c_str(), primary, &used, &size, &list, limit, &error);
    std::vector<gid_t> gids(list, list + used);
    std::free(list);
    return status == NSS_STATUS_SUCCESS ? std::optional(gids) : std::nullopt;
}

} // namespace loquet::tests
